# SPDX-License-Identifier: GPL-2.0-or-later
"""The allowed includes in tools/: docs/architecture.md and the compiler agree on them."""

import json
import re
import shlex
import subprocess
from graphlib import TopologicalSorter

import pytest

from conftest import BUILD, ROOT

TOOLS = ROOT / "tools"
# Each folder, and the folders that its files may include in addition to itself and codec/.
BELOW = {
    "base": set(),
    "capfile": {"base"},
    "map": {"base"},
    "transform": {"base", "capfile", "map"},
    "select": {"base", "capfile", "map", "transform"},
    "pipeline": {"base", "capfile", "map", "transform", "select"},
    "info": {"base", "capfile", "map", "transform", "select", "pipeline"},
    "learn": {"base", "capfile", "map", "transform", "select", "pipeline"},
    "replay": {"base", "capfile", "map", "transform", "select", "pipeline"},
    "cli": {"base", "capfile", "map", "transform", "select", "pipeline", "info", "learn", "replay"},
}
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


@pytest.fixture(scope="module")
def flags():
    """The include paths of the compiler for each folder."""
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    return {folder: next([word for word in shlex.split(entry["command"]) if word.startswith("-I")]
                         for entry in commands if f"/tools/{folder}/" in entry["file"])
            for folder in BELOW}


def test_all_folders_are_listed():
    assert {path.name for path in TOOLS.iterdir() if path.is_dir()} == set(BELOW)


@pytest.mark.parametrize("folder", BELOW)
def test_a_wrong_include_does_not_compile(flags, folder):
    for other in BELOW:
        header = min((TOOLS / other).glob("*.h")).name
        done = subprocess.run(["cc", *flags[folder], "-E", "-o", "/dev/null", "-"], timeout=60,
                              input=f'#include "{other}/{header}"\n', text=True,
                              stderr=subprocess.PIPE)
        allowed = other in BELOW[folder]
        assert (done.returncode == 0) == allowed, (folder, other, done.stderr)
        assert allowed or f"{other}/{header}: No such file" in done.stderr


def test_no_include_leaves_its_folder_by_a_path():
    for path in TOOLS.rglob("*.[ch]"):
        assert not any(".." in name for name in INCLUDE.findall(path.read_text())), path


def test_no_circle():
    """No two files of a folder call each other, directly or indirectly."""
    for folder in BELOW:
        text = subprocess.run(["nm", "-A", "-g", BUILD / "tools" / f"lib{folder}.a"], check=True,
                              timeout=60, stdout=subprocess.PIPE, text=True).stdout
        symbols = [line.split(":")[1:] for line in text.splitlines()]
        owner = {rest.split()[-1]: name for name, rest in symbols if " U " not in rest}
        graph = {}
        for name, rest in symbols:
            other = owner.get(rest.split()[-1], name)
            graph.setdefault(name, set()).update({other} - {name})
        assert len(graph) > 1
        TopologicalSorter(graph).prepare()  # raises CycleError
