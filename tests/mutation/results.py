# SPDX-License-Identifier: GPL-2.0-or-later
"""What is known of mutants, in a file with a JSON object a line: a run goes on where it ended."""

import json
from typing import NamedTuple

KILLED, SURVIVED = "killed", "survived"
NOT_COMPILED, SAME_CODE = "not compiled", "same code"
COUNTED = (KILLED, SURVIVED)


class Result(NamedTuple):
    """What became of a mutant."""

    outcome: str
    by: str  # the test that failed, or what else there is to say
    seconds: float


class Results:
    """The results of earlier runs that still hold, and those of this one.

    Results hold as long as the C code is the same. With other tests, in another commit, what had
    survived is tried again; what was killed stays so.
    """

    def __init__(self, path, snapshot):
        self.path = path
        self.snapshot = snapshot
        self.sources = snapshot.digest()
        self.mutants = {}
        self.baseline = {}  # seconds of each test, without any change
        if path.exists():
            for line in path.read_text().splitlines():
                self._take(line)

    def _take(self, line):
        try:
            entry = json.loads(line)
        except ValueError:  # the last line of a run that was cut off
            return
        same_commit = entry["commit"] == self.snapshot.commit
        if "test" in entry:
            if same_commit:
                self.baseline[entry["test"]] = entry["seconds"]
        elif entry["sources"] == self.sources and (same_commit or entry["outcome"] != SURVIVED):
            self.mutants[entry["mutant"]] = Result(entry["outcome"], entry["by"], entry["seconds"])

    def _write(self, entry):
        cut_off = self.path.exists() and not self.path.read_bytes().endswith(b"\n")
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(("\n" if cut_off else "") + json.dumps(entry) + "\n")

    def add_baseline(self, test, seconds):
        """Notes that a test passes without any change."""
        self.baseline[test] = seconds
        self._write({"test": test, "seconds": round(seconds, 2), "commit": self.snapshot.commit})

    def add(self, mutant, result):
        """Notes what became of a mutant."""
        self.mutants[str(mutant)] = result
        self._write({"mutant": str(mutant), **result._asdict(), "seconds": round(result.seconds, 2),
                     "sources": self.sources, "commit": self.snapshot.commit})
