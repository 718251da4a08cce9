# SPDX-License-Identifier: GPL-2.0-or-later
"""The configuration profile NVGRE: columns, colour rules, filter buttons, and its folder."""

import csv
import functools
import itertools
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

import pytest
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dhcp6 import DHCP6_Solicit
from scapy.layers.dns import DNS
from scapy.layers.inet import ICMP, IP, TCP, UDP, fragment
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6EchoRequest, ICMPv6ND_NS, IPv6
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw

from test_dissect import (C, CAS, ECHO, ECHO6, EXPERIMENT, K, MACS, S, WHO_HAS, cut, frame, gre, ipv4,
                          nested, nvgre, udp, with_fcs)
from wireshark import (BUILD, CAPTURES, NOBODY, ROOT, UNPRIVILEGED, readable, require_plugin, run,
                       sandbox, tshark)

PROFILE = ROOT / "plugin" / "profile" / "NVGRE"
USED = ("-C", "NVGRE")
NAMES = '"5001","Blue"\n'


@pytest.fixture(scope="module", autouse=True)
def profile():
    """The profile in the user's folder, with a name for one tenant."""
    folder = sandbox() / "home" / ".config" / "wireshark" / "profiles" / "NVGRE"
    shutil.copytree(PROFILE, folder)
    (folder / "nvgre_tenants").write_text(NAMES, encoding="utf-8")
    yield folder
    shutil.rmtree(folder)


# The columns for packets of the samples.

BLUE = {"VSID": "5001", "Tenant": "Blue"}
RED = {"VSID": "6001", "Tenant": ""}
NONE = {"VSID": "", "Tenant": "", "FlowID": "", "PA source": "", "PA destination": ""}
THERE = {"PA source": "192.168.4.11", "PA destination": "192.168.4.22"}
BACK = {"PA source": "192.168.4.22", "PA destination": "192.168.4.11"}
REQUEST = {"Source": "10.0.0.5", "Destination": "10.0.0.7"}
REPLY = {"Source": "10.0.0.7", "Destination": "10.0.0.5"}

COLUMNS = {
    "two-tenants.pcap": {
        1: BLUE | THERE | {
            "No.": "1", "Time": "0.000000", "FlowID": "89 (0x59)", "Source": "06:06:00:00:00:05",
            "Destination": "ff:ff:ff:ff:ff:ff", "Protocol": "ARP", "Length": "84",
            "Info": "Who has 10.0.0.7? Tell 10.0.0.5"},
        2: RED | THERE | {"FlowID": "189 (0xbd)", "Source": "08:08:00:00:00:05"},
        5: BLUE | THERE | REQUEST | {
            "No.": "5", "Time": "0.000950", "FlowID": "80 (0x50)", "Protocol": "ICMP", "Length": "116",
            "Info": "Echo (ping) request  id=0x0001, seq=1/256, ttl=64 (reply in 7)"},
        8: RED | BACK | REPLY | {"FlowID": "175 (0xaf)", "Protocol": "ICMP"},
        12: RED | BACK | REPLY | {"FlowID": "187 (0xbb)", "Protocol": "DNS", "Length": "150"},
        14: RED | THERE | REQUEST | {
            "Protocol": "TCP", "Info": "49152 → 80 [SYN] Seq=0 Win=64240 Len=0 MSS=1398"},
        24: RED | BACK | REPLY | {"FlowID": "209 (0xd1)", "Protocol": "HTTP"},
    },
    "two-tenants-ipv6.pcap": {
        5: BLUE | REQUEST | {"PA source": "fd00:4::11", "PA destination": "fd00:4::22"},
    },
    "deviations.pcap": {
        11: {"VSID": "0", "Tenant": "", "FlowID": "80 (0x50)"},
        13: {"VSID": "16777215"},
        32: REQUEST | {
            "VSID": "6001,5001", "Tenant": "Blue", "FlowID": "230 (0xe6),80 (0x50)", "Protocol": "ICMP",
            "Info": "Echo (ping) request  id=0x0001, seq=32/8192, ttl=64 (no response found!)"},
        36: NONE | REQUEST,
        40: BLUE | {"FlowID": "0 (0x00)"},
        42: NONE | REQUEST | {"Protocol": "ICMP", "Length": "74"},
    },
}


def table(capture):
    """The packet list: the columns of each packet, by title."""
    titles, *rows = ElementTree.fromstring(tshark(capture, *USED, "-2", "-T", "psml"))
    return [dict(zip((title.text for title in titles), (cell.text or "" for cell in row), strict=True))
            for row in rows]


@pytest.mark.parametrize("capture", COLUMNS)
def test_columns(capture):
    rows = table(CAPTURES / capture)

    for number, expected in COLUMNS[capture].items():
        assert {title: rows[number - 1][title] for title in expected} == expected
    assert list(rows[0]) == ["No.", "Time", "VSID", "Tenant", "FlowID", "Source", "Destination",
                             "Protocol", "Length", "PA source", "PA destination", "Info"]


# The colour rules and the filter buttons, applied to the same frames.

class Case(NamedTuple):
    """Frames, and the result for the last one."""

    rule: str  # the colour rule that applies to it
    buttons: set  # the buttons whose filters match it
    frames: list


INSIDE, OUTSIDE, PROBLEM = {"NVGRE"}, {"Not NVGRE"}, {"NVGRE", "Problems"}


def inside(packet, vsid=5001):
    """An IP packet in a tunnel."""
    return nvgre(Ether(**MACS) / packet, vsid << 8 | 1)


def tcp(vsid, flags, payload=b"", port=9, **fields):
    """A TCP segment in a tunnel. The source port is the number of the VSID."""
    return inside(CAS / TCP(sport=vsid, dport=port, flags=flags, **fields) / Raw(payload), vsid)


def kept_alive(vsid):
    """Data, its acknowledgement, a keep-alive and its acknowledgement."""
    answer = IP(src=CAS.dst, dst=CAS.src) / TCP(sport=9, dport=vsid, flags="A", seq=1, ack=5)
    return [tcp(vsid, "A", b"data", seq=1, ack=1), inside(answer, vsid),
            tcp(vsid, "A", b"\0", seq=4, ack=1), inside(answer, vsid)]


def ecn(inner, outer):
    """A frame with these ECN values in its IP headers."""
    return frame(ipv4(gre(Ether(**MACS) / IP(tos=inner) / ICMP()), tos=outer))


def claim(mac):
    """An ARP claim of an address by a MAC address."""
    return nvgre(Ether(dst=MACS["dst"], src=mac) / ARP(hwsrc=mac, psrc="10.0.0.9", pdst="10.0.0.7"))


CASES = {
    # One for each expert info.
    "C": Case("NVGRE warning", PROBLEM, [nvgre(flags=K | C)]),
    "S": Case("NVGRE warning", PROBLEM, [nvgre(flags=K | S)]),
    "bits to discard for": Case("NVGRE warning", PROBLEM, [nvgre(flags=K | 0x0800)]),
    "inner 802.1Q": Case("NVGRE warning", PROBLEM, [nvgre(Ether(**MACS) / Dot1Q(vlan=1) / CAS)]),
    "inner length": Case("NVGRE warning", PROBLEM, [nvgre(bytes(ECHO)[:-1])]),
    "outer TTL": Case("NVGRE warning", PROBLEM, [frame(ipv4(gre(), ttl=0))]),
    "ECN to drop for": Case("NVGRE warning", PROBLEM, [ecn(0, 3)]),
    "duplicate address": Case("NVGRE warning", PROBLEM, [claim("06:06:00:00:00:09"),
                                                         claim("06:06:00:00:00:0a")]),
    "nested too deeply": Case("NVGRE warning", PROBLEM | {"Nested", "No FlowID"}, [nested(9)]),
    "bits to ignore": Case("NVGRE note", PROBLEM, [nvgre(flags=K | 0x0008)]),
    "inner cut": Case("NVGRE note", PROBLEM, [cut(nvgre(), 30)]),
    "inner FCS": Case("NVGRE note", PROBLEM, [nvgre(with_fcs(ECHO))]),
    "outer fragments": Case("NVGRE note", PROBLEM,
                            [frame(part) for part in fragment(ipv4(gre(), id=7), fragsize=48)]),
    "ECN unused": Case("NVGRE note", PROBLEM, [ecn(0, 1)]),
    "several FlowIDs": Case("NVGRE note", PROBLEM | {"Several FlowIDs"},
                            [udp(flowid=1), udp(flowid=2)]),
    "reserved VSID": Case("VSID not for tenants", PROBLEM, [nvgre(key=0x000FFF_50)]),
    "vendor's VSID": Case("VSID not for tenants", INSIDE, [nvgre(key=0xFFFFFF_50)]),
    "nested": Case("NVGRE in NVGRE", INSIDE | {"Nested", "No FlowID"}, [nested(2)]),
    # Packets in a tunnel.
    "no FlowID": Case("Ping", INSIDE | {"No FlowID"}, [nvgre(key=0x001389_00)]),
    "nothing": Case("", INSIDE, [nvgre(EXPERIMENT)]),
    "malformed": Case("Malformed", INSIDE, [nvgre(bytes(ECHO)[:10])]),
    "retransmission": Case("TCP trouble", INSIDE, [tcp(7001, "A", b"data")] * 2),
    "window update": Case("TCP", INSIDE, [tcp(7002, "A", window=100), tcp(7002, "A", window=200)]),
    "keep-alive": Case("TCP", INSIDE, kept_alive(7014)[:3]),
    "keep-alive, acknowledged": Case("TCP", INSIDE, kept_alive(7015)),
    "reset": Case("TCP reset", INSIDE, [tcp(7003, "R")]),
    "unreachable": Case("ICMP error", INSIDE, [inside(CAS / ICMP(type=3) / CAS / UDP())]),
    "redirect": Case("ICMP error", INSIDE, [inside(CAS / ICMP(type=5) / CAS / UDP())]),
    "time exceeded": Case("ICMP error", INSIDE, [inside(CAS / ICMP(type=11) / CAS / UDP())]),
    "parameter problem": Case("ICMP error", INSIDE, [inside(CAS / ICMP(type=12) / CAS / UDP())]),
    "unreachable, IPv6": Case("ICMP error", INSIDE, [
        inside(IPv6() / ICMPv6DestUnreach() / IPv6() / UDP())]),
    "wrong IP": Case("Wrong checksum", INSIDE, [inside(IP(chksum=1) / ICMP())]),
    "wrong TCP": Case("Wrong checksum", INSIDE, [tcp(7004, "A", chksum=1)]),
    "wrong UDP": Case("Wrong checksum", INSIDE, [inside(CAS / UDP(sport=7, dport=9, chksum=1))]),
    "wrong ICMP": Case("Wrong checksum", INSIDE, [inside(CAS / ICMP(chksum=1))]),
    "wrong ICMPv6": Case("Wrong checksum", INSIDE, [inside(IPv6() / ICMPv6EchoRequest(cksum=1))]),
    "ARP": Case("ARP and neighbours", INSIDE, [nvgre(WHO_HAS)]),
    "neighbours": Case("ARP and neighbours", INSIDE, [inside(IPv6() / ICMPv6ND_NS())]),
    "ping": Case("Ping", INSIDE, [nvgre(ECHO)]),
    "ping, IPv6": Case("Ping", INSIDE, [nvgre(ECHO6)]),
    "DNS": Case("Names and addresses", INSIDE, [inside(CAS / UDP(sport=8, dport=53) / DNS())]),
    "mDNS": Case("Names and addresses", INSIDE, [inside(CAS / UDP(sport=8, dport=5353) / DNS())]),
    "DHCP": Case("Names and addresses", INSIDE, [
        inside(CAS / UDP(sport=68, dport=67) / BOOTP() / DHCP(options=["end"]))]),
    "DHCPv6": Case("Names and addresses", INSIDE, [
        inside(IPv6() / UDP(sport=546, dport=547) / DHCP6_Solicit())]),
    "HTTP": Case("Web", INSIDE, [tcp(7005, "A", b"GET / HTTP/1.1\r\n\r\n", 80)]),
    "HTTP/2": Case("Web", INSIDE, [tcp(7006, "A", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 80)]),
    "TLS": Case("Web", INSIDE, [tcp(7007, "A", bytes.fromhex("150303000201 00"), 443)]),
    "SYN": Case("TCP begin or end", INSIDE, [tcp(7008, "S")]),
    "FIN": Case("TCP begin or end", INSIDE, [tcp(7009, "FA")]),
    "TCP": Case("TCP", INSIDE, [tcp(7010, "A")]),
    "UDP": Case("UDP", INSIDE, [inside(CAS / UDP(sport=6, dport=9))]),
    "broadcast": Case("Broadcast or multicast", INSIDE | {"Broadcast"}, [
        nvgre(Ether(dst="ff:ff:ff:ff:ff:ff", type=0x88B5) / Raw(bytes(20)))]),
    "multicast outside": Case("Broadcast or multicast", INSIDE | {"Broadcast"}, [
        bytes(Ether(dst="01:00:5e:00:00:01") / ipv4(gre(EXPERIMENT)))]),
    "broadcast ARP": Case("ARP and neighbours", INSIDE | {"Broadcast"}, [
        nvgre(Ether(dst="ff:ff:ff:ff:ff:ff") / WHO_HAS.payload)]),
    # Packets that match two rules.
    "C, malformed": Case("NVGRE warning", PROBLEM, [nvgre(bytes(ECHO)[:10], flags=K | C)]),
    "malformed, bits to ignore": Case("Malformed", PROBLEM, [nvgre(bytes(ECHO)[:10], flags=K | 8)]),
    "bits to ignore, reserved VSID": Case("NVGRE note", PROBLEM, [nvgre(key=0x50, flags=K | 8)]),
    "reserved VSID, nested": Case("VSID not for tenants", PROBLEM | {"Nested"},
                                  [nvgre(nvgre(key=0x50))]),
    "nested, unreachable": Case("NVGRE in NVGRE", INSIDE | {"Nested"}, [
        nvgre(inside(CAS / ICMP(type=3) / CAS / UDP()))]),
    "unreachable, reset": Case("ICMP error", INSIDE, [
        inside(CAS / ICMP(type=3) / CAS / TCP(flags="R"))]),
    "retransmission, reset": Case("TCP trouble", INSIDE, [tcp(7011, "R", b"data")] * 2),
    "reset, wrong TCP": Case("TCP reset", INSIDE, [tcp(7012, "R", chksum=1)]),
    "wrong ICMP, no key": Case("Wrong checksum", OUTSIDE, [
        frame(ipv4(gre(Ether(**MACS) / CAS / ICMP(chksum=1), flags=0)))]),
    "no key, ARP": Case("GRE, but not NVGRE", OUTSIDE, [frame(ipv4(gre(WHO_HAS, flags=0)))]),
    "HTTP, FIN": Case("Web", INSIDE, [tcp(7013, "FA", b"GET / HTTP/1.1\r\n\r\n", 80)]),
    "UDP, broadcast": Case("UDP", INSIDE | {"Broadcast"}, [
        nvgre(Ether(dst="ff:ff:ff:ff:ff:ff") / CAS / UDP(sport=5, dport=9))]),
    # Packets outside of tunnels.
    "no key": Case("GRE, but not NVGRE", OUTSIDE, [frame(ipv4(gre(flags=0)))]),
    "ping outside": Case("Ping", OUTSIDE, [bytes(ECHO)]),
    "broadcast outside": Case("ARP and neighbours", OUTSIDE, [
        bytes(Ether(dst="ff:ff:ff:ff:ff:ff") / WHO_HAS.payload)]),
}

# Wireshark does this only on request.
CHECKSUMS = [part for protocol in ("ip", "tcp", "udp")
             for part in ("-o", f"{protocol}.check_checksum:TRUE")]


@pytest.fixture(scope="module")
def capture():
    """A file with the frames of all cases."""
    return readable([data for case in CASES.values() for data in case.frames])


def last_frames():
    """The cases by the numbers of their last frames."""
    ends = itertools.accumulate(len(case.frames) for case in CASES.values())
    return dict(zip(map(str, ends), CASES))


def rules(path):
    """The colour rule of each frame, by its number."""
    shown = tshark(path, *USED, *CHECKSUMS, "--color", "-T", "fields",
                   "-e", "frame.number", "-e", "frame.coloring_rule.name")
    return dict(line.split("\t") for line in shown.splitlines())


def lines(name):
    """The lines of a file in the profile, without comments."""
    text = (PROFILE / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def buttons():
    """The filters of the buttons, by label."""
    rows = list(csv.reader(lines("dfilter_buttons")))
    assert all(enabled == "TRUE" and comment for enabled, _, _, comment in rows)
    return {label: expression for _, label, expression, _ in rows}


def test_colour_rules(capture):
    given = rules(capture)

    assert {name: given[number] for number, name in last_frames().items()} == {
        name: case.rule for name, case in CASES.items()}


def test_each_colour_rule_has_a_case():
    names = [line.split("@")[1] for line in lines("colorfilters")]

    assert set(names) == {case.rule for case in CASES.values()} - {""}
    assert len(set(names)) == len(names)


def test_colour_rules_of_a_sample():
    given = list(rules(CAPTURES / "two-tenants.pcap").values())

    assert {rule: given.count(rule) for rule in given} == {
        "ARP and neighbours": 4, "Ping": 4, "Names and addresses": 4, "Web": 4,
        "TCP begin or end": 9, "TCP": 10}


@pytest.mark.parametrize("label", sorted({label for case in CASES.values() for label in case.buttons}))
def test_buttons(capture, label):
    shown = tshark(capture, *USED, "-Y", buttons()[label], "-T", "fields", "-e", "frame.number")
    cases = last_frames()

    assert {cases[number] for number in shown.split() if number in cases} == {
        name for name, case in CASES.items() if label in case.buttons}


def test_the_button_for_the_selected_packet(capture):
    """Without a selected packet it matches no packet. tshark has no selected packet."""
    expression = buttons().pop("This tenant")

    assert not tshark(capture, *USED, "-Y", expression)
    assert tshark(capture, *USED, "-Y", expression.replace("${nvgre.vsid}", "5001"))


def test_each_button_has_a_case():
    assert set(buttons()) == {label for case in CASES.values() for label in case.buttons} | {
        "This tenant"}


# The profile as a whole.

def complaints(*arguments):
    """The standard error output of tshark."""
    require_plugin()
    return run("-c", 'exec tshark "$@" 2>&1 >/dev/null', "sh", *arguments, program="sh")


def test_nothing_is_complained_about(capture):
    assert complaints("-n", "-r", capture, *USED, "--color") == complaints("-n", "-r", capture) == ""


@pytest.mark.parametrize("name, line", [
    ("preferences", "nvgre.info_vsids: FALSE"),
    ("colorfilters", "@Rule@nvgre.vsids@[0,0,0][0,0,0]"),
    ("dfilter_buttons", '"TRUE","Button"'),
])
def test_mistakes_would_be_complained_about(profile, capture, name, line):
    good = (profile / name).read_text(encoding="utf-8")
    (profile / name).write_text(f"{good}{line}\n", encoding="utf-8")
    try:
        assert complaints("-n", "-r", capture, *USED, "--color")
    finally:
        (profile / name).write_text(good, encoding="utf-8")


def test_widths_are_those_of_the_columns():
    formats = re.findall('"(%.*?)(?::0:.)?"', "\n".join(lines("preferences")))

    assert re.findall('"(%.*?)", "[0-9]+"', "\n".join(lines("recent"))) == formats


@pytest.fixture(scope="module")
def installed():
    """The files of an installation, in a folder that replaces /."""
    folder = sandbox() / "root"
    subprocess.run(["cmake", "--install", BUILD], env={**os.environ, "DESTDIR": str(folder)},
                   check=True, capture_output=True)
    return folder


@functools.cache
def data_folder():
    """The data folder of this Wireshark."""
    return Path(re.search(r"^Global configuration:\s+(.*)$", run("-G", "folders"), re.MULTILINE)[1])


def contents(folder):
    """The files of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_installation(installed):
    place = installed / data_folder().relative_to("/") / "profiles"

    assert contents(place / "NVGRE") == contents(PROFILE)


def test_an_installed_profile_is_taken_by_its_name(installed, capture):
    """Wireshark then copies it to the user's folder, as if the user had chosen it in the window."""
    folder, home = installed / data_folder().relative_to("/"), sandbox() / "new home"
    home.mkdir()
    if UNPRIVILEGED:
        os.chown(home, NOBODY, NOBODY)
    for path in data_folder().iterdir():
        if path.name != "profiles":
            (folder / path.name).symlink_to(path)
    shown = run(f"HOME={home}", f"WIRESHARK_DATA_DIR={folder}", "tshark", "-n", "-r", capture, *USED,
                "-T", "psml", program="env")

    assert "<section>VSID</section>" in shown
    assert contents(home / ".config" / "wireshark" / "profiles" / "NVGRE") == contents(PROFILE)
