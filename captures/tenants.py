# SPDX-License-Identifier: GPL-2.0-or-later
"""Two tenants with the same address plan on the same two hosts (NVEs), and the frames of their VMs.

Blue and Red use the same CAs, ports, TCP sequence numbers and DNS transaction ID. Only the VSID
distinguishes their packets.
"""

from typing import NamedTuple

from scapy.layers.dns import DNS, DNSQR, DNSRR
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

import wire
from flowid import flow_id, flow_label

CLIENT, SERVER = 0, 1  # VM 1 on host 1, VM 2 on host 2
CAS = ("10.0.0.5", "10.0.0.7")
BROADCAST = "ff:ff:ff:ff:ff:ff"
UNKNOWN_MAC = "00:00:00:00:00:00"
START_US = 1_767_261_600_000_000  # 2026-01-01 10:00:00 UTC

HTTP_PORT, CLIENT_PORT, SECOND_CLIENT_PORT = 80, 49152, 49153
DNS_PORT, DNS_CLIENT_PORT = 53, 50000
DNS_ID, DNS_NAME = 0x2A2A, "app.corp.example"
INITIAL_SEQUENCE = (1_000_000_000, 2_000_000_000)
SECOND_SEQUENCE = 1_000_500_000
MSS = 1398  # the largest MSS for a 1500-byte provider MTU and outer IPv6
ECHO_DATA = b"abcdefghijklmnopqrstuvwabcdefghi"


class Host(NamedTuple):
    """A host and its NVE."""

    mac: str
    pa: dict  # IP version → PA


HOSTS = (
    Host("02:00:c0:a8:04:0b", {4: "192.168.4.11", 6: "fd00:4::11"}),
    Host("02:00:c0:a8:04:16", {4: "192.168.4.22", 6: "fd00:4::22"}),
)


class Tenant(NamedTuple):
    """A virtual subnet and its two VMs."""

    name: str
    vsid: int
    macs: tuple  # of CLIENT and SERVER
    dns_answer: str
    delay_us: int  # delay relative to the common schedule
    second_syn: bool  # starts another TCP connection at the end


BLUE = Tenant("Blue", 5001, ("06:06:00:00:00:05", "06:06:00:00:00:07"), "10.0.0.20", 0, True)
RED = Tenant("Red", 6001, ("08:08:00:00:00:05", "08:08:00:00:00:07"), "10.0.0.30", 97, False)


class Step(NamedTuple):
    """A frame of a conversation: its time and its sender."""

    gap_us: int  # since the previous step
    sender: int  # CLIENT or SERVER
    frame: object  # scapy packet, from Ethernet on


def ethernet(tenant, sender):
    """The inner Ethernet header of a unicast frame."""
    return Ether(src=tenant.macs[sender], dst=tenant.macs[1 - sender])


def ip(tenant, sender, **fields):
    """The inner Ethernet and IPv4 headers."""
    return ethernet(tenant, sender) / IP(src=CAS[sender], dst=CAS[1 - sender], ttl=64, **fields)


def echo(tenant, sender, sequence=1, **ip_fields):
    """An ICMP echo request from CLIENT, or its reply from SERVER."""
    kind = "echo-request" if sender == CLIENT else "echo-reply"
    return (ip(tenant, sender, **ip_fields) / ICMP(type=kind, id=1, seq=sequence)
            / Raw(ECHO_DATA))


def arp_steps(tenant):
    """CLIENT asks for SERVER's MAC address."""
    client, server = tenant.macs
    request = ARP(op="who-has", hwsrc=client, psrc=CAS[CLIENT], hwdst=UNKNOWN_MAC,
                  pdst=CAS[SERVER])
    reply = ARP(op="is-at", hwsrc=server, psrc=CAS[SERVER], hwdst=client, pdst=CAS[CLIENT])
    yield Step(0, CLIENT, Ether(src=client, dst=BROADCAST) / request)
    yield Step(412, SERVER, ethernet(tenant, SERVER) / reply)


def echo_steps(tenant):
    """A ping."""
    yield Step(538, CLIENT, echo(tenant, CLIENT))
    yield Step(367, SERVER, echo(tenant, SERVER))


def dns_steps(tenant):
    """The same question for both tenants, with different answers."""
    question = DNSQR(qname=DNS_NAME, qtype="A")
    answer = DNSRR(rrname=DNS_NAME, type="A", ttl=300, rdata=tenant.dns_answer)
    yield Step(20_214, CLIENT, ip(tenant, CLIENT) / UDP(sport=DNS_CLIENT_PORT, dport=DNS_PORT)
               / DNS(id=DNS_ID, rd=1, qd=question))
    yield Step(691, SERVER, ip(tenant, SERVER) / UDP(sport=DNS_PORT, dport=DNS_CLIENT_PORT)
               / DNS(id=DNS_ID, qr=1, aa=1, rd=1, ra=1, qd=question, an=answer))


def http_request():
    """CLIENT's request, the same for both tenants."""
    return f"GET / HTTP/1.1\r\nHost: {CAS[SERVER]}\r\nAccept: */*\r\n\r\n".encode()


def http_response(tenant):
    """SERVER's response. Its body names the tenant."""
    body = f"Hello from {tenant.name}2: tenant {tenant.name}, VSID {tenant.vsid}.\n"
    return ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}").encode()


def http_steps(tenant):
    """A TCP connection from SYN to the last ACK, with an HTTP GET and its response."""
    exchange = (
        # gap, sender, flags, payload
        (3_105, CLIENT, "S", b""),
        (341, SERVER, "SA", b""),
        (268, CLIENT, "A", b""),
        (455, CLIENT, "PA", http_request()),
        (312, SERVER, "A", b""),
        (1_874, SERVER, "PA", http_response(tenant)),
        (296, CLIENT, "A", b""),
        (623, SERVER, "FA", b""),
        (287, CLIENT, "A", b""),
        (744, CLIENT, "FA", b""),
        (305, SERVER, "A", b""),
    )
    ports = (CLIENT_PORT, HTTP_PORT)
    following = list(INITIAL_SEQUENCE)  # next sequence number of each side
    for gap_us, sender, flags, payload in exchange:
        tcp = TCP(sport=ports[sender], dport=ports[1 - sender], flags=flags, window=64240,
                  seq=following[sender],
                  ack=following[1 - sender] if "A" in flags else 0,
                  options=[("MSS", MSS)] if "S" in flags else [])
        frame = ip(tenant, sender, flags="DF") / tcp
        yield Step(gap_us, sender, frame / Raw(payload) if payload else frame)
        following[sender] += len(payload) + ("S" in flags or "F" in flags)


def second_syn_steps(tenant):
    """The first packet of another connection, from the next port."""
    if tenant.second_syn:
        tcp = TCP(sport=SECOND_CLIENT_PORT, dport=HTTP_PORT, flags="S", window=64240,
                  seq=SECOND_SEQUENCE, options=[("MSS", MSS)])
        yield Step(5_430, CLIENT, ip(tenant, CLIENT, flags="DF") / tcp)


CONVERSATION = (arp_steps, echo_steps, dns_steps, http_steps, second_syn_steps)


class Sent(NamedTuple):
    """An inner frame, ready for a capture."""

    time_us: int
    tenant: Tenant
    sender: int
    frame: bytes


def conversation(tenant):
    """All inner frames of a tenant in order. Each VM's IP IDs start at 1."""
    time_us, idents = START_US + tenant.delay_us, [1, 1]
    for steps in CONVERSATION:
        for step in steps(tenant):
            time_us += step.gap_us
            if IP in step.frame:
                step.frame[IP].id = idents[step.sender]
                idents[step.sender] += 1
            yield Sent(time_us, tenant, step.sender, bytes(step.frame))


def encapsulate(sent, version):
    """The NVGRE frame that the sender's host sends for an inner frame, over IPv4 or IPv6."""
    local, remote = HOSTS[sent.sender], HOSTS[1 - sent.sender]
    payload = wire.gre(sent.frame, wire.nvgre_key(sent.tenant.vsid, flow_id(sent.frame)))
    pas = (local.pa[version], remote.pa[version])
    if version == 4:
        packet = wire.ipv4(*pas, payload)
    else:
        packet = wire.ipv6(*pas, payload, flow_label=flow_label(sent.frame))
    return wire.ethernet(local.mac, remote.mac, packet)


def plain_capture(tenant):
    """The tenant's inner frames as captured packets."""
    return [wire.Captured(sent.time_us, sent.frame, len(sent.frame))
            for sent in conversation(tenant)]


def tunnel_capture(version):
    """Both tenants' frames in NVGRE, in time order."""
    both = sorted([*conversation(BLUE), *conversation(RED)], key=lambda sent: sent.time_us)
    frames = [(sent.time_us, encapsulate(sent, version)) for sent in both]
    return [wire.Captured(time_us, frame, len(frame)) for time_us, frame in frames]


# The Blue echo request in NVGRE, byte for byte.
REFERENCE_FRAME = bytes.fromhex(
    "0200c0a804160200c0a8040b0800"
    "4500006600004000402fb0f7c0a8040bc0a80416"
    "2000655800138950"
    "0606000000070606000000050800"
    "4500003c00010000400166b50a0000050a000007"
    "08004d5a00010001"
    "6162636465666768696a6b6c6d6e6f7071727374757677616263646566676869")
# FlowIDs of Blue frames, by position in its conversation.
REFERENCE_FLOWIDS = {2: 0x50, 3: 0xAF, 6: 0x75, 7: 0xD1, 17: 0xA4}


def self_check():
    """Raises AssertionError if a frame or a FlowID differs from its reference value."""
    blue = list(conversation(BLUE))
    assert encapsulate(blue[2], 4) == REFERENCE_FRAME, "Blue echo request"
    for position, flowid in REFERENCE_FLOWIDS.items():
        assert flow_id(blue[position].frame) == flowid, f"FlowID of Blue frame {position}"
