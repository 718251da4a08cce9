# SPDX-License-Identifier: GPL-2.0-or-later
"""Completion in bash and zsh at a terminal: how Tab changes a line, as the shell parses it.

Tab is bound to a function that inserts all possible completions. A printf before the line then
prints the words between control characters, which the typed line does not contain.
"""

import os
import pty
import re
import select
import shutil
import signal
import time

import pytest

from conftest import BUILD, ROOT, TIMEOUT

COMPLETION = BUILD / "docs" / "completion"
COMMANDS = {"encap", "decap", "rewrite", "replay", "learn", "info"}
MTU = {"keep", "drop", "trunc", "segment", "error"}
MAPS = ROOT / "tests" / "maps"
INTERFACES = {name for name in os.listdir("/sys/class/net") if name.startswith("l")}  # lo is one

BASH = r"""bind 'set enable-bracketed-paste off'; bind '"\t": insert-completions'"""
ZSH = ("autoload -Uz compinit; compinit -u -D; unset zle_bracketed_paste; "
       "zle -C all-matches complete-word _generic; bindkey '^I' all-matches; "
       "zstyle ':completion:all-matches:*' completer _all_matches _complete; "
       "zstyle ':completion:all-matches:*' insert true")
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"],
             f"source {COMPLETION}/nvgre-pcap.bash;" + BASH),
    "bash-completion": (["bash", "--norc", "--noprofile", "-i"],
                        "BASH_COMPLETION_USER_DIR=$PWD/user; "
                        "source /usr/share/bash-completion/bash_completion;" + BASH),
    "zsh": (["zsh", "-f", "-i"], f"fpath=({COMPLETION} $fpath);" + ZSH),
}


class Shell:
    """A shell at its own terminal."""

    def __init__(self, line, setup, folder):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            environment = {**os.environ, "TERM": "dumb", "PS1": "> ", "INPUTRC": "/dev/null",
                           "HOME": str(folder), "COLUMNS": "1000"}
            os.execvpe(line[0], line, environment)
        self.ask("stty cols 1000; " + setup)

    def close(self):
        """Ends it."""
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.terminal)

    def ask(self, text):
        """Types a line. Returns everything printed until the shell is done."""
        os.write(self.terminal, text.encode() + rb"; printf '\003'" + b"\r")
        data, end = bytearray(), time.monotonic() + TIMEOUT
        while b"\x03" not in data:
            ready, _, _ = select.select([self.terminal], [], [], max(0, end - time.monotonic()))
            assert ready, f"{text!r}: {data[-300:]}"
            data += os.read(self.terminal, 1 << 16)
        return data.decode()

    def words(self, line):
        """The words of a line after Tab was pressed at its end."""
        printed = self.ask(line + "\t" + "\x01" + r"printf '\001%s\002' " + "\x05")
        return re.findall("\x01(.*?)\x02", printed)


@pytest.fixture(scope="module", params=SHELLS)
def complete(request, tmp_path_factory):
    """The words that a shell adds to a line."""
    folder = tmp_path_factory.mktemp("files")
    for name in ("a file.pcap", "b.pcap"):
        (folder / name).touch()
    (folder / "sub").mkdir()
    for path in MAPS.iterdir():
        shutil.copy(path, folder)
    shutil.copy(MAPS / "all.yaml", folder / "my map.yaml")
    (folder / "flow.yaml").write_text(
        'version: 1\nrecords: [{vsid: 7001, pa: 10.0.0.1, mac: "02:00:00:00:00:01"}, {"vsid":0x1b5a,'
        ' pa: 10.0.0.1, mac: "02:00:00:00:00:02"}]\n', encoding="utf-8")
    lazy = folder / "user" / "completions"
    lazy.mkdir(parents=True)
    shutil.copy(COMPLETION / "nvgre-pcap.bash", lazy / "nvgre-pcap")
    shell = Shell(*SHELLS[request.param], folder)

    def launch(line):
        words = shell.words(f"nvgre-pcap {line}")
        assert words[0] == "nvgre-pcap"
        return words[1:]

    yield launch
    shell.close()


def added(words, before):
    """The added words, as a set. `words` must begin with `before`. Removes `--x=` of an option."""
    assert words[:len(before)] == before, words
    return {re.sub("^--[a-z0-9-]+=", "", word) for word in words[len(before):]}


# line, words that stay, possible words
CASES = (
    ("", [], COMMANDS | {"--help", "--version"}),
    ("re", [], {"rewrite", "replay"}),
    ("encap --mtu-action ", ["encap", "--mtu-action"], MTU),
    ("encap --mtu-action t", ["encap", "--mtu-action"], {"trunc"}),
    ("encap --mtu-action=", ["encap"], MTU),
    ("encap --mtu-action=k", ["encap"], {"keep"}),
    ("encap --mtu", ["encap"], {"--mtu", "--mtu-action"}),
    ("decap -q -F pcap", ["decap", "-q", "-F"], {"pcap", "pcapng"}),
    ("decap --compress g", ["decap", "--compress"], {"gz"}),
    ("info --sort ", ["info", "--sort"], {"packets", "bytes", "rate", "vsid", "first", "last"}),
    ("replay -i l", ["replay", "-i"], INTERFACES),
    ("replay -I l", ["replay", "-I"], INTERFACES),
    ("replay --intf1=l", ["replay"], INTERFACES),
    ("replay --sender=file -i b", ["replay", "--sender=file", "-i"], {"b.pcap"}),
    ("decap a", ["decap"], {"a file.pcap", "all-in-a-list.json", "all-utf-16be.json",
                            "all-utf-16le.json", "all-words.json", "all.json", "all.yaml"}),
    ("decap a\\ f", ["decap"], {"a file.pcap"}),
    ("decap 'a f", ["decap"], {"a file.pcap"}),
    ("decap b.pcap a\\ ", ["decap", "b.pcap"], {"a file.pcap"}),
    ("decap -r b", ["decap", "-r"], {"b.pcap"}),
    ("decap --read=b", ["decap"], {"b.pcap"}),
    ("encap --map m", ["encap", "--map"], {"my map.yaml"}),
    ("encap --map=m", ["encap"], {"my map.yaml"}),
    ("encap --map all.yaml --vsid ", ["encap", "--map", "all.yaml", "--vsid"],
     {"5001", "6001", "0x1771", "from-vlan", "from-interface"}),
    ("encap --map=all.yaml --vsid=5", ["encap", "--map=all.yaml"], {"5001"}),
    ("encap --map all.yaml --vsid from-", ["encap", "--map", "all.yaml", "--vsid"],
     {"from-vlan", "from-interface"}),
    ("encap --map my\\ map.yaml --vsid 6", ["encap", "--map", "my map.yaml", "--vsid"], {"6001"}),
    ("encap --map 'my map.yaml' --vsid 6", ["encap", "--map", "my map.yaml", "--vsid"], {"6001"}),
    ("encap --map \"my map.yaml\" --vsid 6", ["encap", "--map", "my map.yaml", "--vsid"], {"6001"}),
    ("encap --map all.yaml --map flow.yaml --vsid 7",
     ["encap", "--map", "all.yaml", "--map", "flow.yaml", "--vsid"], {"7001"}),
    ("encap --map flow.yaml --vsid 0", ["encap", "--map", "flow.yaml", "--vsid"], {"0x1b5a"}),
    ("encap --map none.yaml --vsid f", ["encap", "--map", "none.yaml", "--vsid"],
     {"from-vlan", "from-interface"}),
    *((f"encap --map {name} --vsid-filter ", ["encap", "--map", name, "--vsid-filter"],
       {"5001", "6001"})
      for name in ("all.json", "all-words.json", "all-utf-16le.json", "lookup-records.csv",
                   "lookup-records-utf-16le.csv", "customer-routes.csv")),
    ("decap --map all.json --vsid-filter 5001,", ["decap", "--map", "all.json", "--vsid-filter"],
     {"5001,5001", "5001,6001"}),
    ("decap --map all.json --vsid-filter=7000-7009,6", ["decap", "--map", "all.json"],
     {"7000-7009,6001"}),
    ("decap --map all.json --vsid-filter 5001-6", ["decap", "--map", "all.json", "--vsid-filter"],
     {"5001-6001"}),
    ("replay --encap --map all.json -", ["replay", "--encap", "--map", "all.json"], None),
)


@pytest.mark.parametrize("line, before, expected", CASES, ids=[case[0] for case in CASES])
def test_completion(complete, line, before, expected):
    words = added(complete(line), before)
    if expected is None:
        assert {"-i", "--intf1", "-K", "--vsid", "--help"} <= words
    else:
        assert words == expected


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_all_options(complete, run, command):
    """Each option of --help, by both of its names."""
    text = run(command, "--help").stdout.decode()
    options = set(re.findall(r"^  (?:-\w, )?(--[a-z0-9-]+)", text, re.MULTILINE))
    options |= set(re.findall(r"^  (-\w),", text, re.MULTILINE))
    words = {word.rstrip("=") for word in complete(f"{command} -")[1:]}
    assert words == options
