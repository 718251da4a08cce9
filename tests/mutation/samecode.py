# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds mutants with the same machine code as without a change, in which no test can fail."""

import hashlib
import json
import shlex
import subprocess


class Compiler:
    """Compiles single files of a workplace, with more optimisation than the build."""

    def __init__(self, workplace):
        self.workplace = workplace
        self.out = workplace.build / "single.o"
        self.commands = self._commands()
        self.users = self._users()

    def _commands(self):
        """The command line of each source, without what names its output."""
        found = {}
        entries = json.loads((self.workplace.build / "compile_commands.json").read_text())
        for entry in entries:
            words = iter(shlex.split(entry["command"]))
            line = []
            for word in words:
                if word in ("-o", "-MF", "-MT"):
                    next(words)
                elif word not in ("-c", "-MD"):
                    line.append(word)
            found.setdefault(entry["file"], [*line, "-O2", "-c", "-o", self.out])
        return found

    def _users(self):
        """The sources that include each file, as of the last build."""
        listed = subprocess.run(["ninja", "-C", self.workplace.build, "-t", "deps"],
                                capture_output=True, text=True, check=True).stdout
        found = {}
        for block in listed.split("\n\n"):
            names = [str((self.workplace.build / line.strip()).resolve())
                     for line in block.splitlines()[1:]]
            source = next((name for name in names if name in self.commands), None)
            for name in names if source else ():
                found.setdefault(name, []).append(source)
        return found

    def code(self, path):
        """A source's machine code, as a hash; None if it does not compile."""
        done = subprocess.run([str(word) for word in self.commands[path]], check=False,
                              cwd=self.workplace.build, capture_output=True)
        return None if done.returncode else hashlib.sha256(self.out.read_bytes()).hexdigest()

    def judge(self, mutant, text):
        """Writes a mutant; "not compiled" or "same code" if it needs no test, None otherwise."""
        path = str((self.workplace.tree / mutant.path).resolve())
        users = self.users.get(path, [])
        # Most mutants of a header change the first source that is compiled.
        for user in sorted(users, key=lambda name: (name != path, "/tests/" in name, name)):
            self.workplace.restore(mutant.path)
            was = self.code(user)
            self.workplace.write(mutant.path, text)
            now = self.code(user)
            if now is None:
                return "not compiled"
            if was != now:
                return None
        return "same code" if users else "not compiled"
