# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs commands within limits of time, memory and file size, and leaves nothing of them running."""

import ctypes
import os
import resource
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

PR_SET_CHILD_SUBREAPER = 36
MEMORY_MAX = 3 << 30  # bytes, of all processes of a command
FILE_MAX = 2 << 30
LOOK = 0.2  # seconds between two looks at the memory
PAGE = resource.getpagesize()


class Ended(NamedTuple):
    """How a command ended."""

    code: int  # exit code; negative: the signal that ended it
    cut: str  # why it was ended before its time, or ""
    seconds: float

    @property
    def failed(self):
        """Whether it failed, or was ended."""
        return bool(self.code or self.cut)


def adopt_orphans():
    """From now on a descendant that loses its parent becomes a child of this process."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def processes():
    """All processes: number → (parent, bytes of memory)."""
    found = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                fields = Path(entry.path, "stat").read_text(errors="replace").rpartition(")")[2]
            except OSError:  # has just ended
                continue
            words = fields.split()
            found[int(entry.name)] = (int(words[1]), int(words[21]) * PAGE)
    return found


def descendants():
    """The processes that this one has started, or those have: number → bytes of memory."""
    everything, mine, found = processes(), {os.getpid()}, {}
    while True:
        more = {number for number, (parent, _) in everything.items() if parent in mine} - mine
        if not more:
            return found
        mine |= more
        found |= {number: everything[number][1] for number in more}


def end_all():
    """Ends whatever this process has started, daemons and what they started included."""
    while descendants():
        for number in descendants():
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.01)


def limit():
    """What a command may not exceed; runs in the child."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_MAX, FILE_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(command, seconds, output, **options):
    """Runs a command to its end or to the end of its time; its output goes to a file."""
    start = time.monotonic()
    cut = ""
    with open(output, "wb") as file, subprocess.Popen(
            [*map(str, command)], stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
            start_new_session=True, preexec_fn=limit, **options) as process:
        try:
            while True:
                try:
                    process.wait(LOOK)
                    break
                except subprocess.TimeoutExpired:
                    cut = excess(start + seconds)
                    if cut:
                        process.kill()
                        break
        finally:
            process.poll()
            if process.returncode is None:
                process.kill()
                process.wait()
            end_all()
    return Ended(process.returncode, cut, time.monotonic() - start)


def excess(end):
    """Which limit is exceeded by what runs now."""
    if time.monotonic() > end:
        return "time-out"
    if sum(descendants().values()) > MEMORY_MAX:
        return "out of memory"
    return ""
