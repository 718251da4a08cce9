# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: options, values, arguments, help, and messages about mistakes."""

import os
import re

import pytest

import pcapfile

ENCAP = ("encap", "--vsid", "5001", "--local", "192.168.4.11", "--remote", "192.168.4.22")
DECAP = ("decap",)
INFO = ("info",)
REWRITE = ("rewrite",)
REPLAY = ("replay", "-i", "v0")
FRAME = bytes.fromhex("06060000000706060000000588b5") + bytes(46)


@pytest.fixture
def refused(run, tmp_path):
    """Runs a command that must be refused before it opens any file. Returns the message."""
    def launch(*line, files=("in", "out")):
        done = run(*line, *files, cwd=tmp_path, code=2)
        assert done.stdout == b"" and not list(tmp_path.iterdir())
        assert done.stderr.count("\n") == 1
        return done.stderr

    return launch


# option, refused values, expected text in the message
NUMBERS = {
    "vsid": ("from-interface|from-vlan or 0 to 16777215", ("16777216", "0x1000000", "4294972297", "5001x", "5 001")),
    "key": ("0 to 4294967295", ("4294967296", "0x100000000", "18446744073709556617")),
    "flowid": ("toeplitz|toeplitz-sym|crc32c|zero or 0 to 255", ("256", "Zero", "toeplit")),
    "enet-vlan-tag": ("0 to 4095", ("4096",)),
    "enet-vlan-pri": ("0 to 7", ("8",)),
    "enet-vlan-cfi": ("0 to 1", ("2",)),
    "ttl": ("inherit or 1 to 255", ("0", "256", "Inherit")),
    "mtu": ("68 to 65535", ("67", "65536")),
    "mss-clamp": ("1 to 65535", ("0", "65536")),
    "tos": ("inherit|pcp or 0 to 255", ("256", "0x100", "dscp")),
    "packet-count": ("1 to 4294967295", ("0", "4294967296")),
}
NEVER_NUMBERS = ("", "-1", "+1", " 1", "1 ", "1.0", "1e2", "x", "0x", "0xg", "99999999999999999999")
WORDS = {
    "enet-vlan-proto": ("802.1q|802.1ad", ("802.1Q", "0x8100", "1", "")),
    "ecn": ("copy|ignore", ("Copy", "0", "copy ", "")),
    "df": ("set|clear|inherit", ("1", "0", "256", "")),
    "mtu-action": ("keep|drop|trunc|segment|error", ("fragment", "")),
    "on-miss": ("error|drop|default", ("flood", "")),
    "inner-vlan": ("strip|drop|keep", ("strip,drop", "0", "")),
    "format": ("pcap|nsecpcap|pcapng", ("erf", "0", "PCAP", "")),
    "compress": ("gz|zst|none", ("gzip", "zstd", "9", "")),
    "others": ("keep|drop", ("1", "")),
}
REWRITE_NUMBERS = {
    "key": ("0 to 4294967295", ("4294967296",)),
    "flowid": ("keep|toeplitz|toeplitz-sym|crc32c|zero or 0 to 255", ("256", "Keep")),
    "enet-vlan-tag": ("0 to 4095", ("4096",)),
    "enet-vlan-pri": ("0 to 7", ("8",)),
    "enet-vlan-cfi": ("0 to 1", ("2",)),
    "ttl": ("0 to 255", ("256", "inherit")),
    "tos": ("0 to 255", ("256",)),
    "ip-id": ("0 to 65535", ("65536",)),
    "inner-vlan-tag": ("0 to 4095", ("4096",)),
    "inner-vlan-pri": ("0 to 7", ("8",)),
    "seed": ("0 to 4294967295", ("4294967296",)),
}
REWRITE_WORDS = {
    "enet-vlan": ("add|del|set", ("delete", "1", "")),
    "enet-vlan-proto": ("802.1q|802.1ad", ("0x8100", "")),
    "ecn": ("not-ect|ect1|ect0|ce", ("0", "CE", "")),
    "df": ("set|clear", ("inherit", "1", "")),
    "inner-vlan": ("keep|strip", ("drop", "")),
}
NETS = "pairs such as 10.0.0.0/8:172.16.0.0/12,[2001:db8::/32]:[fd00::/32]"
BAD_NETS = ("", "10.0.0.0/8", "10.0.0.0/8:", ":10.0.0.0/8", "10.0.0.0/33:10.0.0.0/8",
            "10.0.0.0/8:[fd00::/8]", "fd00::/8:fd01::/8", "10.0.0.0/8:11.0.0.0/8,",
            "10.0.0.0/8:11.0.0.0/8:12.0.0.0/8", "10.0.0.0/8-11.0.0.0/8", "x:y")
SPAN, SCALE = ("seconds such as -3600 or 0.5",
               "a number such as 0.5 or 2, above 0, up to 1000000")
ADDRESS, MAC = "an IPv4 or IPv6 address", "a MAC address such as 02:00:00:00:00:01"
BAD_ADDRESSES = ("", "1.2.3", "1.2.3.4.5", "1.2.3.256", "host", "::1::", "1.2.3.4/24", "fe80::1%lo",
                 " 1.2.3.4")
BAD_MACS = ("", "02:00:00:00:00", "02:00:00:00:00:01:02", "020000000001", "02:00:00:00:00:0g",
            "2:0:0:0:0:1", "02:00:00:00:00:01 ", "02.00.00.00.00.01", "02:00:00:00:00:")
VSIDS = "VSIDs such as 5001,6000-6009 (0 to 16777215)"
BAD_PEERS = ("", ",", "10.0.0.1,", ",10.0.0.1", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129",
             "10.0.0.0/8/8", "10.0.0", "10.0.0.1 ", "host", "10.0.0.1;10.0.0.2",
             "10.0.0.0/255.0.0.0", "1:2:3:4:5:6:7:8:9", 60 * "1")
BAD_VSIDS = ("", ",", "5001,", ",5001", "5001,,6001", "16777216", "6009-6000", "5002-5001",
             "5001-", "-5001", "5001-5002-5003", "5001 ", " 5001", "5001;6001", "x", "+5001",
             "5001-16777216", "18446744073709556617")


TIME = "a time such as 2026-01-01 10:00:00.5, with Z for UTC, or 1767261600.5"
BAD_TIMES = ("", "now", "-1", "1.", "1.5x", "1.1234567890", "2026-01-01", "2026-13-01 10:00:00",
             "2026-02-29 10:00:00", "2026-01-01 24:00:00", "2026-01-01 10:60:00",
             "2026-01-01 10:00:61", "2026-01-01 10:00:00.", "2026-01-01 10:00:00z",
             "2026-01-01 10:00:00+1", "2026-01-01 10:00:00+24:00", "2026-01-01 10:00:00 Z",
             "2026-01-01  10:00:00", "99999999999999999999", "0x10", "26-01-01 10:00:00")
PACKETS = "packet numbers such as 1,3-5,100-"
BAD_PACKETS = ("", "0", "-", "-5", "1,", ",1", "1,,2", "5-3", "1-2-3", "x", "1 ", " 1", "0x10", "+1",
               "1-x", "0-5", "99999999999999999999")


def bad_values():
    """Each refused value as command, option, value, expected."""
    for option, (expected, values) in NUMBERS.items():
        for value in (*values, *NEVER_NUMBERS):
            yield ENCAP, option, value, expected
    for option, (expected, values) in WORDS.items():
        for value in values:
            yield ENCAP, option, value, expected
    for option, expected, values in (("local", ADDRESS, BAD_ADDRESSES),
                                     ("remote", ADDRESS, BAD_ADDRESSES),
                                     ("enet-smac", MAC, BAD_MACS), ("enet-dmac", MAC, BAD_MACS)):
        for value in values:
            yield ENCAP, option, value, expected
    for value in BAD_VSIDS:
        yield DECAP, "vsid-filter", value, VSIDS
    for value in BAD_PEERS:
        yield DECAP, "peer", value, "addresses and prefixes such as 192.168.4.0/24,2001:db8::11"
    yield ENCAP, "map", "", "a name, 16 in all"
    yield DECAP, "tag", "vsid", "interface|comment|vlan|none"
    for value in ("60001", *NEVER_NUMBERS):
        yield DECAP, "dedupe-window", value, "0 to 60000"
    for value in BAD_TIMES:
        yield DECAP, "start-time", value, TIME
        yield ENCAP, "stop-time", value, TIME
    for value in BAD_PACKETS:
        yield DECAP, "include", value, PACKETS
        yield ENCAP, "exclude", value, PACKETS
    yield INFO, "sort", "size", "packets|bytes|rate|vsid|first|last"
    for value in ("0", "4294967296", *NEVER_NUMBERS):
        yield INFO, "top", value, "1 to 4294967295"
    for option, (expected, values) in REWRITE_NUMBERS.items():
        for value in (*values, *NEVER_NUMBERS):
            yield REWRITE, option, value, expected
    for option, (expected, values) in REWRITE_WORDS.items():
        for value in values:
            yield REWRITE, option, value, expected
    for option in ("srcipmap", "dstipmap", "pnat", "inner-srcipmap", "inner-dstipmap",
                   "inner-pnat"):
        for value in BAD_NETS:
            yield REWRITE, option, value, NETS
    for value in ("", "5001", "5001:", ":1", "5001:1-2", "1-2:1-3", "1:2,1:3", "1-5:9,5:6",
                  "16777216:1", "1:2,"):
        yield (REWRITE, "vsidmap", value,
               "pairs such as 5001:6001,7000-7009:8000-8009, no old VSID twice")
    for value in ("", "80", "80:", "80:65536", "80:81-82", "80:81,", "x:1"):
        yield (REWRITE, "inner-portmap", value,
               "pairs such as 80:8000,8080-8089:80,53+123:5353")
    for value in ("", "x", "1s", "1.", "0x10", "--1", "1.0000000001"):
        yield REWRITE, "time-shift", value, SPAN
    for value in ("", "x", "0", "-1", "1000001", "1.", "0.0"):
        yield REWRITE, "time-scale", value, SCALE
    for option in ("multiplier", "mbps", "pps"):
        for value in ("0", "-1", "1000000001", "1e3"):
            yield REPLAY, option, value, SCALE + "000"
    for option in ("enet-smac", "enet-dmac", "inner-enet-smac", "inner-enet-dmac"):
        yield REWRITE, option, "02:00", MAC
    yield REWRITE, "local", "host", ADDRESS
    for option, expected, values in (
            ("direction", "pa|interface", ("PA", "vsid", "")),
            ("sender", "auto|packet|ring|xdp|file", ("AF_XDP", "", "0")),
            ("pps-multi", "1 to 1000000", ("0", "1000001", *NEVER_NUMBERS)),
            ("loop", "0 to 4294967295", ("4294967296", *NEVER_NUMBERS)),
            *((option, "1 to 4294967295", ("0", "4294967296", *NEVER_NUMBERS))
              for option in ("maxsleep", "limit", "duration", "stats")),
            ("loopdelay-ms", "0 to 4294967295", ("4294967296", *NEVER_NUMBERS))):
        for value in values:
            yield REPLAY, option, value, expected
    yield DECAP, "inner-vlan", "no", "strip|drop|keep"
    yield DECAP, "ecn", "no", "copy|ignore"


def test_bad_values(refused):
    for command, option, value, expected in bad_values():
        message = refused(*command, f"--{option}={value}")
        assert message == (f"nvgre-pcap {command[0]}: --{option} {value}: expected {expected} "
                           f"(see nvgre-pcap {command[0]} --help)\n")


@pytest.mark.parametrize("option, expected", [
    *((option, expected) for option, (expected, _) in (NUMBERS | WORDS).items()),
    ("local", ADDRESS), ("enet-smac", MAC), ("read", "a name"), ("write", "a name")])
def test_missing_values(refused, option, expected):
    message = refused(*ENCAP, f"--{option}", files=())
    assert f"--{option} needs a value: {expected}" in message


# command line, text of the message
MISUSE = (
    ((*ENCAP, "--nothing"), "unknown or ambiguous option --nothing"),
    ((*ENCAP, "--enet-vlan", "1"), "unknown or ambiguous option --enet-vlan"),
    ((*ENCAP, "-x"), "unknown option -x"),
    ((*ENCAP, "-qx"), "unknown option -x"),
    ((*DECAP, "--vsid", "1x"), ""),
    ((*DECAP, "--ttl", "1"), "unknown or ambiguous option --ttl"),
    ((*ENCAP, "--peer", "10.0.0.1"), "unknown or ambiguous option --peer"),
    ((*ENCAP, "--on-miss", "drop"), "--map FILE is needed with --on-miss and from-vlan"),
    ((*ENCAP, "--vsid", "from-vlan"), "--map FILE is needed with --on-miss and from-vlan"),
    ((*ENCAP[:3], "--map", "m", "--on-miss", "default"), "--local IP and --remote IP are needed"),
    ((*ENCAP, "--strict=yes"), "--strict=yes takes no value"),
    ((*ENCAP, "--help=yes"), "--help=yes takes no value"),
    ((*ENCAP, "-r", ""), "--read : expected a name"),
    ((*ENCAP, "-F", "x"), "--format x: expected pcap|nsecpcap|pcapng"),
    (("encap", *ENCAP[3:]), "--vsid N (or --key N) is needed"),
    (ENCAP[:5], "--local IP and --remote IP are needed"),
    ((*ENCAP[:3], *ENCAP[5:]), "--local IP and --remote IP are needed"),
    ((*ENCAP, "--mtu-action", "drop"), "--mtu N is needed with --mtu-action"),
    ((*ENCAP, "--key", "0x138900"), "--key gives VSID and FlowID; leave out --vsid"),
    (("encap", *ENCAP[3:], "--key", "0x138900", "--flowid", "1"), "leave out --flowid"),
    ((*ENCAP, "--remote", "fd00::1"), "must both be IPv4 or both IPv6"),
    ((*ENCAP, "--local", "fd00::1"), "must both be IPv4 or both IPv6"),
    ((*ENCAP, "--local", "224.0.0.1"), "--local must not be a multicast address"),
    ((*ENCAP, "--local", "ff02::1", "--remote", "fd00::1"), "--local must not be a multicast"),
    ((*DECAP, "--tag", "vlan"), "--tag=vlan and --map FILE need each other"),
    ((*DECAP, "--map", "map.yaml"), "--tag=vlan and --map FILE need each other"),
    ((*DECAP, "--dedupe-window", "5"), "--dedupe is needed with --dedupe-window"),
    ((*ENCAP, *16 * ("--map", "a"), "--map", "b"), "--map b: expected a name, 16 in all"),
    ((*DECAP, "-A", "2", "-B", "1.5"), "--start-time must be before --stop-time"),
    ((*INFO, "-A", "2", "-B", "1.5"), "--start-time must be before --stop-time"),
    ((*INFO, "--json", "--csv"), "--json and --csv exclude each other"),
    ((*INFO, "-w", "out"), "unknown option -w"),
    ((*INFO, "-r", ""), "--read : expected a name"),
    ((*DECAP, "-A", "1.5", "-B", "1.500"), "--start-time must be before --stop-time"),
    ((*REWRITE, "--key", "0x138900", "--vsidmap", "5001:6001"), "leave out --vsidmap"),
    ((*REWRITE, "--key", "0x138900", "--flowid", "1"), "leave out --flowid"),
    ((*REWRITE, "--local", "10.0.0.1"), "--local and --remote need each other"),
    ((*REWRITE, "--local", "10.0.0.1", "--remote", "fd00::1"), "both IPv4 or both IPv6"),
    *(((*REWRITE, "--local", "10.0.0.1", "--remote", "10.0.0.2", option, "1.0.0.0/8:2.0.0.0/8"),
       "leave nothing to -S, -D and -N") for option in ("-S", "-D", "-N")),
    ((*REWRITE, "--enet-vlan", "add"), "--enet-vlan=add needs --enet-vlan-tag ID"),
    *(((*REWRITE, f"--enet-vlan-{field}"), "fields of the tag need --enet-vlan")
      for field in ("tag=5", "pri=0", "cfi=1")),
    ((*REWRITE, "--tos", "1", "--ecn", "ce"), "leave out --ecn"),
    *(((*REWRITE, "--inner-vlan", "strip", f"--inner-vlan-{field}=1"), "leaves no tag")
      for field in ("tag", "pri")),
    *(((*REWRITE, "--vsidmap", pairs), f"VSID {vsid} is reserved; use 4096 to 16777214")
      for pairs, vsid in (("5001:0", 0), ("5001:4095", 4095), ("1-2:16777214-16777215", 16777215),
                          ("5001:6001,7000-7009:4090-4099", 4090))),
    ((*REWRITE, "--key", "0xfff00"), "VSID 4095 is reserved"),
    (REPLAY[:1], "-i IFACE and IN are needed"),
    *(((*REPLAY, *paces), "--multiplier, --mbps, --pps and --topspeed exclude each other")
      for paces in (("-x", "2", "-t"), ("-M", "1", "-p", "2"), ("-p", "1", "-x", "1"))),
    ((*REPLAY, "--pps-multi", "2"), "--pps N is needed with --pps-multi"),
    ((*REPLAY, "-I", "v1", "--map-intf", "1=v2"), "--intf2 and --map-intf exclude each other"),
    ((*REPLAY, "-I", "v0"), "--intf1 and --intf2 must not be the same"),
    ((*REPLAY, "--direction", "pa"), "--intf2 is needed with --direction and --cidr"),
    ((*REPLAY, "--cidr", "10.0.0.1"), "--intf2 is needed with --direction and --cidr"),
    ((*REPLAY, "--encap", "--decap"), "--encap and --decap exclude each other"),
    *(((*REPLAY, *options), "--encap is needed with encap's options")
      for options in (("--vsid", "5001"), ("--local", "10.0.0.1"), ("--ttl", "9"), ("--map", "m"),
                      ("--mtu-action", "segment"), ("--decap", "--ttl", "9"))),
    *(((*REPLAY, *options), "--encap or --decap is needed with --inner-vlan and --ecn")
      for options in (("--ecn", "copy"), ("--inner-vlan", "keep"))),
    ((*REPLAY, "--sender", "file", "--mtu-action", "drop"), "--mtu N is needed with --mtu-action"),
    *(((*REPLAY, "--sender", "file", "--map-intf", text),
       f"--map-intf {text}: expected VSIDs and interfaces")
      for text in ("5001", "5001=", "=v1", "5001=v1,", "16777216=v1", "2-1=v1")),
    *(((*ENCAP, f"--enet-vlan-{field}"), "--enet-vlan-tag ID is needed with its other fields")
      for field in ("pri=0", "cfi=1", "proto=802.1q")),
    *(((*ENCAP, "--vsid", str(vsid)), f"VSID {vsid} is reserved; use 4096 to 16777214")
      for vsid in (0, 1, 4095, 16777215)),
    *((("encap", *ENCAP[3:], "--key", str(key)), f"VSID {key >> 8} is reserved")
      for key in (0, 4095 << 8 | 255, 0xFFFFFF00)),
)


@pytest.mark.parametrize("line, text", MISUSE)
def test_misuse(refused, line, text):
    message = refused(*line)
    assert message.startswith(f"nvgre-pcap {line[0]}: ") and text in message
    assert message.endswith(f"(see nvgre-pcap {line[0]} --help)\n")


# files on the command line, text of the message
BAD_FILES = (
    ((), "IN and OUT are needed"),
    (("in",), "IN and OUT are needed"),
    (("-r", "in"), "IN and OUT are needed"),
    (("-w", "out"), "IN and OUT are needed"),
)


@pytest.mark.parametrize("files, text", BAD_FILES)
@pytest.mark.parametrize("line", [ENCAP, DECAP, REWRITE], ids=lambda line: line[0])
def test_bad_files(refused, line, files, text):
    assert text in refused(*line, files=files)


@pytest.mark.parametrize("files", [
    ("in", "out"), ("-r", "in", "-w", "out"), ("-r", "in", "out"), ("-w", "out", "in"),
    ("in", "--write", "out"), ("in", "--write=out"), ("-rin", "-wout"), ("in", "out", "-q"),
    ("-q", "--", "in", "out")])
@pytest.mark.parametrize("line", [ENCAP, DECAP, REWRITE], ids=lambda line: line[0])
def test_ways_to_name_the_files(run, tmp_path, line, files):
    (tmp_path / "in").write_bytes(pcapfile.pcap([FRAME]))
    run(*line, *files, cwd=tmp_path)
    assert len(pcapfile.frames((tmp_path / "out").read_bytes())) == 1


def test_later_options_win(run):
    data = pcapfile.pcap([FRAME])
    done = run(*ENCAP, "--ttl", "1", "--ttl", "9", "--flowid", "3", "--vsid", "0x1234", "-", "-",
               stdin=data)
    (frame,) = pcapfile.frames(done.stdout)
    assert (frame[22], frame[38:42]) == (9, b"\x00\x12\x34\x03")


@pytest.mark.parametrize("value, vsid", [("5001", 5001), ("0x1389", 5001), ("0X1389", 5001)])
def test_numbers(run, value, vsid):
    done = run(*ENCAP, "--vsid", value, "-", "-", stdin=pcapfile.pcap([FRAME]))
    assert pcapfile.frames(done.stdout)[0][38:41] == vsid.to_bytes(3, "big")


def test_leading_zeros_do_not_make_another_number(run):
    """010001 is 10001 or is refused. It is not the octal 4097."""
    done = run(*ENCAP, "--vsid", "010001", "-", "-", stdin=pcapfile.pcap([FRAME]), code=None)
    assert done.code == 2 or pcapfile.frames(done.stdout)[0][38:41] == (10001).to_bytes(3, "big")


# ---- Help ----

OPTIONS = {
    "encap": {"vsid", "key", "allow-reserved-vsid", "flowid", "local", "remote", "enet-smac",
              "enet-dmac", "enet-vlan-tag", "enet-vlan-pri", "enet-vlan-cfi", "enet-vlan-proto",
              "ttl", "tos", "ecn", "df", "mtu", "mtu-action", "mss-clamp", "inner-vlan", "map",
              "on-miss", "vsid-filter"},
    "decap": {"vsid-filter", "peer", "all-layers", "reassemble", "inner-vlan", "ecn", "tag",
              "split", "map", "dedupe", "dedupe-window"},
    "replay": {"intf1", "intf2", "direction", "cidr", "map-intf", "encap", "decap", "sender",
               "qdisc-bypass", "preload-pcap", "multiplier", "mbps", "pps", "pps-multi", "topspeed",
               "maxsleep", "loop", "loopdelay-ms", "unique-ip", "unique-vsid", "limit", "duration", "stats", "strict"},
    "info": {"csv", "sort", "top", "vsid-filter"},
    "rewrite": {"vsid-filter", "vsidmap", "key", "allow-reserved-vsid", "flowid", "srcipmap",
                "dstipmap", "pnat", "local", "remote", "enet-smac", "enet-dmac", "enet-vlan",
                "enet-vlan-tag", "enet-vlan-pri", "enet-vlan-cfi", "enet-vlan-proto", "ttl", "tos",
                "ecn", "df", "ip-id", "normalise", "inner-enet-smac", "inner-enet-dmac",
                "inner-srcipmap", "inner-dstipmap", "inner-pnat", "inner-portmap", "inner-vlan",
                "inner-vlan-tag", "inner-vlan-pri", "fixcsum", "seed", "time-shift",
                "time-scale"},
}
OPTIONS["replay"] |= OPTIONS["encap"]
COMMON = {"read", "quiet", "json", "help", "inner-filter", "start-time", "stop-time", "include",
          "exclude", "packet-count"}
WRITING = {"write", "format", "compress", "others", "strict"}  # of commands that write captures


@pytest.mark.parametrize("command", OPTIONS)
def test_help_lists_every_option(run, command):
    wide = {**os.environ, "COLUMNS": "500"}
    texts = {run(command, option, env=wide).stdout for option in ("--help", "-h", "--he")}
    assert len(texts) == 1
    text = texts.pop().decode()
    listed = re.findall(r"^  (?:-\w, )?--([a-z0-9-]+)", text, re.MULTILINE)
    assert sorted(listed) == sorted(OPTIONS[command] | COMMON
                                    | (WRITING if command in ("encap", "decap", "rewrite") else set()))
    assert text.startswith(f"Usage: nvgre-pcap {command} ")
    ranges = {"encap": NUMBERS | WORDS, "rewrite": REWRITE_NUMBERS | REWRITE_WORDS}.get(command, {})
    for option, (expected, _) in ranges.items():
        assert re.search(rf"--{option} .*: {re.escape(expected)}( \(default|$)", text,
                         re.MULTILINE), option


def test_help_of_replay_tells_its_own_defaults(run):
    text = run("replay", "--help", env={**os.environ, "COLUMNS": "500"}).stdout.decode()
    assert re.search(r"--mtu-action .*\(default error\)$", text, re.MULTILINE)
    assert re.search(r"--inner-vlan .*\(default: --encap strip, --decap drop\)", text)
    assert "--others" not in text


@pytest.mark.parametrize("line", [("--help",), *((command, "--help") for command in OPTIONS)])
def test_help_is_as_wide_as_the_terminal(run, line):
    """Lines end where the next word would not fit. No word is lost."""
    wide = run(*line, env={**os.environ, "COLUMNS": "500"}).stdout.decode()
    for columns in (40, 62, 80, 130):
        text = run(*line, env={**os.environ, "COLUMNS": str(columns)}).stdout.decode()
        assert text.split() == wide.split()
        assert all(len(row) <= columns or len(row.split()) == 1 or row.startswith(("Usage", "  -"))
                   for row in text.splitlines())
        assert max(map(len, text.splitlines())) > min(columns, 110) - 10


@pytest.mark.parametrize("line", [("--help",), ("-h",)])
def test_help_lists_every_command(run, line):
    done = run(*line)
    assert done.stderr == ""
    for command in OPTIONS:
        assert re.search(rf"^  {command} ", done.stdout.decode(), re.MULTILINE)


def test_version(run):
    for option in ("--version", "-V"):
        done = run(option)
        assert done.stderr == "" and re.match(rb"nvgre-pcap \d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize("line", [("--help",), ("--version",), ("encap", "--help"),
                                  ("decap", "-h")])
def test_help_that_cannot_be_written(run, line):
    with open("/dev/full", "wb") as full:
        done = run(*line, stdout=full, code=1)
    assert done.stderr == "standard output: cannot write: No space left on device\n"


def test_no_command(run):
    done = run(code=2)
    assert done.stdout == b"" and done.stderr.startswith("Usage: nvgre-pcap COMMAND")


@pytest.mark.parametrize("word", ["", "encaps", "ENCAP", "--nothing", "-", "in.pcap"])
def test_unknown_command(run, word):
    done = run(word, "in", "out", code=2)
    assert done.stdout == b""
    assert done.stderr == f"nvgre-pcap: no such command: {word} (see nvgre-pcap --help)\n"


def test_help_wins_over_what_stands_behind_it(run):
    assert run("encap", "--help", "--nothing", "--vsid", "x").stdout.startswith(b"Usage: ")
