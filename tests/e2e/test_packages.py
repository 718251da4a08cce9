# SPDX-License-Identifier: GPL-2.0-or-later
"""The Debian packages: contents, a trial as a new user, installation and removal."""

import gzip
import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 600
VERSION = re.search(r"project\(nvgre VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
LIBDIR = subprocess.run(["dpkg-architecture", "-qDEB_HOST_MULTIARCH"], check=True, text=True,
                        capture_output=True).stdout.strip()
NAMES = ["libnvgre-dev", "libnvgre0", "nvgre-pcap", "wireshark-nvgre"]


class Packages(NamedTuple):
    """The result of scripts/package.sh."""

    folder: Path
    said: str

    def deb(self, name):
        """The path of a package."""
        (path,) = self.folder.glob(f"{name}_*.deb")
        return path

    def field(self, name, field):
        """A field of a package's control file."""
        return output("dpkg-deb", "-f", self.deb(name), field).strip()

    def unpacked(self, name):
        """The folder with a package's files, and its control files in DEBIAN."""
        folder = self.folder / "unpacked" / name
        if not folder.exists():
            folder.parent.mkdir(exist_ok=True)
            output("dpkg-deb", "-R", self.deb(name), folder)
        return folder


def output(*command, **options):
    """The output of a command. The test fails if the command fails."""
    done = subprocess.run([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, timeout=TIMEOUT, **options)
    assert done.returncode == 0, f"{command}: {done.stdout[-5000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """The packages, built for these tests."""
    folder = tmp_path_factory.mktemp("packages")
    return Packages(folder, output(ROOT / "scripts" / "package.sh", folder))


def files(folder):
    """The files below a folder, except those in DEBIAN and doc."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")
            if (path.is_symlink() or not path.is_dir())
            and not re.match(r"DEBIAN/|usr/share/doc/", str(path.relative_to(folder)))}


# Package contents.

def test_names_and_version(packages):
    assert sorted(path.name.split("_")[0] for path in packages.folder.glob("*.deb")) == NAMES
    assert {packages.field(name, "Version") for name in NAMES} == {f"{VERSION}-1"}


def test_lintian_has_no_complaints(packages):
    assert re.findall(r"^[EW]: .*", packages.said, re.M) == []


FIELDS = [
    ("nvgre-pcap", "Section", "net"),
    ("nvgre-pcap", "Depends", r"libc6 .*libpcap0\.8 .*libyaml-0-2.*"),
    ("libnvgre0", "Section", "libs"),
    ("libnvgre0", "Depends", r"libc6 \(>= [\d.]+\)"),
    ("libnvgre-dev", "Section", "libdevel"),
    ("libnvgre-dev", "Depends", re.escape(f"libnvgre0 (= {VERSION}-1)")),
    ("wireshark-nvgre", "Section", "net"),
    ("wireshark-nvgre", "Depends", r".*libwireshark\d+ \(>= .*"),  # depends on the release
    ("wireshark-nvgre", "Recommends", r"wireshark \| tshark"),
]


@pytest.mark.parametrize("name, field, value", FIELDS)
def test_field(packages, name, field, value):
    assert re.fullmatch(value, packages.field(name, field))


@pytest.mark.parametrize("name", NAMES)
def test_fields_of_all(packages, name):
    assert packages.field(name, "Priority") == "optional"
    assert packages.field(name, "Maintainer") == "nvgre maintainers <maintainers@nvgre.example>"
    assert all(len(line) < 80 for line in packages.field(name, "Description").splitlines())


def test_files(packages):
    library = f"usr/lib/{LIBDIR}"
    headers = {f"usr/include/nvgre/{name}.h"
               for name in ("checksum", "ecn", "flowid", "frame", "nvgre", "outer", "wire")}
    assert files(packages.unpacked("libnvgre0")) == {
        f"{library}/libnvgre.so.0", f"{library}/libnvgre.so.{VERSION}"}
    assert files(packages.unpacked("libnvgre-dev")) == headers | {
        f"{library}/libnvgre.so", f"{library}/libnvgre.a", f"{library}/pkgconfig/nvgre.pc",
        *(f"{library}/cmake/nvgre/nvgreConfig{part}.cmake"
          for part in ("", "Version", "-relwithdebinfo"))}
    tool = files(packages.unpacked("nvgre-pcap"))
    assert "usr/bin/nvgre-pcap" in tool
    assert {path for path in tool if not path.startswith("usr/share/")} == {"usr/bin/nvgre-pcap"}
    plugin = files(packages.unpacked("wireshark-nvgre"))
    assert {re.sub(r"/\d+\.\d+/", "/RELEASE/", path) for path in plugin} == {
        f"{library}/wireshark/plugins/RELEASE/epan/nvgre.so",
        *(f"usr/share/wireshark/profiles/NVGRE/{path.name}"
          for path in (ROOT / "plugin" / "profile" / "NVGRE").iterdir())}


@pytest.mark.parametrize("name", NAMES)
def test_documents(packages, name):
    folder = packages.unpacked(name) / "usr" / "share" / "doc" / name
    assert "License: GPL-2.0-or-later" in (folder / "copyright").read_text()
    for document, text in (("changelog.gz", f"## {VERSION}"),
                           ("changelog.Debian.gz", f"nvgre ({VERSION}-1) unstable;")):
        data = (folder / document).read_bytes()
        assert text in gzip.decompress(data).decode()
        assert data[3:8] == bytes(5)  # no name, no time


def test_library_is_announced(packages):
    folder = packages.unpacked("libnvgre0") / "DEBIAN"
    assert (folder / "shlibs").read_text() == f"libnvgre 0 libnvgre0 (>= {VERSION})\n"
    assert (folder / "triggers").read_text() == "activate-noawait ldconfig\n"
    head, *symbols = (folder / "symbols").read_text().splitlines()
    assert head == "libnvgre.so.0 libnvgre0 #MINVER#"
    library = packages.unpacked("libnvgre0") / "usr" / "lib" / LIBDIR / "libnvgre.so.0"
    exported = {line.split()[-1].replace("@@", "@")
                for line in output("nm", "-D", "--defined-only", "--with-symbol-versions",
                                   library).splitlines()}
    exported = {name if "@" in name else f"{name}@{name}" for name in exported}
    assert {symbol.split()[0] for symbol in symbols} == exported


BINARIES = [("nvgre-pcap", "usr/bin/nvgre-pcap"), ("libnvgre0", "**/libnvgre.so.0.*"),
            ("wireshark-nvgre", "**/nvgre.so")]


@pytest.mark.parametrize("name, pattern", BINARIES)
def test_binaries_are_stripped_and_hardened(packages, name, pattern):
    (binary,) = packages.unpacked(name).glob(pattern)
    sections = output("readelf", "-S", "-W", binary)
    assert ".symtab" not in sections and ".debug_info" not in sections
    assert "DYN" in output("readelf", "-h", binary)  # position-independent
    assert "BIND_NOW" in output("readelf", "-d", binary)
    assert "GNU_RELRO" in output("readelf", "-l", binary)
    for folder in (ROOT, packages.folder):
        assert str(folder).encode() not in binary.read_bytes()


def test_same_source_gives_same_packages(packages, tmp_path):
    output(ROOT / "scripts" / "package.sh", tmp_path)
    for name in NAMES:
        (again,) = tmp_path.glob(f"{name}_*.deb")
        assert again.read_bytes() == packages.deb(name).read_bytes()


# Installation without packages.

def everything(folder):
    """All paths below a folder."""
    return {path.relative_to(folder) for path in folder.rglob("*")}


@pytest.mark.parametrize("components", [[], ["tool"], ["library", "development"], ["wireshark"]])
def test_uninstall_leaves_what_was_there(packages, tmp_path, components):
    """Keeps empty folders that existed before, and other files in folders that were created."""
    build, environment = packages.folder / "build", {**os.environ, "DESTDIR": str(tmp_path)}
    (tmp_path / "usr" / "lib" / LIBDIR / "pkgconfig").mkdir(parents=True)
    (tmp_path / "usr" / "bin").mkdir()
    before = everything(tmp_path)
    for component in components or [None]:
        option = ["--component", component] if component else []
        output("cmake", "--install", build, *option, env=environment)
    assert everything(tmp_path) > before
    output("cmake", "--build", build, "--target", "uninstall", env=environment)
    assert everything(tmp_path) == before


def test_uninstall_keeps_files_of_others(packages, tmp_path):
    build, environment = packages.folder / "build", {**os.environ, "DESTDIR": str(tmp_path)}
    output("cmake", "--install", build, env=environment)
    output("cmake", "--install", build, env=environment)
    mine = tmp_path / "usr" / "include" / "nvgre" / "mine.h"
    mine.write_text("")
    output("cmake", "--build", build, "--target", "uninstall", env=environment)
    assert {path for path in tmp_path.rglob("*") if not path.is_dir()} == {mine}
    done = subprocess.run(["cmake", "--build", build, "--target", "uninstall"], env=environment,
                          capture_output=True, text=True, check=False)
    assert done.returncode and "nothing was installed" in done.stdout + done.stderr


# The trial.

def test_a_new_user(packages):
    """In a minimal Debian tree. Takes a minute or two."""
    done = subprocess.run([ROOT / "scripts" / "try-packages.sh", packages.folder], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT,
                          check=False)
    if done.returncode == 77 and os.environ.get("CI") != "true":
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("nothing is left\n")
