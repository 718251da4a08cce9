# SPDX-License-Identifier: GPL-2.0-or-later
"""A copy of the source with a build of its own: where a mutant is built and tested."""

import hashlib
import io
import json
import os
import shlex
import shutil
import subprocess
import tarfile
from pathlib import Path

import process

ROOT = Path(__file__).resolve().parents[2]
AREAS = ("codec", "plugin", "tools")
PYTHON = "/usr/bin/python3"  # the one that has scapy
BUILD_SECONDS = 1800
# Mutants with arguments of wrong types are not worth a test. Other warnings do not matter.
ERRORS = ("-Werror=int-conversion -Werror=incompatible-pointer-types "
          "-Werror=implicit-function-declaration")
# What the tests in tests/e2e run, apart from the plugin.
PROGRAMS = ("nvgre-pcap", "send_capture", "manuals", "completion", "nvgre_shared", "nvgre")


class Failed(Exception):
    """A run is not possible; the text says why."""


def git(*arguments):
    """What git prints."""
    done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, check=False)
    if done.returncode:
        raise Failed(done.stderr.decode(errors="replace").strip())
    return done.stdout


class Snapshot:
    """The files of a commit."""

    def __init__(self, name):
        self.commit = git("rev-parse", "--verify", f"{name}^{{commit}}").decode().strip()
        with tarfile.open(fileobj=io.BytesIO(git("archive", self.commit))) as tar:
            self.files = {member.name: (tar.extractfile(member).read(), member.mode)
                          for member in tar if member.isfile()}
            self.links = {member.name: member.linkname for member in tar if member.issym()}

    def sources(self):
        """The C code that may be changed: path → text."""
        return {name: data.decode() for name, (data, _) in sorted(self.files.items())
                if name.endswith((".c", ".h")) and name.split("/")[0] in AREAS}

    def digest(self):
        """Differs as soon as any of that code does."""
        return hashlib.sha256(json.dumps(self.sources()).encode()).hexdigest()[:16]


class Workplace:
    """A tree, the folder of its build, and what its tests leave there."""

    def __init__(self, folder, snapshot, jobs, sanitize=""):
        self.tree = folder / "tree"
        self.build = folder / "build"
        self.tmp = folder / "tmp"
        self.output = folder / "output.txt"  # of the last command
        self.snapshot = snapshot
        self.jobs = jobs
        self.sanitize = sanitize
        self.tests = {}  # unit test → its command line
        self.hashes = {}  # program → hash without any change

    def prepare(self):
        """Builds the source without any change."""
        self.restore_all()
        self.clean()
        options = ["-DNVGRE_TESTS=ON", f"-DNVGRE_PLUGIN={'OFF' if self.sanitize else 'ON'}",
                   "-DNVGRE_WERROR=OFF", f"-DNVGRE_SANITIZE={self.sanitize}",
                   "-DCMAKE_BUILD_TYPE=None", f"-DCMAKE_C_FLAGS=-O1 {ERRORS}"]
        if shutil.which("ld.gold"):  # links faster
            options += [f"-DCMAKE_{kind}_LINKER_FLAGS=-fuse-ld=gold"
                        for kind in ("EXE", "SHARED", "MODULE")]
        self.must("cmake", "-S", self.tree, "-B", self.build, "-G", "Ninja", *options)
        self.tests = dict.fromkeys(self.listed())
        self.must(*self.ninja(self.targets()))
        self.tests = self.listed()
        self.hashes = {name: self.hash(name) for name in self.tests}
        if not self.sanitize:
            self.hashes |= {name: self.hash(name) for name in ("plugin", "programs")}

    def listed(self):
        """The unit tests: name → command line, which is None where it is not built yet."""
        done = subprocess.run(["ctest", "--test-dir", self.build, "--show-only=json-v1"],
                              capture_output=True, check=True)
        return {test["name"]: test.get("command") for test in json.loads(done.stdout)["tests"]}

    def targets(self):
        """All that is tested."""
        return [*self.tests, *(() if self.sanitize else (*PROGRAMS, "nvgre_plugin"))]

    def must(self, *command):
        """Runs a command; without its success the run cannot go on."""
        if process.run(command, BUILD_SECONDS, self.output).failed:
            raise Failed(f"{shlex.join(map(str, command))} fails:\n{self.last_output()}")

    def last_output(self):
        """The end of what the last command wrote."""
        return self.output.read_text(errors="replace")[-3000:]

    def ninja(self, targets):
        """The command that builds targets."""
        return "ninja", "-C", self.build, "-j", self.jobs, *targets

    def make(self, targets):
        """Builds targets; whether that is possible."""
        return not process.run(self.ninja(targets), BUILD_SECONDS, self.output).failed

    def hash(self, name):
        """A hash of a unit test, of the plugin, or of what the tests of commands run."""
        digest = hashlib.sha256()
        for path in self.built(name):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def built(self, name):
        """The files that a unit test, or the tests of plugin or programs, run or read."""
        if name == "plugin":
            return sorted((self.build / "plugins").rglob("*.so"))
        if name == "programs":
            texts = [path for folder in ("man", "completion")
                     for path in (self.build / "docs" / folder).iterdir()
                     if path.is_file() and path.suffix in (".1", ".5", ".bash", "")]
            return sorted([*(self.build / "tools").rglob("nvgre-pcap"),
                           *(self.build / "codec").glob("lib*.a"),
                           self.build / "tests" / "send_capture", *texts])
        return [Path(self.tests[name][0])]

    def differs(self, name):
        """Whether a program has other bytes than without a change."""
        return self.hash(name) != self.hashes[name]

    def write(self, path, text):
        """Changes a file."""
        (self.tree / path).write_text(text)

    def restore(self, path):
        """Takes a change back."""
        data = self.snapshot.files[path][0]
        if (self.tree / path).read_bytes() != data:  # otherwise it would be compiled again
            (self.tree / path).write_bytes(data)

    def restore_all(self):
        """Makes the tree equal to the commit. Files that are right already keep their times."""
        self.tree.mkdir(parents=True, exist_ok=True)
        for name, (data, mode) in self.snapshot.files.items():
            path = self.tree / name
            if not path.is_file() or path.read_bytes() != data:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            path.chmod(mode)
        for name, target in self.snapshot.links.items():
            path = self.tree / name
            path.unlink(missing_ok=True)
            path.symlink_to(target)
        for path in self.tree.rglob("*"):
            name = path.relative_to(self.tree).as_posix()
            if not path.is_dir() and name not in self.snapshot.files | self.snapshot.links:
                path.unlink()

    def clean(self):
        """Removes what tests have left."""
        shutil.rmtree(self.tmp, ignore_errors=True)
        self.tmp.mkdir(parents=True)
        self.tmp.chmod(0o755)

    def environment(self):
        """The environment of a test."""
        return {**os.environ, "NVGRE_BUILD": str(self.build), "TMPDIR": str(self.tmp),
                "ASAN_OPTIONS": "hard_rss_limit_mb=2048"}

    def run_unit(self, name, seconds):
        """Runs a unit test."""
        ended = process.run(self.tests[name], seconds, self.output, env=self.environment(),
                            cwd=self.build / "tests")
        self.clean()
        return ended

    def run_file(self, name, seconds, *options):
        """Runs a file of tests/e2e up to its first failing test."""
        ended = process.run(
            [PYTHON, "-m", "pytest", "-q", "-x", "-o", f"cache_dir={self.tmp.parent / 'cache'}",
             *options, f"tests/e2e/{name}"], seconds, self.output, cwd=self.tree,
            env=self.environment())
        self.clean()
        return ended

    def failing(self):
        """The tests that failed in the last run of such a file."""
        path = self.tmp.parent / "cache" / "v" / "cache" / "lastfailed"
        return list(json.loads(path.read_text())) if path.exists() else []

    def forget_failing(self):
        """Makes "--last-failed" forget earlier runs."""
        shutil.rmtree(self.tmp.parent / "cache", ignore_errors=True)
