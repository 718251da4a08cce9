# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs programs in turns and records their times and peak memory."""

import os
import signal
import subprocess
from dataclasses import dataclass, field
from typing import NamedTuple

from programs import Failed, Program

KIB_IN_MIB = 1024
FILLER = bytes(1 << 20)


class Run(NamedTuple):
    """One run: seconds, and peak memory in MiB."""
    wall: float
    user: float
    system: float
    peak: float


@dataclass
class Result:
    """The runs of a program, or the reason why there are none."""
    group: str
    program: Program
    runs: list = field(default_factory=list)
    failure: str = ""
    installed: bool = True

    @property
    def name(self):
        """The program's name."""
        return self.program.name

    @property
    def times(self):
        """Wall clock seconds of each round."""
        return [run.wall for run in self.runs]

    @property
    def cpu_times(self):
        """Seconds of user and system time of each round."""
        return [run.user + run.system for run in self.runs]

    @property
    def peak(self):
        """The highest peak memory in MiB."""
        return max(run.peak for run in self.runs)

    def fail(self, reason):
        """Drops all runs: a program that fails has no valid time."""
        self.failure = str(reason)
        self.runs.clear()


class Runner:
    """Runs commands with standard output to one file. The file is overwritten in place or is always
    new."""

    def __init__(self, folder, launcher, fresh, timeout):
        self.folder = folder
        self.output = folder / "output"
        self.errors = folder / "errors"
        self.figures = folder / "figures"
        self.launcher, self.fresh, self.timeout = launcher, fresh, timeout

    def run(self, command):
        """Runs a command once. Raises Failed if it fails."""
        if self.fresh:
            self.output.unlink(missing_ok=True)
        output = os.open(self.output, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            with open(self.errors, "wb") as errors:
                self._wait([str(self.launcher), str(self.figures), *command], output, errors)
        finally:
            os.close(output)
        status, wall, user, system, peak = self.figures.read_text(encoding="ascii").split()
        code = os.waitstatus_to_exitcode(int(status))
        if code != 0:
            raise Failed(f"exit code {code}: {self._first_error()}")
        return Run(float(wall), float(user), float(system), int(peak) / KIB_IN_MIB)

    def _wait(self, command, output, errors):
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                              start_new_session=True) as process:
            try:
                code = process.wait(self.timeout)
            except BaseException as error:  # also if interrupted: no program is left running
                os.killpg(process.pid, signal.SIGKILL)
                if isinstance(error, subprocess.TimeoutExpired):
                    raise Failed(f"not ready after {self.timeout:g} s") from error
                raise
        if code != 0:
            raise Failed(f"measure: {self._first_error()}")

    def _first_error(self):
        lines = self.errors.read_text(errors="replace").strip().splitlines()
        return lines[0] if lines else "no message"

    def in_turns(self, group, programs, rounds):
        """Results of programs that run in turns, A B C A B C. Before, each program runs once with
        an empty output file, and this output is checked."""
        results = [Result(group, program) for program in programs]
        self._fill(max(map(self._try_out, results)))
        for _ in range(rounds):
            for result in results:
                if result.failure:
                    continue
                try:
                    result.runs.append(self.run(result.program.command))
                except Failed as error:
                    result.fail(error)
        return results

    def in_turns_checked(self, group, programs, rounds):
        """The same for slow programs with little output: every run counts, and every output is
        checked."""
        results = [Result(group, program) for program in programs]
        for result in results * rounds:
            if not result.failure:
                result.runs += self._checked_run(result)
        return results

    def _try_out(self, result):
        """The size of a program's output after a check, or 0 if it fails."""
        return self.output.stat().st_size if self._checked_run(result) else 0

    def _checked_run(self, result):
        """Runs a program with an empty output file and checks it. Returns a list of 0 or 1 run."""
        program = result.program
        if program.missing():
            result.installed = False
            result.fail("not installed")
            return []
        try:
            self.output.unlink(missing_ok=True)
            run = self.run(program.command)
            program.checked(self.output)
            return [run]
        except Failed as error:
            result.fail(error)
            return []

    def _fill(self, size):
        """Allocates all pages of the output file that programs will overwrite."""
        with open(self.output, "wb") as file:
            for start in range(0, size, len(FILLER)):
                file.write(FILLER[:size - start])
