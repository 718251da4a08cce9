# SPDX-License-Identifier: GPL-2.0-or-later
"""UDP conversations of a tenant's VMs: each flow takes a Talk and yields Steps."""

import struct

from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dns import DNS, DNSQR, DNSRR

from tenants_talk import BROADCAST, CLIENT, IPV4, RETRANSMISSION_US, SERVER, UDP
from tenants_tcp import rpc_steps

DNS_PORTS, SIP_PORTS = (50000, 53), (5060, 5060)
RTP_PORTS, RTCP_PORTS = (20000, 30000), (20001, 30001)
TFTP_PORTS, TFTP_DATA_PORTS = (50010, 69), (50010, 51234)
RADIUS_PORTS, RPC_PORTS, QUIC_PORTS = (50020, 1812), (50030, 111), (50050, 443)
DNS_ID, DHCP_ID = 0x2A2A, 0x3B3B3B3B


def dns_message(talk, sender, ident=DNS_ID, address="", version=4, pause_us=0):
    """CLIENT's question, or SERVER's answer."""
    name = f"app{ident:x}.corp.example"
    message = DNS(id=ident, rd=1, qr=int(sender), qd=DNSQR(qname=name),
                  an=DNSRR(rrname=name, ttl=300, rdata=address) if sender == SERVER else None)
    return talk.udp(sender, DNS_PORTS, bytes(message), version, pause_us)


def random_address(talk):
    """An answer to a DNS query."""
    return f"10.9.{talk.number(8)}.{talk.number(8)}"


def dns(talk, version=4):
    """Three questions. The IDs are the same in every tenant. The last two are sent together."""
    for idents in ((DNS_ID,), (DNS_ID + 1, DNS_ID + 2)):
        for sender in (CLIENT, SERVER):
            for ident in idents:
                yield dns_message(talk, sender, ident, random_address(talk), version)


def dns_ipv6(talk):
    """The same over IPv6."""
    yield from dns(talk, 6)


def dns_retransmission(talk):
    """In the first tenant, a question and its answer are repeated."""
    address = random_address(talk)
    yield dns_message(talk, CLIENT)
    if talk.first:
        yield dns_message(talk, CLIENT, pause_us=RETRANSMISSION_US)
        yield dns_message(talk, SERVER, address=address)
    yield dns_message(talk, SERVER, address=address)
    yield dns_message(talk, CLIENT, DNS_ID + 1)
    yield dns_message(talk, SERVER, DNS_ID + 1, address)


def dhcp(talk):
    """A VM without an address gets one. All messages are broadcasts."""
    client = bytes.fromhex(talk.mac(CLIENT).replace(":", ""))
    for kind, sender in (("discover", CLIENT), ("offer", SERVER), ("request", CLIENT),
                         ("ack", SERVER)):
        source, given = ("0.0.0.0", "0.0.0.0") if sender == CLIENT else (
            talk.address(SERVER), talk.address(CLIENT))
        options = [("message-type", kind), ("lease_time", 600 + talk.number(8)), "end"]
        message = bytes(BOOTP(op=1 + sender, xid=DHCP_ID, chaddr=client, yiaddr=given)
                        / DHCP(options=options))
        header = struct.pack("!4H", 68 - sender, 67 + sender, 8 + len(message), 0)
        packet = talk.ipv4(sender, UDP, header + message, addresses=(source, "255.255.255.255"))
        yield talk.frame(sender, IPV4, packet, dst=BROADCAST)


def session(talk, sender, ports):
    """The session description (SDP) from one VM of a call."""
    address = talk.address(sender)
    return (f"v=0\r\no=- {talk.number(16)} 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\n"
            f"t=0 0\r\nm=audio {ports[talk.side(sender)]} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n")


def sip_message(talk, call, sender, start, sequence, body=""):
    """A SIP request or response of a call."""
    address = talk.address(CLIENT)
    kind = "Content-Type: application/sdp\r\n" if body else ""
    text = (f"{start} SIP/2.0\r\n" if sender == CLIENT else f"SIP/2.0 {start}\r\n") + (
        f"Via: SIP/2.0/UDP {address};branch=z9hG4bK{call}\r\n"
        f"From: <sip:a@{address}>;tag={call[:4]}\r\nTo: <sip:b@{talk.address(SERVER)}>\r\n"
        f"Call-ID: {call}\r\nCSeq: {sequence}\r\n{kind}Content-Length: {len(body)}\r\n\r\n{body}")
    return talk.udp(sender, SIP_PORTS, text.encode())


def voice(talk):
    """Some RTP in both directions, and an RTCP report."""
    starts = [talk.number(15), talk.number(15)]
    sources = [talk.number(32), talk.number(32)]
    for count in range(3):
        for sender in (CLIENT, SERVER):
            header = struct.pack("!BBHII", 0x80, 0, starts[sender] + count, 160 * count,
                                 sources[sender])
            yield talk.udp(sender, RTP_PORTS, header + talk.text(40).encode())
    report = struct.pack("!BBH6I", 0x80, 200, 6, sources[CLIENT], 1, 0, 480, 3, 120)
    yield talk.udp(CLIENT, RTCP_PORTS, report)


def sip(talk, signalling=True):
    """A call from INVITE to BYE. Without `signalling`, only its voice."""
    call = talk.text(16)
    uri = f"sip:b@{talk.address(SERVER)}"
    if signalling:
        yield sip_message(talk, call, CLIENT, f"INVITE {uri}", "1 INVITE",
                          session(talk, CLIENT, RTP_PORTS))
        yield sip_message(talk, call, SERVER, "180 Ringing", "1 INVITE")
        yield sip_message(talk, call, SERVER, "200 OK", "1 INVITE",
                          session(talk, SERVER, RTP_PORTS))
        yield sip_message(talk, call, CLIENT, f"ACK {uri}", "1 ACK")
    yield from voice(talk)
    if signalling:
        yield sip_message(talk, call, CLIENT, f"BYE {uri}", "2 BYE")
        yield sip_message(talk, call, SERVER, "200 OK", "2 BYE")


def sip_in_one(talk):
    """A call in the first tenant. Other tenants use the ports of its voice for other traffic."""
    yield from sip(talk, signalling=talk.first)


def tftp(talk, request=True):
    """A file, sent from a new port. Without `request`, only the data."""
    if request:
        yield talk.udp(CLIENT, TFTP_PORTS, f"\0\1{talk.text(8)}\0octet\0".encode())
    for block, length in ((1, 512), (2, 30)):
        data = struct.pack("!HH", 3, block) + talk.text(length).encode()
        yield talk.udp(SERVER, TFTP_DATA_PORTS, data)
        yield talk.udp(CLIENT, TFTP_DATA_PORTS, struct.pack("!HH", 4, block))


def tftp_in_one(talk):
    """A file in the first tenant. Other tenants use the ports of its data for other traffic."""
    yield from tftp(talk, request=talk.first)


def radius(talk):
    """Requests and their responses. The identifiers are the same in every tenant."""
    for ident in (1, 2, 1):
        for sender, code in ((CLIENT, 1), (SERVER, 2)):
            name = b"\1\6" + talk.text(4).encode()
            header = struct.pack("!BBH", code, ident, 20 + len(name))
            yield talk.udp(sender, RADIUS_PORTS, header + talk.text(16).encode() + name)


def rpc_udp(talk):
    """Calls and replies over UDP."""
    yield from rpc_steps(lambda sender, words: [
        talk.udp(sender, RPC_PORTS, struct.pack(f"!{len(words)}I", *words))], talk)


def quic(talk):
    """Two connections with random packet contents. The server's packets can only be assigned by
    addresses and ports."""
    for _ in range(2):
        first, server = talk.text(8).encode(), talk.text(8).encode()
        for sender, destination, source in ((CLIENT, first, b""), (SERVER, b"", server)):
            payload = talk.text(60).encode()
            header = struct.pack("!BIB", 0xC3, 1, len(destination)) + destination
            header += bytes([len(source)]) + source + struct.pack("!BH", 0, 0x4000 | len(payload))
            yield talk.udp(sender, QUIC_PORTS, header + payload)
        for sender, destination in ((CLIENT, server), (SERVER, b""), (CLIENT, server)):
            yield talk.udp(sender, QUIC_PORTS, b"\x43" + destination + talk.text(40).encode())


FLOWS = {flow.__name__: flow for flow in (
    dns, dns_ipv6, dns_retransmission, dhcp, sip, sip_in_one, tftp, tftp_in_one, radius, rpc_udp,
    quic)}
