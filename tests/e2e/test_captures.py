# SPDX-License-Identifier: GPL-2.0-or-later
"""The sample captures through encap and decap, and random captures there and back."""

import json
import random
import struct
from pathlib import Path

import pytest

import deviations
import pcapfile
from pcapfile import NSEC, packet
from tenants import BLUE, CLIENT, HOSTS, RED, SERVER

CAPTURES = Path(deviations.__file__).parent
TUNNELS = {4: "two-tenants.pcap", 6: "two-tenants-ipv6.pcap"}
PLAIN = {"blue": BLUE, "red": RED}


def manifest(kind):
    """The MANIFEST rows of a kind, as lists of columns."""
    lines = (CAPTURES / "MANIFEST").read_text().splitlines()
    return [line.split() for line in lines if line.startswith(kind + " ")]


@pytest.mark.parametrize("version", TUNNELS)
@pytest.mark.parametrize("name", PLAIN)
def test_decap_gives_the_plain_capture(convert, version, name):
    done = convert("decap", (CAPTURES / TUNNELS[version]).read_bytes(),
                   vsid_filter=PLAIN[name].vsid, others="drop")
    assert done.out == (CAPTURES / f"plain-{name}.pcap").read_bytes()


@pytest.mark.parametrize("version", TUNNELS)
@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("sender", [CLIENT, SERVER])
def test_encap_gives_the_senders_packets(convert, version, name, sender):
    """The packets that one host sends for a tenant are those of its VM in the plain capture."""
    tenant, local, remote = PLAIN[name], HOSTS[sender], HOSTS[1 - sender]
    vm_mac = bytes.fromhex(tenant.macs[sender].replace(":", ""))
    plain = pcapfile.read((CAPTURES / f"plain-{name}.pcap").read_bytes())
    sent = pcapfile.pcap([item for item in plain if item.data[6:12] == vm_mac])
    done = convert("encap", sent, vsid=tenant.vsid, local=local.pa[version],
                   remote=remote.pa[version], enet_smac=local.mac, enet_dmac=remote.mac)
    header = {4: 42, 6: 62}[version]
    tunnel = pcapfile.read((CAPTURES / TUNNELS[version]).read_bytes())
    assert pcapfile.read(done.out) == [
        item for item in tunnel if item.data[header + 6:header + 12] == vm_mac]


# class in the MANIFEST: the reason in --json, or None if the packet is decapsulated
REASONS = {"clean": None, "deviant": None, "teb-no-key": "no_key", "other-gre": "other_gre",
           "fragment": "fragment", "malformed": "malformed", "truncated": "truncated",
           "other": "not_nvgre"}
# identifier in the MANIFEST: the reason if the class does not determine it
SPECIAL_REASONS = {"strict-source-route": "must_discard", "inner-8021q": "inner_vlan",
                   "inner-qinq": "inner_vlan", "ecn-ce-not-ect": "congestion"}
NOT_HANDLED = {"malformed", "truncated", "fragment", "must_discard"}
DROPPED = {"inner_vlan", "congestion"}

# identifier: packet number → inner frame, if that is not the plain echo request
INNER = {
    "runt-padding": deviations.experimental,
    "nested": lambda n: deviations.over_ipv4(deviations.gre(deviations.echo(n))),
    "ecn-ce-ect0": lambda n: deviations.echo(n, tos=3),
    "ecn-ect1-ect0": lambda n: deviations.echo(n, tos=1),
    "inner-fcs": lambda n: deviations.with_fcs(deviations.echo(n)),
}


def deviation_rows():
    """Number, identifier and reason of each packet in deviations.pcap."""
    for _, number, name, kind, *_ in manifest("packet"):
        yield int(number), name, SPECIAL_REASONS.get(name, REASONS[kind])


@pytest.mark.parametrize("number, name, reason", deviation_rows(),
                         ids=lambda value: str(value))
def test_each_deviation_alone(decap, number, name, reason):
    item = pcapfile.read((CAPTURES / "deviations.pcap").read_bytes())[number - 1]
    done = decap([item], json=True, code=3 if reason in NOT_HANDLED else 0)
    summary = json.loads(done.stdout)
    assert summary["decapsulated"] == (reason is None)
    assert {**summary["others"], **summary["dropped"], **summary["not_handled"]} == (
        {reason: 1} if reason else {})
    if reason in DROPPED:
        expected = []
    elif reason:
        expected = [item]
    else:
        inner = INNER.get(name, deviations.echo)(number)
        cut = 64 - 42 if name == "cut-inner" else None
        expected = [packet(inner[:cut], len(inner), item.time)]
    assert pcapfile.read(done.out) == expected


def test_counts_of_all_deviations_together(decap):
    """The two fragments are one packet."""
    done = decap((CAPTURES / "deviations.pcap").read_bytes(), json=True, code=3)
    summary = json.loads(done.stdout)
    reasons = [reason for _, _, reason in deviation_rows() if reason != "fragment"] + [None]
    assert summary["reassembled"] == 1
    counted = {**summary["others"], **summary["dropped"], **summary["not_handled"],
               None: summary["decapsulated"]}
    assert counted == {reason: reasons.count(reason) for reason in reasons}
    assert (summary["deviant"], summary["reserved_vsids"]) == (5, 2)


ENDPOINTS = [row[1] for row in manifest("file") if row[1].startswith("endpoints/")
             and row[1] != "endpoints/inner.pcap"]
OVERHEAD = {"v4": 42, "v6": 62}
EXTRA = {"csum": 4, "seq": 4, "encaplimit4": 8}


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize("ecn", ["ignore", "copy"])
def test_what_real_endpoints_sent(decap, name, ecn):
    inner = pcapfile.frames((CAPTURES / "endpoints/inner.pcap").read_bytes())
    sent = pcapfile.read((CAPTURES / name).read_bytes())
    done = decap(pcapfile.pcap(sent), inner_vlan="keep", ecn=ecn, json=True)
    if "nokey" in name:
        assert pcapfile.read(done.out) == sent
        assert json.loads(done.stdout)["others"] == {"no_key": 10}
        return
    parts = name.removesuffix(".pcap").split("_")
    overhead = OVERHEAD[parts[1]] + sum(EXTRA.get(part, 0) for part in parts)
    got = pcapfile.read(done.out)
    assert [item.data for item in got] == inner
    assert [item.time for item in got] == [item.time for item in sent]
    assert [item.wire_len for item in got] == [item.wire_len - overhead for item in sent]


# ---- There and back ----

def random_frame(source):
    """A frame with a random EtherType. The rest may be invalid."""
    kind = source.choice([0x0800, 0x86DD, 0x0806, 0x88B5, 0x8100, 0x0026])
    body = source.randbytes(source.choice([0, 1, 2, 20, 40, 100, 1486, 8986]) + 4)
    if kind == 0x8100:
        body = body[:2] + struct.pack("!H", source.choice([0x0800, 0x88B5])) + body[4:]
    elif kind in (0x0800, 0x86DD):
        first = bytes([{0x0800: 0x45, 0x86DD: 0x60}[kind]])
        protocol = bytes([source.choice([1, 6, 17, 47, 0, 44])])
        offset = {0x0800: 9, 0x86DD: 6}[kind]
        body = first + body[1:offset] + protocol + body[offset + 1:]
    return source.randbytes(12) + struct.pack("!H", kind) + body


def random_packets(source, count):
    """Packets at random times, a third of them cut."""
    for _ in range(count):
        frame = random_frame(source)
        caplen = source.choice([len(frame), len(frame), source.randint(18, len(frame))])
        seconds = source.randrange(2**31)
        yield packet(frame[:caplen], len(frame), seconds + pcapfile.Fraction(
            source.randrange(10**6), 10**6))


FORMATS = {
    "pcap": pcapfile.pcap,
    "pcap, big-endian": lambda items: pcapfile.pcap(items, order=">"),
    "nsecpcap": lambda items: pcapfile.pcap(items, magic=NSEC),
    "nsecpcap, big-endian": lambda items: pcapfile.pcap(items, magic=NSEC, order=">"),
    "pcapng": pcapfile.pcapng,
    "pcapng, big-endian": lambda items: pcapfile.pcapng(items, order=">"),
}
PAS = {4: ("192.168.4.11", "192.168.4.22"), 6: ("fd00:4::11", "fd00:4::22")}


@pytest.mark.parametrize("version", PAS)
@pytest.mark.parametrize("name", FORMATS)
def test_random_packets_there_and_back(run, name, version):
    source = random.Random(7637)
    items = list(random_packets(source, 500))
    data = FORMATS[name](items)
    local, remote = PAS[version]
    for flowid in ("toeplitz", "crc32c", "0"):
        vsid = source.randrange(4096, 0xFFFFFF)
        tunnel = run("encap", "--vsid", vsid, "--local", local, "--remote", remote, "--flowid",
                     flowid, "--inner-vlan", "keep", "-", "-", stdin=data)
        back = run("decap", "--vsid-filter", vsid, "--inner-vlan", "keep", "-", "-",
                   stdin=tunnel.stdout)
        assert pcapfile.read(tunnel.stdout) != items
        assert pcapfile.read(back.stdout) == items
        assert back.stdout[:4] == data[:4]


def test_usec_pcap_comes_back_byte_for_byte(run):
    data = pcapfile.pcap(list(random_packets(random.Random(1), 500)))
    tunnel = run("encap", "--vsid", 5001, "--local", "::1", "--remote", "::2", "--inner-vlan",
                 "keep", "-", "-", stdin=data)
    back = run("decap", "--inner-vlan", "keep", "-", "-", stdin=tunnel.stdout)
    assert back.stdout == data
