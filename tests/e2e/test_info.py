# SPDX-License-Identifier: GPL-2.0-or-later
"""info: its output compared with counts made here; the table, JSON, CSV, and limits."""

import csv
import fcntl
import io
import json
import math
import os
import pty
import random
import re
import signal
import struct
import subprocess
import termios
from collections import Counter
from datetime import datetime, timezone
from ipaddress import ip_address
from pathlib import Path

import pytest

import pcapfile
import wire
from conftest import COMMAND
from pcapfile import packet
from processes import TIME_TO_STOP, peak_memory, wait_until, waits
from tunnels import ip, layers

PAS = ("192.168.4.11", "192.168.4.22")
MACS = ("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16")
PROTOCOLS = ("arp", "ipv4_tcp", "ipv4_udp", "ipv4_icmp", "ipv4_other", "ipv6_tcp", "ipv6_udp",
             "ipv6_icmpv6", "ipv6_other", "other_ethertype", "unknown")
IP_PROTOCOLS = {(4, 6): "ipv4_tcp", (4, 17): "ipv4_udp", (4, 1): "ipv4_icmp",
                (6, 6): "ipv6_tcp", (6, 17): "ipv6_udp", (6, 58): "ipv6_icmpv6"}


def inner_frame(src="10.0.0.5", dst="10.0.0.7", protocol=17, ethertype=None, size=22):
    """A tenant's frame, with an IP packet unless an EtherType is given."""
    if ethertype is not None:
        return wire.mac(MACS[0]) + wire.mac(MACS[1]) + struct.pack("!H", ethertype) + bytes(size)
    addresses = ip_address(src).packed + ip_address(dst).packed
    if ip_address(src).version == 4:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + size, 0, 0x4000, 64, protocol, 0)
    else:
        head = struct.pack("!IHBB", 6 << 28, size, protocol, 64)
    return wire.ethernet(*MACS, head + addresses + bytes(size))


def tunnel(inner=inner_frame(), vsid=5001, flowid=0, pas=PAS, flags=wire.GRE_K, **fields):
    """An outer frame from one host to another."""
    gre = wire.gre(inner, vsid << 8 | flowid, flags=flags)
    outer = wire.ipv4(*pas, gre, **fields) if "." in pas[0] else wire.ipv6(*pas, gre)
    return wire.ethernet(*MACS, outer)


@pytest.fixture
def info(run):
    """The --json output for a capture, or for a list of packets or frames."""
    def launch(items, *options, code=0):
        data = items if isinstance(items, bytes) else pcapfile.pcap(items)
        return json.loads(run("info", "--json", "-q", "-", *options, stdin=data, code=code).stdout)

    return launch


# ---- Counts compared with the packets ----

class Expected:
    """The expected values for a tenant."""

    def __init__(self):
        self.packets = self.inner_bytes = self.outer_bytes = 0
        self.times, self.flowids, self.pairs = [], Counter(), Counter()
        self.cas, self.protocols = Counter(), Counter()

    def add(self, item):
        """Counts a packet. `item.data` is an Ethernet frame with NVGRE."""
        layer = layers(item.data, item.wire_len)[0]
        inner = item.data[-layer.inner_len:]
        carried = ip(inner)
        self.packets += 1
        self.inner_bytes += layer.inner_len
        self.outer_bytes += item.wire_len
        self.times.append(item.time)
        self.flowids[layer.flowid] += 1
        self.pairs[layer.pa] += 1
        if carried:
            version = ip_address(carried.addresses[0]).version
            self.protocols[IP_PROTOCOLS.get((version, carried.protocol), f"ipv{version}_other")] += 1
            for address in {a for a in carried.addresses if not ip_address(a).is_multicast
                            and a != "255.255.255.255" and int(ip_address(a))}:
                self.cas[address] += 1
        else:
            self.protocols["arp" if inner[12:14] == b"\x08\x06" else "other_ethertype"] += 1

    def evenness(self):
        """The entropy of the FlowIDs, divided by 8 bits."""
        shares = [count / self.packets for count in self.flowids.values()]
        return -sum(share * math.log2(share) for share in shares) / 8


def check_times(found, times):
    """Checks first and last time, as text and as seconds, and the rates calculated from them."""
    for name, time in (("first", min(times)), ("last", max(times))):
        assert found[f"{name}_seconds"] == pytest.approx(float(time), abs=1e-6)
        text = found[name]
        whole = datetime.fromisoformat(text.split(".")[0] + "+00:00")
        assert whole.astimezone(timezone.utc).timestamp() == int(time) and text[-1] == "Z"
        assert int(text.split(".")[1][:-1].ljust(9, "0")) == int(time % 1 * 10**9)
    seconds = float(max(times) - min(times))
    assert found["duration_seconds"] == pytest.approx(seconds)
    for rate, count in (("packets_per_second", found["packets"]),
                        ("inner_bits_per_second", found["inner_bytes"] * 8),
                        ("outer_bits_per_second", found["outer_bytes"] * 8)):
        assert found[rate] == (pytest.approx(count / seconds) if seconds else None)


def check_tenant(found, expected):
    """Checks a tenant in the JSON output."""
    for name in ("packets", "inner_bytes", "outer_bytes"):
        assert found[name] == getattr(expected, name)
    check_times(found, expected.times)
    assert found["protocols"] == {name: expected.protocols[name] for name in PROTOCOLS}
    flowids = found["flowids"]
    assert flowids["used"] == len(expected.flowids)
    assert expected.flowids[flowids["busiest"]] == max(expected.flowids.values())
    assert flowids["busiest_share"] == pytest.approx(
        max(expected.flowids.values()) / expected.packets)
    assert flowids["zero_share"] == pytest.approx(expected.flowids[0] / expected.packets)
    assert flowids["evenness"] == pytest.approx(expected.evenness(), abs=1e-9)
    pairs = {(row["source"], row["destination"]): row["packets"]
             for row in found["pa_pairs"]["busiest"]}
    cas = {row["address"]: row["packets"] for row in found["cas"]["busiest"]}
    for group, busiest, all_of_them in ((found["pa_pairs"], pairs, expected.pairs),
                                        (found["cas"], cas, expected.cas)):
        assert group["complete"] and group["distinct"] == len(all_of_them)
        assert list(busiest.values()) == sorted(all_of_them.values(), reverse=True)[:5]
        assert busiest.items() <= all_of_them.items()


def check(found, items):
    """Checks the whole JSON output. All packets must be NVGRE."""
    expected = {}
    for item in items:
        expected.setdefault(layers(item.data)[0].vsid, Expected()).add(item)
    assert [row["vsid"] for row in found["tenants"]] == sorted(
        expected, key=lambda vsid: (-expected[vsid].packets, vsid))
    for row in found["tenants"]:
        check_tenant(row, expected[row["vsid"]])
    assert found["nvgre"]["vsids"] == len(expected) and found["nvgre"]["vsids_complete"]
    assert found["nvgre"]["packets"] == len(items) == found["file"]["packets"]
    assert found["nvgre"]["inner_bytes"] == sum(e.inner_bytes for e in expected.values())
    assert found["file"]["bytes"] == sum(item.wire_len for item in items)
    check_times(found["nvgre"], [item.time for item in items])
    assert found["other_vsids"] is None and not found["cut"] and not found["interrupted"]


@pytest.mark.parametrize("name", [
    "two-tenants.pcap", "two-tenants-ipv6.pcap", "endpoints/lin_v4_key.pcap",
    "endpoints/lin_v4_key_csum.pcap", "endpoints/lin_v4_key_seq.pcap",
    "endpoints/lin_v6_key_noencaplimit.pcap", "endpoints/ovs31_v4_key.pcap",
    "endpoints/ovs31_v6_key.pcap"])
def test_samples(info, captures, name):
    data = (captures / name).read_bytes()
    check(info(data), pcapfile.read(data))


def random_packets(count, seed):
    """Packets of some tenants with many addresses, protocols and FlowIDs, not in time order."""
    rng = random.Random(seed)
    tenants = rng.sample(range(4096, 1 << 24), 30)
    items = []
    for _ in range(count):
        nets = rng.choice((("10.0.{}.{}", (4, 6, 17, 1, 2)), ("fd00::{}:{}", (6, 17, 58, 50))))
        src, dst = (nets[0].format(rng.randrange(4), rng.randrange(1, 9)) for _ in "sd")
        inner = (inner_frame(ethertype=rng.choice((0x0806, 0x88CC, 0x88B5))) if rng.random() < 0.1
                 else inner_frame(src, dst, rng.choice(nets[1]), size=rng.randrange(8, 200)))
        pas = rng.choice(("192.168.4.{}", "fd00:4::{}"))
        frame = tunnel(inner, tenants[int(rng.random() ** 2 * 30)], int(rng.random() ** 2 * 256),
                       tuple(pas.format(rng.randrange(1, 9)) for _ in "sd"))
        time = pcapfile.START + rng.randrange(10**7) * pcapfile.Fraction(1, 10**6)
        items.append(packet(frame, time=time))
    return items


@pytest.mark.parametrize("make", [pcapfile.pcap, pcapfile.pcapng], ids=["pcap", "pcapng"])
def test_random_traffic(info, make):
    items = random_packets(3000, 7637)
    check(info(make(items)), items)


# ---- Deviations and other traffic ----

def manifest(captures):
    """The rows of deviations.pcap, as (number, identifier, class)."""
    for line in (captures / "MANIFEST").read_text().splitlines():
        if line.startswith("packet "):
            _, number, name, kind, *_ = line.split()
            yield int(number), name, kind


# rule, identifiers of packets in deviations.pcap
RULES = {
    "checksum_present": {"checksum-right", "checksum-wrong", "checksum-sequence"},
    "sequence_present": {"sequence", "checksum-sequence"},
    "reserved_bits": {"reserved-ignorable"},
    "discard_bits": {"strict-source-route"},
    "no_key": {"no-key"},
    "vsid_reserved": {"vsid-0", "vsid-fff"},
    "vsid_vendor": {"vsid-ffffff"},
    "inner_8021q": {"inner-8021q", "inner-qinq"},
    "outer_fragment": {"fragment-first", "fragment-last"},
    "outer_ttl": {"ttl-0"},
    "ecn_drop": {"ecn-ce-not-ect"},
    "ecn_unused": {"ecn-ce-not-ect"},
    "nested": {"nested"},
    "malformed": {"inner-short", "gre-beyond-ip"},
    "truncated": {"cut-gre"},
}
KINDS = {"teb-no-key": "no_key", "other-gre": "other_gre", "fragment": "fragment",
         "malformed": "malformed", "truncated": "truncated", "other": "ipv4"}


def test_deviations(info, captures):
    found = info((captures / "deviations.pcap").read_bytes(), code=3)
    rows = list(manifest(captures))
    numbers = {name: number for number, name, _ in rows}
    assert {row["rule"]: row["numbers"] for row in found["deviations"]} == {
        rule: sorted(numbers[name] for name in names) for rule, names in RULES.items()}
    assert all(row["packets"] == len(row["numbers"]) for row in found["deviations"])
    kinds = Counter(KINDS[kind] for _, _, kind in rows if kind not in ("clean", "deviant"))
    assert {name: row["packets"] for name, row in found["other_traffic"].items()
            if row["packets"]} == kinds
    assert found["nvgre"]["packets"] == len(rows) - kinds.total()


def test_numbers_end_after_ten(info):
    found = info([tunnel(vsid=7)] * 25)
    assert found["deviations"] == [{
        "rule": "vsid_reserved", "text": "reserved VSID (0 to 4095)", "reference": "RFC 7637 3.4",
        "packets": 25, "numbers": list(range(1, 11))}]


def test_other_traffic(info):
    vxlan = inner_frame(protocol=17)
    frames = [vxlan, inner_frame("fd00::1", "fd00::2"), inner_frame(ethertype=0x0806),
              inner_frame(ethertype=0x88CC), inner_frame(ethertype=38), b"runt"]
    found = info(frames)
    assert found["tenants"] == [] and found["nvgre"]["first"] is None
    assert {name: (row["packets"], row["bytes"]) for name, row in found["other_traffic"].items()
            if row["packets"]} == {
        "ipv4": (1, len(vxlan)), "ipv6": (1, len(frames[1])), "arp": (1, 36),
        "other_ethertype": (3, 36 + 36 + 4)}


def test_other_ethertypes(info):
    frames = [tunnel(inner_frame(ethertype=kind)) for kind in (0x88CC, 0x88CC, 0x88B5, 0x40)]
    assert info(frames)["nvgre"]["other_ethertypes"] == [
        {"ethertype": 0, "packets": 1}, {"ethertype": 0x88B5, "packets": 1},
        {"ethertype": 0x88CC, "packets": 2}]


# ---- The file ----

@pytest.mark.parametrize("fields, name, number", [
    ({}, "Ethernet", 1), ({"linktype": 101}, "raw IP", 101), ({"linktype": 147}, "link type 147", 147)])
def test_link_types(info, fields, name, number):
    frame = tunnel()[14:] if number == 101 else tunnel()
    found = info(pcapfile.pcap([frame], **fields))
    assert found["file"]["link_types"] == [{"number": number, "name": name, "packets": 1}]
    assert found["nvgre"]["packets"] == (number != 147)
    assert found["other_traffic"]["link_type"]["packets"] == (number == 147)


def test_formats(info, run, tmp_path):
    items = [tunnel()]
    assert info(items)["file"]["format"] == "pcap"
    assert info(pcapfile.pcap(items, magic=pcapfile.NSEC))["file"]["format"] == "nsecpcap"
    assert info(pcapfile.pcapng(items))["file"]["format"] == "pcapng"
    (tmp_path / "in.gz").write_bytes(
        subprocess.run(["gzip"], input=pcapfile.pcap(items), capture_output=True, check=True).stdout)
    assert json.loads(run("info", "--json", tmp_path / "in.gz").stdout)["nvgre"]["packets"] == 1


def test_cut_packets(info):
    whole = tunnel()
    found = info([whole, packet(whole[:60], len(whole), pcapfile.START)])
    assert found["file"]["cut_packets"] == 1
    assert found["file"]["bytes"] - found["file"]["captured_bytes"] == len(whole) - 60
    assert found["nvgre"]["inner_bytes"] == 2 * (len(whole) - 42)


def test_no_time(info):
    w = pcapfile.Writer()
    found = info(w.section() + w.interface() + w.simple(tunnel()))
    assert found["tenants"][0]["first"] is None and found["file"]["duration_seconds"] is None


def test_strange_times(info):
    w = pcapfile.Writer()
    options = (pcapfile.IF_TSOFFSET, struct.pack("<q", 2**62))
    found = info(w.section() + w.interface(options) + w.enhanced(tunnel(), ticks=2**64 - 1)
                 + w.enhanced(tunnel()))
    assert found["file"]["first"] is None and found["file"]["duration_seconds"] > 1e12


# ---- Selection ----

SELECTABLE = [tunnel(vsid=5001), tunnel(vsid=6001), tunnel(inner_frame("10.0.0.9"), 6002),
              inner_frame(), tunnel(vsid=5001, pas=PAS[::-1])]


@pytest.mark.parametrize("options, vsids, others, left", [
    ((), {5001: 2, 6001: 1, 6002: 1}, 1, 0),
    (("--vsid-filter", "6000-6009"), {6001: 1, 6002: 1}, 1, 2),
    (("--inner-filter", "host 10.0.0.9"), {6002: 1}, 1, 3),
    (("--include", "1-3"), {5001: 1, 6001: 1, 6002: 1}, 0, 2),
    (("--exclude", "1-3"), {5001: 1}, 1, 3),
    (("-A", str(pcapfile.START + 2)), {5001: 1, 6002: 1}, 1, 2),
    (("-B", str(pcapfile.START + 2)), {5001: 1, 6001: 1}, 0, 3),
    (("-c", "2"), {5001: 1, 6001: 1}, 0, 0),
    (("src", "host", PAS[0]), {5001: 1, 6001: 1, 6002: 1}, 0, 2),
    (("src host 192.168.4.22",), {5001: 1}, 0, 4),
])
def test_selection(info, options, vsids, others, left):
    found = info(SELECTABLE, *options)
    assert {row["vsid"]: row["packets"] for row in found["tenants"]} == vsids
    assert sum(row["packets"] for row in found["other_traffic"].values()) == others
    assert found["not_selected"] == left


# ---- Order and number of tenants ----

@pytest.fixture
def busy():
    """Packets of three tenants with a different order for each sort key."""
    inner = [inner_frame(size=size) for size in (20, 40, 400)]
    plan = ((9000, 0, 1), (9000, 5, 1), (9000, 6, 1), (7000, 1, 2), (7000, 2, 2), (8000, 4, 3))
    return [packet(tunnel(inner[kind - 1], vsid), time=pcapfile.Fraction(time))
            for vsid, time, kind in sorted(plan, key=lambda row: row[1])]


@pytest.mark.parametrize("by, order", [
    ("packets", [9000, 7000, 8000]), ("bytes", [8000, 9000, 7000]), ("rate", [7000, 9000, 8000]),
    ("vsid", [7000, 8000, 9000]), ("first", [9000, 7000, 8000]), ("last", [7000, 8000, 9000])])
def test_sort(run, busy, by, order):
    data = pcapfile.pcap(busy)
    for options, pattern in ((("--json",), rb'"vsid":(\d+)'), (("--csv",), rb"(?m)^(\d+),"),
                             ((), rb"(?m)^ +(\d+) +\d+ +\d+% .* k?B ")):
        out = run("info", *options, "--sort", by, "-", stdin=data).stdout
        assert list(map(int, re.findall(pattern, out))) == order
        out = run("info", *options, "--sort", by, "--top", 2, "-", stdin=data).stdout
        assert list(map(int, re.findall(pattern, out))) == order[:2]


def test_top_by_default(run):
    data = pcapfile.pcap([tunnel(vsid=5000 + number) for number in range(30)])
    table = run("info", "-", stdin=data).stdout.decode()
    assert "30 packets, 30 VSIDs" in table and "10 more VSIDs are not shown" in table
    assert len(re.findall(r"(?m)^  50\d\d ", table)) == 5 * 20
    assert len(json.loads(run("info", "--json", "-", stdin=data).stdout)["tenants"]) == 30


# ---- CSV ----

def test_csv(run, info, captures):
    """The values are the same as in JSON."""
    data = (captures / "two-tenants.pcap").read_bytes()
    out = run("info", "--csv", "-", stdin=data).stdout.decode()
    rows = list(csv.DictReader(io.StringIO(out)))
    tenants = info(data)["tenants"]
    assert len(rows) == len(tenants) == 2
    for row, tenant in zip(rows, tenants):
        assert None not in row and None not in row.values()
        for name in ("vsid", "packets", "inner_bytes", "outer_bytes"):
            assert int(row[name]) == tenant[name]
        for name in ("first", "last"):
            assert row[name] == tenant[name]
            assert float(row[f"{name}_seconds"]) == tenant[f"{name}_seconds"]
        for name in ("packets_per_second", "inner_bits_per_second", "outer_bits_per_second"):
            assert float(row[name]) == pytest.approx(tenant[name], abs=0.001)
        for name, value in (("flowids_used", "used"), ("flowid_zero_share", "zero_share"),
                            ("flowid_busiest", "busiest"), ("flowid_evenness", "evenness"),
                            ("flowid_busiest_share", "busiest_share")):
            assert float(row[name]) == pytest.approx(tenant["flowids"][value], abs=1e-6)
        busiest = tenant["pa_pairs"]["busiest"][0]
        assert (row["busiest_pa_source"], row["busiest_pa_destination"],
                int(row["busiest_pa_packets"])) == tuple(busiest.values())
        assert (row["busiest_ca"], int(row["busiest_ca_packets"])) == tuple(
            tenant["cas"]["busiest"][0].values())
        assert (int(row["pa_pairs"]), int(row["cas"])) == (2, 2)
        assert row["pa_pairs_complete"] == row["cas_complete"] == "true"
        assert {name: int(row[name]) for name in PROTOCOLS} == tenant["protocols"]


def test_csv_of_nothing(run):
    out = run("info", "--csv", "-", stdin=pcapfile.pcap([])).stdout.decode()
    assert out.startswith("vsid,packets,") and out.count("\n") == 1


def test_csv_of_what_is_not_known(run):
    """Packets without times, and one without a customer address. All columns are present."""
    w = pcapfile.Writer()
    items = [tunnel(vsid=5001), tunnel(inner_frame(ethertype=0x88B5), vsid=5002)]
    data = w.section() + w.interface() + b"".join(map(w.simple, items))
    out = run("info", "--csv", "-", stdin=data).stdout.decode()
    header, *rows = csv.reader(io.StringIO(out))
    rows = [dict(zip(header, row, strict=True)) for row in rows]
    assert [row["first"] + row["last_seconds"] + row["packets_per_second"] for row in rows] == 2 * [""]
    assert [(row["pa_pairs"], row["cas"], row["busiest_ca"] != "") for row in rows] == [
        ("1", "2", True), ("1", "0", False)]


# ---- The table ----

def table(run, data, width=80, **environment):
    """The table in a window of this width."""
    variables = {**os.environ, "COLUMNS": str(width), "LC_ALL": "C", **environment}
    return run("info", "-q", "-", stdin=data, env=variables, code=None).stdout.decode()


@pytest.mark.parametrize("name", ["two-tenants.pcap", "two-tenants-ipv6.pcap", "deviations.pcap"])
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_table_keeps_to_the_width(run, captures, name, locale):
    data = (captures / name).read_bytes()
    for width in (60, 72, 80, 100, 140, 300):
        text = table(run, data, width, LC_ALL=locale)
        assert text.isascii() == (locale == "C")
        assert all(len(line) <= width and line == line.rstrip() for line in text.splitlines())
        assert not re.search("\033", text)


TABLE = """standard input
  pcap, Ethernet, 2 packets, 192 B
  2026-01-01T10:00:00.000000Z, for 1.000001 s

Tenants
  2 packets, 2 VSIDs, 108 B inner, 192 B outer

  VSID  packets  share                inner  outer  packets/s  bit/s  last seen
  5001        1    50%  ############   54 B   96 B          -      -    0.000 s
  6001        1    50%  ############   54 B   96 B          -      -    1.000 s

FlowIDs
  VSID  used  with FlowID 0  busiest  with the busiest  evenness
  5001     1             0%     0x50              100%      0.00
  6001     1           100%     0x00              100%      0.00

Provider addresses
  VSID  pairs  busiest
  5001      1  192.168.4.11 -> 192.168.4.22 100%
  6001      1  192.168.4.11 -> 192.168.4.22 100%

Customer addresses
  VSID  addresses  busiest, as source or destination
  5001          2  10.0.0.5 100%, 10.0.0.7 100%
  6001          2  10.0.0.5 100%, 10.0.0.7 100%

Inner protocols
  VSID  share of packets
  5001  UDP 100%
  6001  UDP 100%

No deviations
"""


def test_table(run):
    inner = inner_frame(size=20)
    data = pcapfile.pcap([tunnel(inner, 5001, 0x50), tunnel(inner, 6001, 0)])
    assert table(run, data) == TABLE
    assert table(run, data, "wide") == TABLE  # not a number: the default of 80 columns


def on_terminal(columns, path, **environment):
    """The output on a terminal with this number of columns."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    variables = {name: value for name, value in os.environ.items() if name not in (
        "COLUMNS", "NO_COLOR")}
    subprocess.run([COMMAND, "info", path], stdout=follower, check=True, timeout=20,
                   env={**variables, "LC_ALL": "C", **environment})
    os.close(follower)
    text = b""
    try:
        while more := os.read(leader, 65536):
            text += more
    except OSError:  # the end of the terminal's output
        pass
    os.close(leader)
    return text.decode().replace("\r\n", "\n")


def test_readme_shows_what_is_printed(run):
    """On a terminal of 100 columns."""
    root = Path(__file__).resolve().parents[2]
    line, shown = re.search(r"\n\$ nvgre-pcap (info .*)\n((?s:.*?))\n```\n",
                            (root / "README.md").read_text()).groups()
    done = run(*line.split(), cwd=root, env={"LC_ALL": "C.UTF-8", "COLUMNS": "100"})
    assert done.stdout.decode().rstrip("\n") == shown


def test_terminal(captures):
    path = captures / "two-tenants.pcap"
    coloured = on_terminal(64, path)
    plain = on_terminal(64, path, NO_COLOR="1")
    assert re.sub(r"\033\[\d*m", "", coloured) == plain != coloured
    assert 54 < max(map(len, plain.splitlines())) <= 64
    assert on_terminal(100, path, COLUMNS="64", NO_COLOR="1") == plain
    assert on_terminal(100, path, NO_COLOR="1") != plain


# ---- Exit codes, messages, signals ----

def test_bad_packets(run, tmp_path):
    short = packet(tunnel()[:40], len(tunnel()))
    (tmp_path / "in").write_bytes(pcapfile.pcap([short, tunnel(b"12345"), tunnel()]))
    done = run("info", "in", cwd=tmp_path, code=3)
    assert done.stderr == (
        f"in: packet 1: 40 of {len(tunnel())} bytes captured, too few for the inner frame\n"
        "in: packet 2: inner frame shorter than its Ethernet header and tags, bytes 5\n")
    assert run("info", "-q", "in", cwd=tmp_path, code=3).stderr == ""
    (tmp_path / "in").write_bytes(pcapfile.pcap([short] * 50))
    done = run("info", "in", cwd=tmp_path, code=3)
    assert done.stderr.count("\n") == 11 and "only counted" in done.stderr


def test_bad_block(info):
    w = pcapfile.Writer()
    bad = w.block(pcapfile.ENHANCED, struct.pack("<IIIII", 9, 0, 0, 4, 4) + bytes(4))
    found = info(w.section() + w.interface() + bad + w.enhanced(tunnel()), code=3)
    assert [(row["rule"], row["numbers"]) for row in found["deviations"]] == [("bad_block", [1])]
    assert found["nvgre"]["packets"] == 1


def test_cut_input(run, info):
    data = pcapfile.pcap([tunnel(), tunnel()])[:-1]
    found = info(data, code=3)
    assert found["cut"] and found["nvgre"]["packets"] == 1
    assert "Input cut" in run("info", "-", stdin=data, code=3).stdout.decode()


def test_files(run, tmp_path):
    (tmp_path / "in").write_bytes(pcapfile.pcap([tunnel()]))
    assert run("info", "none", cwd=tmp_path, code=1).stderr.startswith("none: ")
    assert "IN is needed" in run("info", code=2).stderr
    assert "exclude each other" in run("info", "--json", "--csv", "in", code=2).stderr
    assert run("info", "-r", "in", cwd=tmp_path).stdout.startswith(b"in\n")
    assert b"1 packets not selected" in run("info", "-r", "in", "udp", cwd=tmp_path).stdout
    assert "filter" in run("info", "in", "no such filter", cwd=tmp_path, code=2).stderr
    for options in ((), ("--json",), ("--csv",)):
        with open("/dev/full", "wb") as full:
            done = run("info", "in", *options, cwd=tmp_path, stdout=full, code=1)
        assert done.stderr == "standard output: cannot write: No space left on device\n"
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_signals(start, number):
    process = start("info", "--json", "-")
    process.feed(pcapfile.pcap([tunnel()] * 4)[:-1])
    wait_until(lambda: waits(process))
    process.send_signal(signal.SIGUSR1)
    process.read(process.stderr, lambda text: b"3 packets, 1 VSID," in text
                 and b"No deviations" in text)
    process.send_signal(number)
    assert process.wait(TIME_TO_STOP) == -number
    found = json.loads(process.end(code=-number).stdout)
    assert found["interrupted"] and found["nvgre"]["packets"] == 3


# ---- Limits ----

def test_damaged_captures(run, captures):
    """There is a result for any contents of a capture, and JSON is always valid."""
    rng = random.Random(7637)
    for path in sorted(captures.glob("*.pcap")):
        data = bytearray(path.read_bytes())
        for _ in range(20):
            broken = data[:]
            for _ in range(rng.randrange(1, 40)):
                broken[rng.randrange(24, len(broken))] = rng.randrange(256)
            done = run("info", "--json", "-q", "-", stdin=bytes(broken), code=None)
            assert done.code in (0, 3)
            json.loads(done.stdout)


MANY = 1_200_000
TENANTS_MAX, DETAILS_MAX, MEMORY_MAX = 1 << 20, 65536, 320 << 20


@pytest.fixture(scope="module")
def many_vsids(tmp_path_factory):
    """A capture with more VSIDs than the limits, and as many addresses."""
    path = tmp_path_factory.mktemp("many") / "many.pcap"
    frame = tunnel(inner_frame("0.0.0.0", size=0))
    assert frame[38:41] == (5001).to_bytes(3, "big") and frame[68:72] == bytes(4)
    record = bytearray(pcapfile.pcap_record(packet(frame, time=pcapfile.START)))
    with open(path, "wb") as out:
        out.write(pcapfile.pcap_header())
        for number in range(MANY):
            record[16 + 38:16 + 41] = (number * 13 & 0xFFFFFF).to_bytes(3, "big")
            record[16 + 26:16 + 30] = (number + (1 << 24)).to_bytes(4, "big")
            record[16 + 68:16 + 72] = (number + (1 << 24)).to_bytes(4, "big")
            out.write(record)
    return path


def test_many_vsids(start, many_vsids):
    process = start("info", "-")
    with open(many_vsids, "rb") as source:
        while chunk := source.read(1 << 20):
            process.stdin.write(chunk)
        process.stdin.flush()
    wait_until(lambda: waits(process))
    sanitized = b"__asan_" in COMMAND.read_bytes()
    assert sanitized or peak_memory(process) < MEMORY_MAX
    text = process.end().stdout.decode()
    assert f"{MANY} packets, {TENANTS_MAX} or more VSIDs" in text
    assert re.search(rf"\n  others +{MANY - TENANTS_MAX} ", text)
    assert f"{TENANTS_MAX - 20} more VSIDs are not shown" in text


def test_many_vsids_in_csv(run, many_vsids):
    """Details of the first VSIDs, and counters of more."""
    top = DETAILS_MAX + 100
    out = run("info", "--csv", "--sort", "vsid", "--top", top, many_vsids).stdout.decode()
    header, *rows = [line.split(",") for line in out.splitlines()]
    assert {len(row) for row in rows} == {len(header)}
    assert [row[:2] for row in rows] == [[str(number * 13), "1"] for number in range(top)] + [
        ["others", str(MANY - TENANTS_MAX)]]
    assert [row[11] != "" for row in rows] == DETAILS_MAX * [True] + 101 * [False]


def test_many_addresses_of_a_tenant(info):
    frame = tunnel(inner_frame("1.0.0.0", "10.0.0.7", size=0))
    record = bytearray(pcapfile.pcap_record(packet(frame, time=pcapfile.START)))
    data = bytearray(pcapfile.pcap_header())
    for number in range(70_000):
        record[16 + 69:16 + 72] = number.to_bytes(3, "big")
        data += record
    cas = info(bytes(data))["tenants"][0]["cas"]
    assert (cas["distinct"], cas["complete"]) == (65536, False)
    assert cas["busiest"][0] == {"address": "10.0.0.7", "packets": 70_000}
