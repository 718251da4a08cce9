# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the bench runs: the programs under test, the helpers in C, a folder for the captures."""

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
OVERHEAD = 80  # of a packet in the largest of these files, beside the frame


def helper(name, folder, *libraries):
    """The path of a helper in C: the one of the build, or one compiled into a folder."""
    built = BUILD / "tests" / "bench" / name
    if built.exists():
        return built
    path = folder / name
    command = ["cc", "-O2", "-o", str(path), str(HERE / f"{name}.c"), *libraries]
    try:
        subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pass  # then it is not there, and whoever needs it says so
    return path


def launcher(folder):
    """The program that runs and measures others."""
    path = helper("measure", folder)
    if not path.exists():
        raise Failed("measure.c is not compiled: no cc, and the target bench is not built")
    return path


def bytes_needed(mix, packets, files=FILES_AT_ONCE):
    """Room for the captures of a mix, generously."""
    mean = sum(mix.sizes) / len(mix.sizes)
    return int(files * packets * (mean + OVERHEAD))


def available_memory():
    """Memory that can be taken without swapping, in bytes."""
    kib = re.search(r"^MemAvailable: *(\d+)", Path("/proc/meminfo").read_text("ascii"), re.M)
    return int(kib[1]) * 1024 if kib else 0


def parent_folder(needed):
    """Memory if it has twice the room that is needed, otherwise the folder of temporary files."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        if min(shutil.disk_usage(MEMORY).free, available_memory()) >= 2 * needed:
            return MEMORY
    return Path(tempfile.gettempdir())


def build_settings():
    """The build's type and sanitizers: a figure of a slow build says little."""
    cache = BUILD / "CMakeCache.txt"
    text = cache.read_text("utf-8") if cache.exists() else ""
    found = dict(re.findall(r"^(CMAKE_BUILD_TYPE|NVGRE_SANITIZE):[A-Z]+=(.*)$", text, re.M))
    kind, sanitizers = (found.get(key) for key in ("CMAKE_BUILD_TYPE", "NVGRE_SANITIZE"))
    return (kind or "default") + (f", sanitizers {sanitizers}" if sanitizers else "")


def machine():
    """What the figures depend on."""
    return {"processors": os.cpu_count(), "machine": platform.machine(),
            "kernel": platform.release(), "build": build_settings()}
