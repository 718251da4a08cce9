# SPDX-License-Identifier: GPL-2.0-or-later
"""Every capture in stock tshark, with a plugin built with ASan and UBSan."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sanitized import (BLOCK, NAMES, SIMPLE, TAPS, Mode, fault, in_one, others, preferences,
                       require_sanitizers, samples)
from wireshark import readable, run, sandbox

require_sanitizers()

MODES = {
    "list": (Mode((), TAPS), BLOCK),  # without packet details
    "one pass": (Mode(("-V", "-x")), BLOCK),
    "two passes": (Mode(("-2", "-V")), BLOCK),
    "all preferences": (Mode(("-2", "-V"), (*preferences("TRUE"), *NAMES, *TAPS)), SIMPLE),
}
FILES = {**samples(), "of other tests": in_one(others().values())}


def test_the_plugin_is_the_one_with_sanitizers():
    [line] = [line for line in run("-G", "plugins").splitlines() if line.startswith("nvgre.so")]

    assert str(sandbox() / "plugins") in line


@pytest.mark.parametrize("capture", FILES)
def test_capture(capture):
    path = readable(FILES[capture])
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda mode: fault(path, mode[0], allocator=mode[1]), MODES.values())
        told = [f"{name}: {text}" for name, text in zip(MODES, found) if text]

    if told:
        pytest.fail("\n".join(told), pytrace=False)
