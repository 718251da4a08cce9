# SPDX-License-Identifier: GPL-2.0-or-later
"""The manuals: their options are the same as in --help, and their examples run."""

import glob
import os
import re
import shutil
import subprocess

import pytest

from conftest import BUILD, CAPTURES, COMMAND, ROOT
from lab import lab

MANUALS = BUILD / "docs" / "man"
COMMANDS = ("encap", "decap", "rewrite", "replay", "learn", "info")
PAGES = ("nvgre-pcap.1", *(f"nvgre-pcap-{name}.1" for name in COMMANDS), "nvgre-map.5")
COMMAND_SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "SIGNALS",
                    "EXAMPLES", "SEE ALSO"]
COMING_FROM = {"encap": ["tcprewrite"], "decap": ["editcap"], "rewrite": ["tcprewrite"],
               "replay": ["tcpreplay"]}
TIMEOUT = 60


def source(page):
    """A page as it is installed."""
    return (MANUALS / page).read_text(encoding="utf-8")


def rendered(page):
    """The page's lines, without line breaks inside of paragraphs."""
    text = subprocess.run(["mandoc", "-Tutf8", "-Owidth=1000", MANUALS / page], check=True,
                          capture_output=True, timeout=TIMEOUT).stdout.decode()
    return re.sub(".\b", "", text).splitlines()


def section(page, name):
    """The lines of a section."""
    lines = rendered(page)
    start = lines.index(name) + 1
    length = next(i for i, line in enumerate(lines[start:]) if line and line[0] != " ")
    return lines[start:start + length]


def help_rows(run, command):
    """The contents of --help: option and value (or FILTER), and its text."""
    wide = {**os.environ, "COLUMNS": "500"}
    text = run(command, "--help", env=wide).stdout.decode()
    return dict(re.findall(r"^  (FILTER|-.+?)(?: {2,}|\n +)(.+)$", text, re.MULTILINE))


def manual_rows(page):
    """The same for a manual, and the lines about possible values."""
    rows, values, name = {}, {}, None
    for line in section(page, "OPTIONS"):
        short = re.match(r" {7}([^ ,]{3,6}) +(?![A-Z]+$)(.+)", line)  # text on the same line
        if re.match(r" {7}(FILTER|-)", line):
            name = short[1] if short else line.strip()
            rows[name] = short[2] if short else None
        elif line.strip().startswith("Value: "):
            values[name] = line.strip()[len("Value: "):]
            rows[name] = rows[name][:-1]  # the full stop before it
        elif line.startswith(" " * 14):
            rows[name] = line.strip()
    return rows, values


@pytest.mark.parametrize("command", COMMANDS)
def test_options_are_those_of_help(run, command):
    rows, values = manual_rows(f"nvgre-pcap-{command}.1")
    assert rows == help_rows(run, command) and len(rows) >= 4
    for name, value in values.items():
        option = re.search(r"--[a-z0-9-]+", name)[0]
        message = run(command, option, code=2).stderr
        assert f"{option} needs a value: {value} (see" in message


def test_commands_are_those_of_help(run):
    wide = {**os.environ, "COLUMNS": "500"}
    listed = re.findall(r"^  ([a-z]+) +(.+)$", run("--help", env=wide).stdout.decode(), re.MULTILINE)
    text = "\n".join(section("nvgre-pcap.1", "COMMANDS"))
    assert re.findall(r"nvgre-pcap-([a-z]+)\(1\)\n +(.+)", text) == listed
    assert [name for name, _ in listed] == list(COMMANDS)


@pytest.mark.parametrize("page", PAGES)
def test_lint(page):
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", MANUALS / page], check=False,
                          capture_output=True, text=True, timeout=TIMEOUT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", f"./{page}"],
                          check=False, cwd=MANUALS, capture_output=True, text=True, timeout=TIMEOUT)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("page", PAGES)
def test_sections(page):
    found = [line for line in rendered(page)[1:-1] if line and line[0] != " "]
    command = page[len("nvgre-pcap-"):-2]
    if command in COMMANDS:
        for tool in COMING_FROM.get(command, []):
            assert f"COMING FROM {tool.upper()}" in found
        found = [name for name in found if name in COMMAND_SECTIONS]
        assert found == COMMAND_SECTIONS
    else:
        assert {"NAME", "DESCRIPTION", "EXAMPLES", "SEE ALSO"} <= set(found)
    assert "@" not in re.sub(r"\bv@\b", "", source(page))


def long_options(text):
    """All long options in a text."""
    return set(re.findall(r"(?<![\w-])--([a-z][a-z0-9-]*)", text))


def test_options_that_are_told_of_exist(run):
    ours = {"help", "version"}.union(*(long_options(run(name, "--help").stdout.decode())
                                       for name in COMMANDS))
    for page in PAGES:
        text = "\n".join(rendered(page))
        theirs = {"netmap", "xdp"}  # options of tcpreplay that depend on its build
        for tool in COMING_FROM.get(page[len("nvgre-pcap-"):-2], []):
            done = subprocess.run([tool, "--help"], check=False, capture_output=True, text=True,
                                  timeout=TIMEOUT)
            theirs |= long_options(done.stdout + done.stderr)
        assert long_options(text) - ours - theirs == set(), page


# ---- Examples ----

def blocks(page):
    """The example blocks of a page, as a user would copy them."""
    text = source(page)
    found = re.findall(r"^\.EX\n(.*?)^\.EE$", text, re.MULTILINE | re.DOTALL)
    assert found
    return [block.replace(r"\-", "-").replace(r"\(aq", "'").replace(r"\e", "\\") for block in found]


def is_map(block):
    """Whether an example is a location map."""
    return block.startswith("version: 1\n")


def commands_of(block):
    """Command lines. Continued lines are joined."""
    return [line for line in block.replace("\\\n", "").splitlines() if line.strip()]


@pytest.fixture
def samples(run, tmp_path):
    """A folder with the input files of the examples."""
    maps = ROOT / "tests" / "maps"
    for name, path in (("in.pcap", CAPTURES / "plain-blue.pcap"),
                       ("nvgre.pcap", CAPTURES / "two-tenants.pcap"),
                       ("records.csv", maps / "lookup-records.csv"),
                       ("routes.csv", maps / "customer-routes.csv")):
        shutil.copy(path, tmp_path / name)
    (tmp_path / "map.yaml").write_text(next(filter(is_map, blocks("nvgre-map.5"))),
                                       encoding="utf-8")
    run("rewrite", "in.pcap", "in.pcapng", cwd=tmp_path)
    run("decap", "--tag", "interface", "nvgre.pcap", "tenants.pcapng", cwd=tmp_path)
    run("decap", "--tag", "vlan", "--map", "map.yaml", "nvgre.pcap", "vlans.pcap", cwd=tmp_path)
    return tmp_path


def try_line(line, folder, prefix=()):
    """Runs a line in a shell. It must succeed, and the files it names must exist afterwards."""
    path = f"{COMMAND.parent}:{os.environ['PATH']}"
    done = subprocess.run([*prefix, "sh", "-c", line], check=False, cwd=folder, text=True,
                          env={**os.environ, "PATH": path}, capture_output=True, timeout=TIMEOUT)
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    for name in re.findall(r"[\w%-]+\.(?:pcap|pcapng|yaml|json|csv)(?:\.zst)?\b", line):
        found = glob.glob(name.replace("%v", "[0-9]*"), root_dir=folder)
        assert found and all((folder / file).stat().st_size for file in found), f"{line}: {name}"


@pytest.mark.parametrize("page", [page for page in PAGES if "replay" not in page])
def test_examples(samples, page):
    lines = [line for block in blocks(page) if not is_map(block) for line in commands_of(block)]
    assert lines and all("nvgre-pcap " in line for line in lines)
    for line in lines:
        try_line(line, samples)


def test_example_of_a_map_is_used(samples, run):
    """Each record, route and flood list of the map in the manual has an effect."""
    done = run("encap", "--json", "--map", "map.yaml", "--vsid", "from-interface", "tenants.pcapng",
               "out.pcap", cwd=samples)
    assert b'"not_handled":{}' in done.stdout and b'"others":{}' in done.stdout


MAP_SECTIONS = ("provider", "provider_routes", "subnets", "records", "routes")


def map_keys(name):
    """The manual's text about each key in a section of a map."""
    text = source("nvgre-map.5")
    part = re.search(rf"^\.SS {name}\n(.*?)^\.S[HS] ", text, re.MULTILINE | re.DOTALL)[1]
    return dict(re.findall(r"^\.TP\n\.B (.+)\n((?:[^.].*\n|\.[^T].*\n)*)", part, re.MULTILINE))


@pytest.mark.parametrize("name", MAP_SECTIONS)
def test_keys_of_a_map(run, name):
    """The keys are those in the message about an unknown key, with the ranges in the messages."""
    told = map_keys(name)
    wrong = f"version: 1\n{name}: [{{none: 1}}]\n".encode()
    line = ("encap", "--map", "-", "--vsid", "5001", "in", "out")
    message = run(*line, stdin=wrong, code=2).stderr
    keys = re.split(", | or ", re.search(r"; [a-z ]+ has (.+)\n", message)[1])
    assert sorted(told) == sorted(keys)
    given = {"address": "10.0.0.1", "prefix": "10.0.0.0/8", "next_hop": "10.0.0.1", "vsid": "5001",
             "pa": "10.0.0.1", "mac": "02:00:00:00:00:01", "ca": "10.0.0.1"}
    for key in keys:
        entry = {**{need: value for need, value in given.items() if need in keys}, key: "x"}
        pairs = ", ".join(f'{k}: "{v}"' for k, v in entry.items())
        wrong = f"version: 1\n{name}: [{{{pairs}}}]\n".encode()
        done = run(*line, stdin=wrong, code=None)
        ranges = re.search(rf"{key}: expected (\d+ to \d+), not x", done.stderr)
        if ranges:
            text = told[key] if "As " not in told[key] else source("nvgre-map.5")
            assert ranges[1] in text, key


NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="a network namespace needs root")


@pytest.fixture
def veth():
    """A namespace with the interfaces of the examples."""
    with lab(pairs=0) as made:
        for number in (0, 1):
            made.sh(f"ip link add veth{number} mtu 9000 type veth peer name peer{number} && "
                    f"ip link set peer{number} up && ip link set veth{number} up")
        yield made


@NEEDS_ROOT
def test_replay_examples(samples, veth):
    for block in blocks("nvgre-pcap-replay.1"):
        for line in commands_of(block):
            before = veth.received("peer0")
            try_line(line, samples, veth.prefix)
            assert veth.received("peer0") > before or "--sender file" in line, line


@NEEDS_ROOT
def test_readme_examples(samples, veth):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"\n## nvgre-pcap\n+```sh\n(.*?)```", text, re.DOTALL)[1]
    lines = [line for line in commands_of(block) if not line.startswith("#")]
    assert len(lines) > 8
    for line in lines:
        try_line(line, samples, veth.prefix)


# ---- Installing ----

def test_installed(tmp_path):
    subprocess.run(["cmake", "--install", BUILD, "--component", "tool", "--prefix", tmp_path],
                   check=True, capture_output=True, timeout=TIMEOUT)
    share = tmp_path / "share"
    pages = {re.sub(r"\.gz$", "", path.name): path for path in share.glob("man/man[15]/*")}
    assert set(pages) == set(PAGES)
    for page, path in pages.items():
        assert path.parent.name == f"man{page[-1]}"
        if path.suffix == ".gz":
            plain = subprocess.run(["gzip", "-dc", path], check=True, capture_output=True,
                                   timeout=TIMEOUT).stdout
            assert plain == (MANUALS / page).read_bytes()
    for name in ("bash-completion/completions/nvgre-pcap", "zsh/vendor-completions/_nvgre-pcap"):
        assert (share / name).stat().st_size > 1000
