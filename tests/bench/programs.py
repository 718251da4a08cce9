# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs to compare. All write to standard output, and so to the same output file."""

import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Callable, NamedTuple

import traffic

OUTER_LEN = 42  # Ethernet, IPv4 and GRE with a key
CHANGES = ["--dstipmap=192.0.2.0/24:198.51.100.0/24", "--enet-dmac=02:00:00:00:00:99", "--ttl=9"]
OUTER_MAC, NEW_MAC = "02:00:c0:00:02:02", "02:00:00:00:00:99"
TUNNEL = ["--vsid", "5001", "--local", "192.0.2.1", "--remote", "192.0.2.2",
          "--enet-dmac", OUTER_MAC]
ON_MAP = ["--vsid", "5001", "--enet-dmac", OUTER_MAC, "--map"]
SHELL = ["bash", "-o", "pipefail", "-c"]


class Failed(Exception):
    """A program failed."""


class Program(NamedTuple):
    """A command, and a check that raises BadCapture if its output is wrong."""
    name: str
    command: list
    check: Callable[[Path], None]
    own: bool = False  # nvgre-pcap; the exit code depends on it

    def missing(self):
        """The name of the program if it is not installed."""
        return None if shutil.which(self.command[0]) else Path(self.command[0]).name

    def checked(self, path):
        """Checks the output of the program. Raises Failed if it is wrong."""
        try:
            self.check(path)
        except traffic.BadCapture as error:
            raise Failed(f"wrong output: {error}") from error


class Captures:
    """The input files of one mix, in a folder."""

    def __init__(self, folder, packets):
        self.packets = packets
        self.plain, self.plain_ng = folder / "plain.pcap", folder / "plain.pcapng"
        self.tunnel, self.tunnel_ng = folder / "tunnel.pcap", folder / "tunnel.pcapng"
        self.map = folder / "map.yaml"
        self.plain_bytes = 0  # of all frames

    def make_plain(self, mix):
        """Makes the captures without NVGRE."""
        frames = traffic.frames(mix)
        traffic.write_pcap(self.plain, frames, self.packets)
        traffic.write_pcapng(self.plain_ng, frames, self.packets)
        rounds, rest = divmod(self.packets, len(frames))
        self.plain_bytes = rounds * sum(map(len, frames)) + sum(map(len, frames[:rest]))

    def make_map(self):
        """Makes a location map with all machines."""
        rows = ["version: 1\nrecords:\n"]
        for machine in range(traffic.MACHINES):
            host, address = machine % traffic.HOSTS, divmod(machine, 256)
            rows.append(f"  - {{vsid: 5001, ca: 10.0.{address[0]}.{address[1]}, type: static, "
                        f"mac: '{traffic.mac(machine).hex()}', pa: [192.0.2.{host + 1}]}}\n")
        self.map.write_text("".join(rows), encoding="ascii")

    @property
    def tunnel_bytes(self):
        """Captured bytes of the encapsulated packets."""
        return self.plain_bytes + self.packets * OUTER_LEN

    def remove(self):
        """Removes the files."""
        for path in (self.plain, self.plain_ng, self.tunnel, self.tunnel_ng, self.map):
            path.unlink(missing_ok=True)


def same_as(expected):
    """Checks that a pcap file has the same records as another one."""
    def check(path):
        if not traffic.same_records(path, expected):
            raise traffic.BadCapture(f"its packets are not those of {expected.name}")
    return check


def holds(packets, captured, mac=""):
    """Checks the numbers of packets and bytes, and the packets' destination MAC address."""
    def check(path):
        found = traffic.content(path, bytes.fromhex(mac.replace(":", "")))
        if found != (packets, captured):
            raise traffic.BadCapture(f"{found.packets} packets of {found.bytes} bytes instead of "
                                     f"{packets} of {captured}")
    return check


def encap_command(tool, path):
    """nvgre-pcap encap to standard output."""
    return [str(tool), "encap", "--quiet", *TUNNEL, str(path), "-"]


def mapped_command(tool, captures):
    """nvgre-pcap encap with a location map."""
    return [str(tool), "encap", "--quiet", *ON_MAP, str(captures.map), str(captures.plain), "-"]


def decap_command(tool, path):
    """nvgre-pcap decap to standard output."""
    return [str(tool), "decap", "--quiet", str(path), "-"]


def rewrite_command(tool, path):
    """nvgre-pcap rewrite of outer fields to standard output."""
    return [str(tool), "rewrite", "--quiet", *CHANGES, str(path), "-"]


def rewrite_programs(tool, captures):
    """nvgre-pcap rewrite for pcap and pcapng: destination address, its MAC address, TTL."""
    check = holds(captures.packets, captures.tunnel_bytes, NEW_MAC)
    return [Program("rewrite", rewrite_command(tool, captures.tunnel), check, True),
            Program("rewrite pcapng", rewrite_command(tool, captures.tunnel_ng), check, True)]


def encap_programs(tool, captures):
    """nvgre-pcap encap for pcap and pcapng, and with a location map."""
    check = holds(captures.packets, captures.tunnel_bytes, OUTER_MAC)
    return [Program("encap", encap_command(tool, captures.plain), check, True),
            Program("encap pcapng", encap_command(tool, captures.plain_ng), check, True),
            Program("encap map", mapped_command(tool, captures), check, True)]


def decap_programs(tool, captures):
    """nvgre-pcap decap for pcap and pcapng."""
    check_ng = holds(captures.packets, captures.plain_bytes)
    return [Program("decap", decap_command(tool, captures.tunnel), same_as(captures.plain), True),
            Program("decap pcapng", decap_command(tool, captures.tunnel_ng), check_ng, True)]


def make_captures(tool, mix, captures, timeout):
    """Makes the captures of a mix, those with NVGRE by nvgre-pcap. Raises Failed on errors."""
    captures.make_plain(mix)
    captures.make_map()
    paths = captures.tunnel, captures.tunnel_ng
    for program, path in zip(encap_programs(tool, captures), paths):
        try:
            with open(path, "wb") as output:
                subprocess.run(program.command, stdout=output, timeout=timeout, check=True)
        except subprocess.SubprocessError as error:
            raise Failed(f"{program.name}: {error}") from error
        program.checked(path)


def peer_programs(libpcap_copy, captures):
    """Other programs on the same packets: change an address, cut off 42 bytes, copy."""
    plain, tunnel = str(captures.plain), str(captures.tunnel)
    changed = holds(captures.packets, captures.plain_bytes, NEW_MAC)
    changed_outer = holds(captures.packets, captures.tunnel_bytes, NEW_MAC)
    bare, copied = same_as(captures.plain), same_as(captures.tunnel)
    return [
        Program("tcprewrite", ["tcprewrite", f"--infile={plain}", "--outfile=-",
                               f"--enet-dmac={NEW_MAC}"], changed),
        Program("tcprewrite outer", ["tcprewrite", f"--infile={tunnel}", "--outfile=-", *CHANGES],
                changed_outer),
        Program("editcap -L -C 42", ["editcap", "-F", "pcap", "-L", "-C", str(OUTER_LEN), tunnel,
                                     "-"], bare),
        Program("editcap copy", ["editcap", "-F", "pcap", tunnel, "-"], copied),
        Program("tcpdump copy", ["tcpdump", "-r", tunnel, "-w", "-"], copied),
        Program("libpcap copy", [str(libpcap_copy), tunnel, "-"], copied),
    ]


def pipe_programs(tool, captures):
    """nvgre-pcap between two pipes, and cat instead of it."""
    def pipe(path, *middle):
        return [*SHELL, f"cat {shlex.quote(str(path))} | {shlex.join(middle)} | cat"]

    encap = pipe(captures.plain, *encap_command(tool, "-"))
    decap = pipe(captures.tunnel, *decap_command(tool, "-"))
    return [Program("cat | cat | cat", pipe(captures.tunnel, "cat"), same_as(captures.tunnel)),
            Program("cat | encap | cat", encap, same_as(captures.tunnel), True),
            Program("cat | decap | cat", decap, same_as(captures.plain), True)]


def groups(tool, libpcap_copy, captures):
    """The groups of programs to compare. The first program of a group is the reference."""
    tunnel = str(captures.tunnel)
    cat = Program("cat", ["cat", tunnel], same_as(captures.tunnel))
    dd = Program("dd bs=256k", ["dd", f"if={tunnel}", "bs=256k", "status=none"],
                 same_as(captures.tunnel))
    encap, encap_ng, mapped = encap_programs(tool, captures)
    decap, decap_ng = decap_programs(tool, captures)
    rewrite, rewrite_ng = rewrite_programs(tool, captures)
    return {
        "files": [cat, dd, encap, mapped, decap, rewrite, encap_ng, decap_ng,
                  rewrite_ng],
        "peers": [cat, encap, decap, rewrite, *peer_programs(libpcap_copy, captures)],
        "pipes": pipe_programs(tool, captures),
    }
