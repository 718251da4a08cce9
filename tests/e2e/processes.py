# SPDX-License-Identifier: GPL-2.0-or-later
"""The state of a running process, from the kernel."""

import signal
import time
from pathlib import Path

TIME_TO_STOP = 5  # seconds


def wait_until(true):
    """Waits until `true()` is true, with a time limit."""
    end = time.monotonic() + TIME_TO_STOP
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


def status(process):
    """The fields of /proc/PID/status."""
    text = Path(f"/proc/{process.pid}/status").read_text()
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def waits(process):
    """Whether a process has set up its signal handlers and is waiting now."""
    fields = status(process)
    caught = int(fields["SigCgt"], 16) >> (signal.SIGTERM - 1) & 1
    return bool(caught) and fields["State"].startswith("S")


def peak_memory(process):
    """The peak memory of a running process, in bytes."""
    return int(status(process)["VmHWM"].split()[0]) * 1024
