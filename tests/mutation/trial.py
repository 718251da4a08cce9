# SPDX-License-Identifier: GPL-2.0-or-later
"""The trial of a mutant: unit tests, commands and dissection, unit tests with sanitizers."""

import time

import relevant
from results import KILLED, NOT_COMPILED, SURVIVED, Result
from samecode import Compiler
from workplace import Failed, Workplace

SANITIZERS = "address,undefined"
SANITIZED = "sanitized "  # before the name of a unit test that is built with them
UNIT_SECONDS, FILE_SECONDS = 600, 1800  # without any mutant
NO_TESTS = 5  # exit code of pytest: all are skipped, or left out


class Court:
    """Tries mutants with tests that pass without any."""

    def __init__(self, folder, results, jobs, without, log):
        self.plain = Workplace(folder, results.snapshot, jobs)
        self.sanitized = Workplace(folder / "sanitized", results.snapshot, jobs, SANITIZERS)
        self.results = results
        self.without = without
        self.log = log
        self.compiler = None

    def prepare(self, mutants):
        """Builds, and runs all tests that these mutants need without any of them."""
        for place, prefix in (self.plain, ""), (self.sanitized, SANITIZED):
            self.log(f"building {place.build}")
            place.prepare()
            for name in place.tests:
                if prefix + name not in self.results.baseline:
                    self._passes(place, place.run_unit(name, UNIT_SECONDS), prefix + name)
        for name in dict.fromkeys(name for mutant in mutants
                                  for name in self.commands(mutant.path)):
            self._passes_file(name)
        self.compiler = Compiler(self.plain)

    def _passes_file(self, name):
        """Runs a file of tests/e2e without any mutant, if that was not done yet."""
        if name not in self.results.baseline:
            self.log(f"without any mutant: {name}")
            self.plain.forget_failing()
            ended = self._run_file(name, FILE_SECONDS)
            if ended.code and not ended.cut:
                again = self._run_file(name, FILE_SECONDS, "--last-failed")
                ended = again._replace(seconds=ended.seconds)
            self._passes(self.plain, ended, name)

    def _run_file(self, name, seconds, *options):
        """Runs a file of tests/e2e, but not the tests in it that are left out."""
        left_out = [f"--deselect=tests/e2e/{test}" for test in self.without
                    if test.startswith(f"{name}::")]
        return self.plain.run_file(name, seconds, *left_out, *options)

    def _passes(self, place, ended, name):
        if ended.failed and (ended.cut or not name.endswith(".py") or ended.code != NO_TESTS):
            raise Failed(f"without any mutant {name} fails; --without leaves out a file, or a test "
                         f"in it: {ended.cut}\n{place.last_output()}")
        self.results.add_baseline(name, ended.seconds)

    def commands(self, path):
        """The files of tests/e2e to run for a source file."""
        return [name for name in relevant.commands(path, self.results.baseline)
                if name not in self.without]

    def limit(self, name):
        """Seconds that a test may take: enough on a busy machine."""
        return 30 + 6 * self.results.baseline[name]

    def try_mutant(self, mutant):
        """Tries a mutant, and notes its result."""
        start = time.monotonic()
        text = mutant.apply(self.results.snapshot.sources()[mutant.path])
        outcome, by = self.compiler.judge(mutant, text), ""
        if not outcome:
            try:
                self.plain.write(mutant.path, text)
                outcome, by = self._test(mutant.path, text)
            finally:
                self.sanitized.restore(mutant.path)
        self.plain.restore(mutant.path)
        result = Result(outcome, by, time.monotonic() - start)
        self.results.add(mutant, result)
        return result

    def _test(self, path, text):
        changed = []
        for names in self._groups(path):
            if not self.plain.make(names):
                return NOT_COMPILED, ""
            changed += [name for name in names if self.plain.differs(name)]
            by = self._units(self.plain, "", [name for name in names if name in changed])
            if by:
                return KILLED, by
        if not self.plain.make(self.plain.targets()):
            return NOT_COMPILED, ""
        by = self._commands(path, text) or self._with_sanitizers(path, text, changed)
        return (KILLED, by) if by else (SURVIVED, "")

    def _groups(self, path):
        """The unit tests in two parts: the nearest need not wait until the others are built."""
        if path.startswith("plugin/"):
            return ()
        near = relevant.nearest(path, self.plain.tests)
        return near, [name for name in relevant.units(path, self.plain.tests) if name not in near]

    def _units(self, place, prefix, names):
        """The first unit test that fails, or nothing."""
        for name in names:
            ended = place.run_unit(name, self.limit(prefix + name))
            if ended.failed:
                return f"{prefix}{name}{' (' + ended.cut + ')' if ended.cut else ''}"
        return ""

    def _with_sanitizers(self, path, text, names):
        """The first unit test that fails with sanitizers, which find reads out of bounds."""
        if not names:
            return ""
        self.sanitized.write(path, text)
        if not self.sanitized.make(names):
            return ""
        return self._units(self.sanitized, SANITIZED, names)

    def _commands(self, path, text):
        """The first test of commands or of dissection that fails, or nothing."""
        seen = {kind: self.plain.differs(kind) for kind in ("plugin", "programs")}
        for name in self.commands(path):
            if seen["plugin" if relevant.of_plugin(name) else "programs"]:
                self._needs(name, path, text)
                by = self._file(name)
                if by:
                    return by
        return ""

    def _needs(self, name, path, text):
        """Takes a mutant back while a test runs that was never run without one."""
        if name not in self.results.baseline:
            self.plain.restore(path)
            self.plain.must(*self.plain.ninja(self.plain.targets()))
            self._passes_file(name)
            self.plain.write(path, text)
            self.plain.must(*self.plain.ninja(self.plain.targets()))

    def _file(self, name):
        """The test in a file that fails, and again when it is run alone; or nothing."""
        unsteady = []
        while True:
            self.plain.forget_failing()
            ended = self._run_file(name, self.limit(name),
                                   *(f"--deselect={test}" for test in unsteady))
            if ended.cut:
                return f"{name} ({ended.cut})"
            if ended.code in (0, NO_TESTS):
                return ""
            failing = self.plain.failing()
            ended = self._run_file(name, self.limit(name), "--last-failed")
            if ended.failed:
                return failing[0] if failing else name
            self.log(f"{name} failed, then passed: {' '.join(failing)}")
            if not failing:  # the second run was of all tests
                return ""
            unsteady += failing
