# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/mutation: the changes in C code, the mutants that a seed chooses, the tests it runs."""

import itertools
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "mutation"))

import mutate  # noqa: E402
import operators  # noqa: E402
import process  # noqa: E402
import relevant  # noqa: E402
import results  # noqa: E402

FUNCTION = "static int f(int a, const char *b)\n{{\n    {}\n}}\n"


def changes(line, operator):
    """The mutants of a line in a function, for one operator."""
    return {mutant.after for mutant in operators.mutants("tools/f.c", FUNCTION.format(line))
            if mutant.operator == operator}


@pytest.mark.parametrize("operator, line, expected", [
    ("condition", "if (a)", ["if (!(a))"]),
    ("condition", "while (next(a)) {}", ["while (!(next(a))) {}"]),
    ("condition", "for (i = 0; f(i); i++)", ["for (i = 0; !(f(i)); i++)"]),
    ("condition", "a = g(b) ? 1 : 2;", ["a = !(g(b)) ? 1 : 2;"]),
    ("condition", "a = f(1, 2) && !b;", ["a = !(f(1, 2)) && !b;", "a = f(1, 2) && !(!b);"]),
    ("condition", "return (a == 1);", ["return (a != 1);"]),
    ("condition", "if (a != 1 || b)", ["if (!(a != 1 || b))", "if (!(a != 1) || b)",
                                       "if (a != 1 || !(b))", "if (a == 1 || b)"]),
    ("condition", "if (a ||\n        b)", ["if (!(a) ||", "!(b))"]),
    ("comparison", "a = b < c;", ["a = b <= c;"]),
    ("comparison", "a = b <= c;", ["a = b < c;"]),
    ("comparison", "a = b > c;", ["a = b >= c;"]),
    ("comparison", "a = b >= c;", ["a = b > c;"]),
    ("comparison", "a = b << c >> d->e;", []),
    ("constant", "a = 5u;", ["a = 6u;", "a = 4u;"]),
    ("constant", "a = 0;", ["a = 1;"]),
    ("constant", "a = 0x0f;", ["a = 0x10;", "a = 0x0e;"]),
    ("constant", "a = 1.5;", []),
    ("constant", "a = ETH_LEN;", ["a = (ETH_LEN + 1);", "a = (ETH_LEN - 1);"]),
    ("constant", "a = b.NAME + NULL;", []),
    ("constant", "a = MACRO(b);", []),
    ("constant", 'f("%" PRIu64 FORMAT "5");', []),
    ("constant", "uint8_t b[16] = {7};", ["uint8_t b[16] = {8};", "uint8_t b[16] = {6};"]),
    ("constant", "a = sizeof(char[3]);", []),
    ("constant", "static_assert(A_LEN == 5);", []),
    ("statement", "a = 1;", ["while (0) a = 1;"]),
    ("statement", "f(a,\n      b);", ["while (0) f(a,"]),
    ("statement", "if (a)\n        return 1;\n    g();", ["while (0) return 1;", "while (0) g();"]),
    ("statement", "switch (a) {\n    case 1:\n        break;\n    }", ["while (0) break;"]),
    ("statement", "return a;", []),
    ("statement", "int i = 0;\n    struct x *y;\n    size_t n = 1;\n    type_t *p = q, r[3];", []),
    ("arguments", "f(a, g(1, 2), c);", ["f(g(1, 2), a, c);", "f(a, c, g(1, 2));",
                                        "f(a, g(2, 1), c);"]),
    ("arguments", "f(a, a);", []),
    ("arguments", "a = memcmp(a, b, 4);", ["a = memcmp(a, 4, b);"]),
    ("arguments", "if (a, b)", []),
])
def test_operators(operator, line, expected):
    assert changes(line, operator) == set(expected)


@pytest.mark.parametrize("code", [
    "/* if (a == 1) f(b, 2); */", "// a = 5;", "f(\"if (1 < 2)\");", "f('5');",
    "#define X(a, b) \\\n    if (a < 5) f(b, 1)", "#if A > 1", "/* a\n * b = 5;\n */"])
def test_no_code(code):
    assert not changes(code, "condition") | changes(code, "comparison") | changes(code, "constant")
    assert not {line for line in changes(code, "statement") if "f(" not in line}


def test_outside_of_functions():
    """Values in tables and enums are changed. Declarations and names are not."""
    text = ("struct s {\n    uint8_t a[4];\n    int b : 3;\n};\n"
            "enum e {\n    FIRST = 2,\n    SECOND,\n};\n"
            "int f(int a[static 6], int b);\n"
            "static const struct s rows[] = {\n    [FIRST] = {KIND_A},\n};\n"
            "static int field = -1;\n")
    assert {mutant.after for mutant in operators.mutants("tools/f.c", text)} == {
        "FIRST = 3,", "FIRST = 1,", "[FIRST] = {(KIND_A + 1)},", "[FIRST] = {(KIND_A - 1)},"}


def test_a_mutant_changes_its_line_only():
    text = FUNCTION.format("if (a < 5) /* five */\n        f(a, b);\n    else\n        g(b, 7);")
    mutants = operators.mutants("tools/f.c", text)
    assert {mutant.line for mutant in mutants} == {3, 4, 6}
    for mutant in mutants:
        before, after = text.split("\n"), mutant.apply(text).split("\n")
        assert len(before) == len(after)
        different = [place for place, pair in enumerate(zip(before, after), 1)
                     if pair[0] != pair[1]]
        assert different == [mutant.line]
        assert after[mutant.line - 1].strip() == mutant.after
        assert before[mutant.line - 1].strip() == mutant.before
    assert "tools/f.c:3: comparison: if (a < 5) /* five */ -> if (a <= 5) /* five */" in map(
        str, mutants)


def test_both_sides_of_an_else():
    """A brace that is opened twice, before and after an #else, does not hide code."""
    text = ("int f(void)\n{\n#if A\n    if (a) {\n#else\n    if (b) {\n#endif\n"
            "        g(1);\n    }\n}\n")
    assert {"g(2);", "a = 6;"} <= {mutant.after for mutant in operators.mutants(
        "tools/f.c", text + FUNCTION.format("a = 5;"))}


LINES = [f"a += {line} < b && f(a, b, {line});" for line in range(20)]
SOURCES = {f"{area}/f{number}.c": FUNCTION.format("\n    ".join(LINES))
           for area in ("codec", "plugin", "tools") for number in range(5)}


def orders(seed, sources=None, only=None):
    return mutate.orders(sources or SOURCES, seed, only)


def test_seeds():
    assert orders(1) == orders(1)
    assert orders(1) != orders(2)
    lines = [(mutant.path, mutant.line) for there in orders(1).values() for mutant in there]
    assert len(lines) == len(set(lines)) == 300


def test_equal_lines():
    """Equal lines do not all get the same mutant, and are not adjacent in the order."""
    found = orders(1, {"tools/f.c": FUNCTION.format("f(a, 5);\n    g();\n    " * 20)})["tools"]
    calls = [(place, mutant) for place, mutant in enumerate(found) if mutant.before == "f(a, 5);"]
    assert len({mutant.after for _, mutant in calls}) > 1
    assert [place for place, _ in calls] != list(range(calls[0][0], calls[0][0] + 20))


def test_other_code_leaves_the_choice():
    """A new line at the top of a file changes line numbers, but not the chosen mutants."""
    changed = {path: "int g;\n" + text for path, text in SOURCES.items()}
    assert [(mutant.path, mutant.line - 1, mutant.after)
            for mutant in orders(1, changed)["tools"]] == [
        (mutant.path, mutant.line, mutant.after) for mutant in orders(1)["tools"]]


def test_only():
    assert set(orders(1, only=["codec/", "tools/f1.c"])) == {"codec", "tools"}
    assert {mutant.path for mutant in orders(1, only=["tools/f1.c"])["tools"]} == {"tools/f1.c"}


def tried(order, count, outcomes):
    """The mutants that are tried if the outcomes are these, in this order."""
    known, found = {}, []
    for mutant, outcome in zip(mutate.plan(order, known, count), outcomes):
        known[str(mutant)] = results.Result(outcome, "", 1)
        found.append(mutant)
    return found


def test_a_fifth_each_of_codec_and_plugin():
    found = tried(orders(1), 50, itertools.repeat(results.KILLED))
    areas = [mutant.path.split("/")[0] for mutant in found]
    assert [areas.count(area) for area in ("codec", "plugin", "tools")] == [10, 10, 30]
    assert found[:10] == tried(orders(1), 10, itertools.repeat(results.SURVIVED))


def test_replaced():
    """A mutant that does not compile is replaced by the next one of the same area and is not
    counted."""
    found = tried(orders(1), 10, itertools.cycle([results.NOT_COMPILED, results.SAME_CODE,
                                                  results.KILLED]))
    assert len(found) == 30
    codec = [mutant for mutant in found if mutant.path.startswith("codec/")]
    assert codec == orders(1)["codec"][:6]


def test_fewer_than_asked_for():
    found = tried(orders(1, only=["tools/f1.c"]), 50, itertools.repeat(results.KILLED))
    assert len(found) == 20


def state(folder, commit="c1", sources="s1"):
    return results.Results(folder / "results.jsonl",
                           SimpleNamespace(commit=commit, digest=lambda: sources))


def test_results_of_an_interrupted_run(tmp_path):
    first = state(tmp_path)
    first.add_baseline("test_a", 1.5)
    for outcome in (results.KILLED, results.SURVIVED, results.NOT_COMPILED):
        first.add(outcome, results.Result(outcome, "test_a", 2))
    with open(first.path, "a", encoding="utf-8") as file:
        file.write('{"mutant": "cut o')
    again = state(tmp_path)
    assert again.mutants == first.mutants and again.baseline == {"test_a": 1.5}
    again.add("another", results.Result(results.KILLED, "test_b", 3))
    assert set(state(tmp_path).mutants) == {*first.mutants, "another"}
    assert set(state(tmp_path, commit="c2").mutants) == {"killed", "not compiled", "another"}
    assert not state(tmp_path, commit="c2").baseline
    assert not state(tmp_path, sources="s2").mutants


def test_report(capsys):
    mutants = orders(1)["codec"][:12]
    outcomes = [results.KILLED] * 9 + [results.SURVIVED, results.NOT_COMPILED, results.SAME_CODE]
    mutate.report(mutants, {str(mutant): results.Result(outcome, "", 1)
                            for mutant, outcome in zip(mutants, outcomes)})
    assert capsys.readouterr().out == (
        f"{mutants[9]}\nkilled 9 of 10 (90 %), 1 not compiled, 1 the same code\n")


def test_every_file_has_tests_that_exist():
    present = {path.name for path in (ROOT / "tests" / "e2e").glob("test_*.py")}
    for pattern, names in relevant.ROWS:
        assert {f"test_{name}.py" for name in names} <= present, pattern
    for path in ("codec/new.c", "plugin/new.c", "tools/base/new.c", "tools/new.c"):
        assert relevant.commands(path)
    assert relevant.commands("tools/replay/sender.c")[0] == "test_replay.py"
    seconds = {"test_senders.py": 1}
    assert relevant.commands("tools/replay/sender.c", seconds)[0] == "test_senders.py"
    assert relevant.commands("tools/dedupe.c", seconds)[0] == "test_dedupe.py"
    assert relevant.commands("plugin/names.c")[0] == "test_dissect_names.py"


def test_the_nearest_unit_tests_are_first():
    names = ["replay_codec", "test_ecn", "test_frame", "test_outer", "test_writer_pcapng"]
    assert relevant.units("codec/frame.c", names)[0] == "test_frame"
    assert relevant.units("codec/frame.c", names)[-1] == "replay_codec"
    assert relevant.nearest("tools/capfile/writer.c", names)[0] == "test_writer_pcapng"


HANG = """
import os, subprocess, sys, time
print("started", flush=True)
child = subprocess.Popen(["setsid", "sleep", "1000"])
open(sys.argv[1], "w").write(str(child.pid))
{}
"""


@pytest.mark.parametrize("end, seconds, cut", [
    ("time.sleep(1000)", 5, "time-out"), ("os._exit(3)", 50, ""),
    ("kept = bytearray(1 << 28); time.sleep(1000)", 50, "out of memory")])
def test_nothing_stays(end, seconds, cut, tmp_path):
    """A command that hangs or uses too much memory is ended together with its daemon, and so is the
    daemon of a command that ends by itself."""
    script = (f"import sys; sys.path.insert(0, {str(ROOT / 'tests' / 'mutation')!r})\n"
              "import json, process\nprocess.adopt_orphans()\nprocess.MEMORY_MAX = 1 << 27\n"
              f"print(json.dumps(process.run([sys.executable, '-c', {HANG.format(end)!r}, 'pid'],\n"
              f"    {seconds}, 'out')))\n")
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True,
                          timeout=100, check=True)
    ended = process.Ended(*json.loads(done.stdout))
    assert ended.cut == cut and ended.failed
    assert (tmp_path / "out").read_text() == "started\n"
    assert not Path("/proc", (tmp_path / "pid").read_text()).exists()
