# SPDX-License-Identifier: GPL-2.0-or-later
"""The codec is pure: it calls only memcpy and similar functions, and has no state."""

import os
import subprocess
from pathlib import Path

BUILD = Path(os.environ.get("NVGRE_BUILD", Path(__file__).resolve().parents[2] / "build"))
LIBRARY = BUILD / "codec" / "libnvgre.a"


def symbols(*options):
    """Yields (name, section) of the symbols that nm lists with these options."""
    command = ["nm", "--format=sysv", *options, str(LIBRARY)]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        columns = [column.strip() for column in line.split("|")]
        if len(columns) == 7:
            yield columns[0], columns[-1]


def test_calls_only_memory_functions():
    defined = {name for name, _ in symbols("--defined-only", "--extern-only")}
    needed = {name for name, _ in symbols("--undefined-only")}
    assert "nvgre_frame_decode" in defined
    assert {name for name in needed - defined if not name.startswith("mem")} == set()


def test_keeps_no_state():
    """All objects are constant: in .rodata, or in .data.rel.ro if they contain pointers."""
    writable = {name for name, section in symbols("--defined-only")
                if section.startswith((".data", ".bss", "*COM*", ".tdata", ".tbss"))
                and not section.startswith(".data.rel.ro")}
    assert writable == set()
