# SPDX-License-Identifier: GPL-2.0-or-later
"""The installed library: exported symbols, binary interface, and programs that use it."""

import os
import re
import shutil
import subprocess

import pytest

from wireshark import BUILD, CAPTURES, ROOT, readable, run

CODEC = ROOT / "codec"
EXAMPLE = ROOT / "docs" / "examples" / "vsids.c"
STRICT = ("-Wall", "-Wextra", "-Werror", "-pedantic")
HEADERS = ("checksum.h", "ecn.h", "flowid.h", "frame.h", "nvgre.h", "outer.h", "wire.h")


def output(*command, **options):
    """The output of a command. The test fails if the command fails."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False,
                          timeout=120, **options)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Library and development files, installed under another prefix than the configured one."""
    prefix = tmp_path_factory.mktemp("library") / "prefix"
    for component in ("library", "development"):
        output("cmake", "--install", BUILD, "--prefix", prefix, "--component", component)
    return prefix


@pytest.fixture(scope="module")
def pkg_config(installed):
    """The output of pkg-config for the installed library and libpcap."""
    (folder,) = {path.parent for path in installed.rglob("nvgre.pc")}
    environment = {**os.environ, "PKG_CONFIG_PATH": str(folder)}
    return lambda *options: output("pkg-config", *options, "nvgre", "libpcap",
                                   env=environment).split()


def library(installed):
    """The folder of the libraries."""
    (path,) = installed.rglob("libnvgre.so")
    return path.parent


# The interface.

def declared():
    """The functions that the headers declare for the library to define."""
    names = set()
    for header in HEADERS:
        names |= set(re.findall(r"^(?!static|NVGRE_SHORT_WAY|return)[a-z][\w ]*?[ *](nvgre_\w+)\(",
                                (CODEC / header).read_text(), re.M))
    return names


def test_exports_what_the_headers_declare(installed):
    listing = output("nm", "-D", "--defined-only", library(installed) / "libnvgre.so")
    exported = {line.split()[-1] for line in listing.splitlines() if " A " not in line}
    assert exported == {f"{name}@@NVGRE_0" for name in declared()}
    assert len(exported) >= 18


def test_headers_are_those_of_the_interface(installed):
    assert sorted(path.name for path in (installed / "include" / "nvgre").iterdir()) == [*HEADERS]


def test_names(installed):
    text = (ROOT / "CMakeLists.txt").read_text()
    (version,) = re.findall(r"project\(nvgre VERSION ([\d.]+)", text)
    folder = library(installed)
    assert os.readlink(folder / "libnvgre.so") == "libnvgre.so.0"
    assert os.readlink(folder / "libnvgre.so.0") == f"libnvgre.so.{version}"
    assert "soname: [libnvgre.so.0]" in output("readelf", "-d", folder / "libnvgre.so")


def test_binary_interface_is_the_agreed_one():
    output(ROOT / "scripts" / "abi.sh", BUILD)


@pytest.mark.parametrize("was, becomes", [
    (r"nvgre_sum;", ""),
    (r"uint32_t key; ", "uint64_t key; "),
    (r"NVGRE_CLASS_OTHER, ", "NVGRE_CLASS_NEW, NVGRE_CLASS_OTHER, "),
    (r"uint8_t nvgre_ecn_decap", "uint16_t nvgre_ecn_decap"),
    (r".*inner_max(;| =).*\n", ""),
])
def test_another_binary_interface_is_told(tmp_path, was, becomes):
    shutil.copytree(CODEC, tmp_path / "codec")
    changes = 0
    for path in (tmp_path / "codec").iterdir():
        text, count = re.subn(was, becomes, path.read_text())
        path.write_text(text)
        changes += count
    assert changes in (1, 2)  # a declaration, and its definition if any
    output("cc", "-g", "-O2", "-fPIC", "-shared", "-Wl,-soname,libnvgre.so.0",
           f"-Wl,--version-script={tmp_path}/codec/libnvgre.map", "-o",
           tmp_path / "codec" / "libnvgre.so", *(tmp_path / "codec").glob("*.c"))
    done = subprocess.run([ROOT / "scripts" / "abi.sh", tmp_path], capture_output=True, text=True,
                          check=False)
    assert done.returncode & 4, done.stdout  # abidiff's bit for a change


# Its use.

@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("compiler", ["gcc -std=c11", "clang -std=c11", "g++ -std=c++11",
                                      "clang++ -std=c++11 -Wno-unused-function"])
def test_each_header_stands_alone(installed, tmp_path, compiler, header):
    source = tmp_path / ("main.cc" if "++" in compiler else "main.c")
    source.write_text(f"#include <nvgre/{header}>\nint main(void) {{ return 0; }}\n")
    output(*compiler.split(), *STRICT, "-Wconversion", "-I", installed / "include",
           "-fsyntax-only", source)


@pytest.fixture(scope="module")
def expected():
    """VSID, FlowID and inner MACs in a sample, from Wireshark without the plugin."""
    lines = []
    shown = run("-n", "-r", readable(CAPTURES / "two-tenants.pcap"), "-T", "fields", "-e", "gre.key",
                "-e", "eth.dst", "-e", "eth.src", plugin=False)
    for line in shown.splitlines():
        key, *macs = line.split("\t")
        destination, source = (both.split(",")[1] for both in macs)
        lines.append(f"{int(key, 0) >> 8} {int(key, 0) & 255} {destination} {source}")
    assert len(lines) == 35
    return lines


def shows(program, expected, **environment):
    """Checks the output of the built example for the sample."""
    shown = output(program, CAPTURES / "two-tenants.pcap", env={**os.environ, **environment})
    assert shown.splitlines() == expected


def test_example_with_the_shared_library(installed, pkg_config, tmp_path, expected):
    program = tmp_path / "vsids"
    output("gcc", *STRICT, EXAMPLE, "-o", program, *pkg_config("--cflags", "--libs"))
    assert "[libnvgre.so.0]" in output("readelf", "-d", program)
    shows(program, expected, LD_LIBRARY_PATH=str(library(installed)))


def test_example_with_the_static_library(pkg_config, tmp_path, expected):
    program = tmp_path / "vsids"
    libraries = [word.replace("-lnvgre", "-l:libnvgre.a") for word in pkg_config("--libs")]
    output("gcc", *STRICT, *pkg_config("--cflags"), EXAMPLE, "-o", program, *libraries)
    assert "libnvgre" not in output("readelf", "-d", program)
    shows(program, expected)


@pytest.mark.parametrize("target", ["nvgre", "nvgre_static"])
def test_example_with_cmake(installed, pkg_config, tmp_path, expected, target):
    """find_package finds the library under its prefix. The built program finds it too."""
    (tmp_path / "CMakeLists.txt").write_text(f"""
        cmake_minimum_required(VERSION 3.25)
        project(example LANGUAGES C)
        find_package(nvgre 0.1 REQUIRED)
        add_executable(vsids {EXAMPLE})
        target_link_libraries(vsids nvgre::{target} pcap)
    """)
    output("cmake", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={installed}")
    output("cmake", "--build", tmp_path / "build")
    shows(tmp_path / "build" / "vsids", expected)


def test_example_tells_what_is_wrong(pkg_config, tmp_path):
    program = tmp_path / "vsids"
    libraries = [word.replace("-lnvgre", "-l:libnvgre.a") for word in pkg_config("--libs")]
    output("gcc", *pkg_config("--cflags"), EXAMPLE, "-o", program, *libraries)
    cut = tmp_path / "cut.pcap"
    cut.write_bytes((CAPTURES / "two-tenants.pcap").read_bytes()[:-1])
    for arguments, message in (((), "usage"), ((tmp_path / "none",), "No such file"),
                               ((cut,), "truncated")):
        done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 1 and message in done.stderr
