# SPDX-License-Identifier: GPL-2.0-or-later
"""The environment of the bench: programs under test, helpers in C, a folder for the captures."""

import os
import platform
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from programs import Failed

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("NVGRE_BUILD", HERE.parents[1] / "build"))
TOOL = BUILD / "tools" / "nvgre-pcap"
MEMORY = Path("/dev/shm")
FILES_AT_ONCE = 5  # plain and encapsulated, each pcap and pcapng, and an output
OVERHEAD = 80  # of a packet in the largest of these files, in addition to the frame


def helper(name, folder, *libraries):
    """The path of a helper in C: from the build, or compiled into a folder."""
    built = BUILD / "tests" / "bench" / name
    if built.exists():
        return built
    path = folder / name
    command = ["cc", "-O2", "-o", str(path), str(HERE / f"{name}.c"), *libraries]
    try:
        subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pass  # it is missing; its users report that
    return path


def launcher(folder):
    """The program that runs and measures others."""
    path = helper("measure", folder)
    if not path.exists():
        raise Failed("measure.c is not compiled: no cc, and the target bench is not built")
    return path


def bytes_needed(mix, packets, files=FILES_AT_ONCE):
    """Bytes needed for the captures of a mix, with some reserve."""
    mean = sum(mix.sizes) / len(mix.sizes)
    return int(files * packets * (mean + OVERHEAD))


def available_memory():
    """Memory that is available without swapping, in bytes."""
    kib = re.search(r"^MemAvailable: *(\d+)", Path("/proc/meminfo").read_text("ascii"), re.M)
    return int(kib[1]) * 1024 if kib else 0


def parent_folder(needed):
    """A folder in memory if it has twice the needed room, else the temporary folder."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        if min(shutil.disk_usage(MEMORY).free, available_memory()) >= 2 * needed:
            return MEMORY
    return Path(tempfile.gettempdir())


def build_settings():
    """Build type and sanitizers. Figures of a slow build mean little."""
    cache = BUILD / "CMakeCache.txt"
    text = cache.read_text("utf-8") if cache.exists() else ""
    found = dict(re.findall(r"^(CMAKE_BUILD_TYPE|NVGRE_SANITIZE):[A-Z]+=(.*)$", text, re.M))
    kind, sanitizers = (found.get(key) for key in ("CMAKE_BUILD_TYPE", "NVGRE_SANITIZE"))
    return (kind or "default") + (f", sanitizers {sanitizers}" if sanitizers else "")


def machine():
    """The machine's properties that the figures depend on."""
    return {"processors": os.cpu_count(), "machine": platform.machine(),
            "kernel": platform.release(), "build": build_settings()}
