# SPDX-License-Identifier: GPL-2.0-or-later
"""The worked changes in docs/worked still apply to this tree, build, and have their effect.

docs/architecture.md describes each of them in steps. The steps must name every changed file.
"""

import os
import re
import shutil
import subprocess

import pytest

from conftest import ROOT

DOCUMENT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
# patch: the section that describes it
SECTIONS = {
    "add-a-command": "Adding a command",
    "add-a-field": "Adding a field or a remark",
    "add-a-test": "Adding a test",
}
TARGETS = ("nvgre-pcap", "nvgre_plugin", "test_nvgre", "manuals", "completion")
# In the test files that the patches change, the tests that concern them.
TESTS = ("count or test_commands_are_those_of_help or test_a_pipe or test_golden_tree"
         " or test_fields_highlight or test_option_over_ipv4")
TIMEOUT = 300  # time limit of a step on a busy machine; without load all steps take half a minute


def patch(name):
    """The path of a worked change."""
    return ROOT / "docs" / "worked" / f"{name}.patch"


def touched(name):
    """The files that a worked change modifies."""
    return re.findall(r"^\+\+\+ b/(.+)$", patch(name).read_text(encoding="utf-8"), re.MULTILINE)


def perform(*line, cwd, **variables):
    """The output of a program. The test fails if the program fails."""
    done = subprocess.run(list(map(str, line)), cwd=cwd, env={**os.environ, **variables},
                          check=False, text=True, timeout=TIMEOUT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, f"{line}:\n{done.stdout[-4000:]}"
    return done.stdout


def copy_sources(folder):
    """Copies the current files that git tracks or would track."""
    listed = perform("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard",
                     cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def apply(name, tree, *options):
    """Applies a worked change to a tree with the strictness of git."""
    done = subprocess.run(["git", "apply", *options, patch(name)], cwd=tree, check=False, text=True,
                          capture_output=True, timeout=TIMEOUT,
                          env={**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.parent)})
    assert done.returncode == 0, (
        f"docs/worked/{name}.patch no longer applies; make it anew, as \"{SECTIONS[name]}\" and"
        f" \"When a worked change no longer applies\" in docs/architecture.md say:\n{done.stderr}")


def build(folder):
    """Copies the sources, checks that each worked change applies alone, applies all and builds."""
    copy_sources(folder)
    for name in SECTIONS:
        apply(name, folder, "--check")
    for name in SECTIONS:
        apply(name, folder)
    # Not optimised, because the build is used only for a minute.
    perform("cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=None",
            "-DCMAKE_C_FLAGS=-O0", "-DNVGRE_WERROR=ON", "-DNVGRE_TESTS=ON", "-DNVGRE_PLUGIN=ON",
            cwd=folder)
    perform("cmake", "--build", "build", "--target", *TARGETS, cwd=folder)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the sources with all worked changes, built in its folder `build`."""
    folder = tmp_path_factory.mktemp("worked")
    folder.chmod(0o755)
    try:
        build(folder)
        yield folder
    finally:
        shutil.rmtree(folder)


def tool(tree, *line):
    """The output of the tree's nvgre-pcap."""
    return perform("build/tools/nvgre-pcap", *line, cwd=tree)


def tshark(tree, *line):
    """The output of tshark with the tree's plugin."""
    return perform("scripts/tshark.sh", *line, cwd=tree, LC_ALL="C.UTF-8",
                   NVGRE_BUILD=str(tree / "build")).splitlines()


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_files_that_are_named_are_there(document):
    """Every named file exists or is added by a worked change."""
    text = (ROOT / document).read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w./*=-])((?:codec|plugin|tools|docs|tests|scripts|captures)/"
                           r"[\w./-]*[\w/])(?![\w*{])", text))
    new = {path for name in SECTIONS for path in touched(name)}
    missing = {path for path in named - new if not list(ROOT.glob(path + "*"))}
    assert named and not missing


@pytest.mark.parametrize("name", SECTIONS)
def test_steps_name_every_file(name):
    _, _, section = DOCUMENT.partition(f"\n### {SECTIONS[name]}\n")
    section = re.split(r"^##", section, maxsplit=1, flags=re.MULTILINE)[0]
    assert f"docs/worked/{name}.patch" in section
    steps = "".join(re.findall(r"^\d+\. (?:.*\n)(?: {3}.*\n|\n(?= {3}))*", section, re.MULTILINE))
    missing = [path for path in touched(name) if f"`{path}`" not in steps]
    assert touched(name) and not missing, f"\"{SECTIONS[name]}\" does not name {missing}"


def test_command(tree):
    sample = tree / "captures" / "two-tenants.pcap"
    for vsids, display_filter in (((), "nvgre"), (("--vsid-filter", "5001"), "nvgre.vsid == 5001")):
        total = len(tshark(tree, "-r", sample))
        selected = len(tshark(tree, "-r", sample, "-Y", display_filter))
        assert 0 < selected <= total
        others = f"left out, not selected: {total - selected}\n" if vsids else ""
        assert tool(tree, "count", *vsids, sample) == f"NVGRE: {selected}\n{others}"
    assert re.search(r"^  count {2,}\w", tool(tree, "--help"), re.MULTILINE)
    manual = perform("man", "-E", "UTF-8", "-l", "build/docs/man/nvgre-pcap-count.1", cwd=tree,
                     MANWIDTH="1000")
    assert "nvgre-pcap count [options] IN" in manual and "--vsid-filter LIST" in manual


def test_field(tree, tmp_path):
    tool(tree, "encap", "--vsid", "0x2a1389", "--local", "192.168.4.11", "--remote", "192.168.4.22",
         "captures/plain-blue.pcap", tmp_path / "out.pcap")
    for sample, value in ((tmp_path / "out.pcap", "42"), ("captures/plain-blue.pcap", ""),
                          ("captures/two-tenants.pcap", "0")):
        shown = tshark(tree, "-r", sample, "-T", "fields", "-e", "nvgre.vsid.high")
        assert len(shown) >= 18 and set(shown) == {value}


def test_unit_test_row(tree):
    [row] = re.findall(r'^\+ +\{"([^"]+)', patch("add-a-test").read_text(encoding="utf-8"),
                       re.MULTILINE)
    assert re.search(rf"^\[ +OK \] {row}$", perform("build/tests/test_nvgre", cwd=tree),
                     re.MULTILINE)


def test_tests(tree):
    """Runs the tests of the patches in the tree. Each changed test file must have some."""
    files = sorted({path for name in SECTIONS for path in touched(name)
                    if path.startswith("tests/e2e/test_")})
    shown = perform("/usr/bin/python3", "-m", "pytest", "-v", "-p", "no:cacheprovider", "-k", TESTS,
                    *files, cwd=tree, NVGRE_BUILD=str(tree / "build"))
    assert set(re.findall(r"^(\S+?)::.* PASSED", shown, re.MULTILINE)) == set(files)
    assert "test_all_options[zsh-count]" in shown and "[VSID 0x2A1389-" in shown
