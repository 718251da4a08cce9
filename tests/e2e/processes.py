# SPDX-License-Identifier: GPL-2.0-or-later
"""What a running process does, as the kernel tells."""

import signal
import time
from pathlib import Path

TIME_TO_STOP = 5  # seconds


def wait_until(true):
    """Waits until something is true, but not forever."""
    end = time.monotonic() + TIME_TO_STOP
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


def status(process):
    """The fields of /proc/PID/status."""
    text = Path(f"/proc/{process.pid}/status").read_text()
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def waits(process):
    """Whether a process has set up its signal handlers and waits for something now."""
    fields = status(process)
    caught = int(fields["SigCgt"], 16) >> (signal.SIGTERM - 1) & 1
    return bool(caught) and fields["State"].startswith("S")


def peak_memory(process):
    """The most memory that a running process has had, in bytes."""
    return int(status(process)["VmHWM"].split()[0]) * 1024
