# SPDX-License-Identifier: GPL-2.0-or-later
"""ICMP, SCTP, fragments and ARP between a tenant's VMs: each flow yields Steps."""

import struct

from scapy.layers.sctp import (SCTP, SCTPChunkCookieAck, SCTPChunkCookieEcho, SCTPChunkData,
                               SCTPChunkInit, SCTPChunkInitAck, SCTPChunkParamStateCookie,
                               SCTPChunkSACK)

import wire
from tenants_talk import (ARP, BROADCAST, CLIENT, ICMP, ICMPV6, IPV4, IPV6, IPV6_FRAGMENT,
                          RETRANSMISSION_US, SERVER, UDP, Connection)
from tenants_talk import SCTP as SCTP_PROTOCOL
from tenants_udp import DNS_PORTS, dns_message

SCTP_PORTS = (50040, 50041)
PLAIN_PORTS = (50050, 50051)
FRAGMENT_LEN = 400
ETHERNET_LEN = 14
MORE_FRAGMENTS = 0x2000
ARP_REQUEST, ARP_REPLY = 1, 2
OSPF, PIM = 89, 103  # IP protocols
UNKNOWN_MAC = "00:00:00:00:00:00"
ECHO_DATA = b"abcdefghijklmnopqrstuvwabcdefghi"
ECHO_REQUEST, ECHO_REPLY, UNREACHABLE = (8, 0), (0, 0), (3, 3)
ECHO_REQUEST_V6, ECHO_REPLY_V6, SOLICITATION, ADVERTISEMENT = (128, 0), (129, 0), (135, 0), (136, 0)


def icmp(talk, sender, kind, rest):
    """A frame with an ICMP message of a (type, code)."""
    message = struct.pack("!BBH", *kind, 0) + rest
    checksum = struct.pack("!H", wire.internet_checksum(message))
    return talk.ip(sender, ICMP, message[:2] + checksum + rest)


def icmpv6(talk, sender, kind, rest):
    """A frame with an ICMPv6 message of a (type, code)."""
    message = struct.pack("!BBH", *kind, 0) + rest
    return talk.ip(sender, ICMPV6, talk.checksummed(sender, ICMPV6, message, 2, 6), 6)


def pings(talk, send, request, reply):
    """Pings with the same identifier, sequence numbers and data in every tenant."""
    for sequence in (1, 2, 3):
        message = struct.pack("!HH", 1, sequence) + ECHO_DATA
        yield send(talk, CLIENT, request, message)
        yield send(talk, SERVER, reply, message)


def echo(talk):
    """Pings over IPv4."""
    yield from pings(talk, icmp, ECHO_REQUEST, ECHO_REPLY)


def echo_ipv6(talk):
    """A neighbour solicitation, and pings over IPv6."""
    target = bytes(4) + wire.address(talk.address(SERVER, 6))
    yield icmpv6(talk, CLIENT, SOLICITATION, target)
    yield icmpv6(talk, SERVER, ADVERTISEMENT, target)
    yield from pings(talk, icmpv6, ECHO_REQUEST_V6, ECHO_REPLY_V6)


def unreachable(talk, step):
    """SERVER's error for a packet from CLIENT."""
    return icmp(talk, SERVER, UNREACHABLE, bytes(4) + step.frame[ETHERNET_LEN:])


def errors(talk):
    """Errors for a question to a DNS server and for a TCP segment."""
    question = dns_message(talk, CLIENT)
    segment = Connection(talk, PLAIN_PORTS).segment(CLIENT, "S")
    for step in (question, segment):
        yield step
        yield unreachable(talk, step)
    yield dns_message(talk, CLIENT, pause_us=RETRANSMISSION_US)
    yield dns_message(talk, SERVER, address="10.9.9.9")
    yield talk.udp(SERVER, DNS_PORTS, b"not DNS")


def data_chunk(talk, tsn, sequence, length=60, **fields):
    """A data chunk: a whole message unless `fields` change that."""
    return SCTPChunkData(tsn=tsn, stream_id=1, stream_seq=sequence, proto_id=0,
                         data=talk.text(length), **{"beginning": 1, "ending": 1, **fields})


def sctp(talk):
    """An association: messages, one of them in two chunks, and a retransmitted chunk."""
    tags = [talk.number(32), talk.number(32)]
    tsns = [talk.number(31), talk.number(31)]
    opening = {"a_rwnd": 65536, "n_out_streams": 4, "n_in_streams": 4}
    cookie = talk.text(16)
    chunks = [
        (SERVER, data_chunk(talk, tsns[SERVER] + count, count)) for count in range(2)]
    again = (CLIENT, data_chunk(talk, tsns[CLIENT], 0))
    exchange = [
        (CLIENT, SCTPChunkInit(init_tag=tags[CLIENT], init_tsn=tsns[CLIENT], **opening)),
        (SERVER, SCTPChunkInitAck(init_tag=tags[SERVER], init_tsn=tsns[SERVER], **opening,
                                  params=[SCTPChunkParamStateCookie(cookie=cookie)])),
        (CLIENT, SCTPChunkCookieEcho(cookie=cookie)),
        (SERVER, SCTPChunkCookieAck()),
        again,
        again,
        (SERVER, SCTPChunkSACK(cumul_tsn_ack=tsns[CLIENT], a_rwnd=65536)),
        (CLIENT, data_chunk(talk, tsns[CLIENT] + 1, 1, ending=0)),
        (CLIENT, data_chunk(talk, tsns[CLIENT] + 2, 1, beginning=0)),
        (SERVER, SCTPChunkSACK(cumul_tsn_ack=tsns[CLIENT] + 2, a_rwnd=65536)),
        *chunks,
        (CLIENT, SCTPChunkSACK(cumul_tsn_ack=tsns[SERVER] + 1, a_rwnd=65536)),
    ]
    for sender, chunk in exchange:
        tag = 0 if isinstance(chunk, SCTPChunkInit) else tags[1 - sender]
        source, destination = struct.unpack("!HH", talk.ports(sender, SCTP_PORTS))
        packet = SCTP(sport=source, dport=destination, tag=tag) / chunk
        yield talk.ip(sender, SCTP_PROTOCOL, bytes(packet))


def fragments(talk):
    """Datagrams in three fragments. The IP IDs are the same in every tenant."""
    for ident in (1, 2, 3):
        yield from fragmented(talk, ident)


def fragmented(talk, ident):
    """A datagram in three IPv4 fragments."""
    datagram = talk.datagram(CLIENT, PLAIN_PORTS, talk.text(2 * FRAGMENT_LEN + 100).encode())
    for start in range(0, len(datagram), FRAGMENT_LEN):
        part = datagram[start:start + FRAGMENT_LEN]
        more = MORE_FRAGMENTS if start + len(part) < len(datagram) else 0
        packet = talk.ipv4(CLIENT, UDP, part, ident=ident, fragment=more | start // 8)
        yield talk.frame(CLIENT, IPV4, packet)


def fragments_by_vsid(talk):
    """IP IDs that differ between tenants in the bits in which their VSIDs differ."""
    for ident in range(0, 0x30, 0x10):
        yield from fragmented(talk, ident ^ talk.vsid & 0xFFFF)


def fragments_by_tenant(talk):
    """IP IDs that differ between tenants in all combinations of the lowest bits."""
    for count in range(4):
        yield from fragmented(talk, 0x40 + (0 if talk.first else count))


def ipv6_fragments(talk, protocol, payload, ident):
    """A packet from CLIENT in IPv6 fragments."""
    for start in range(0, len(payload), FRAGMENT_LEN):
        part = payload[start:start + FRAGMENT_LEN]
        more = start + len(part) < len(payload)
        header = struct.pack("!BBHI", protocol, 0, start | more, ident)
        yield talk.frame(CLIENT, IPV6, talk.ipv6(CLIENT, IPV6_FRAGMENT, header + part))


def fragments_ipv6(talk):
    """Datagrams in three IPv6 fragments. The identification is the same in every tenant."""
    for ident in (1, 2, 3):
        payload = talk.text(2 * FRAGMENT_LEN + 100).encode()
        yield from ipv6_fragments(talk, UDP, talk.datagram(CLIENT, PLAIN_PORTS, payload, 6), ident)


def routing_ipv6(talk):
    """OSPF and PIM hellos in IPv6 fragments: checksums that cover the IP addresses."""
    neighbours = struct.pack("!120I", *(talk.number(32) for _ in range(120)))
    ospf = struct.pack("!BBHIIIIIHHII", 3, 1, 36 + len(neighbours), talk.number(32), 0, 0, 1,
                       0x01000013, 10, 40, 0, 0) + neighbours
    own = b"".join(b"\2\0" + wire.address(f"fd00::{number + 1}") for number in range(50))
    pim = struct.pack("!BBHHHIHH", 0x20, 0, 0, 20, 4, talk.number(32), 24, len(own)) + own
    for protocol, message, offset in ((OSPF, ospf, 12), (PIM, pim, 2)):
        message = talk.checksummed(CLIENT, protocol, message, offset, 6)
        yield from ipv6_fragments(talk, protocol, message, protocol)


def echo_ipv6_one_way(talk):
    """Pings in IPv6 fragments. The replies are not fragmented."""
    for sequence in (1, 2):
        rest = struct.pack("!HH", 1, sequence) + ECHO_DATA * 10
        request = struct.pack("!BBH", *ECHO_REQUEST_V6, 0) + rest
        yield from ipv6_fragments(talk, ICMPV6, talk.checksummed(CLIENT, ICMPV6, request, 2, 6),
                                  sequence)
        yield icmpv6(talk, SERVER, ECHO_REPLY_V6, rest)


def arp_message(talk, sender, operation, macs):
    """A request, or a reply to the other VM. `macs` are those of CLIENT and SERVER."""
    request = operation == ARP_REQUEST
    target = UNKNOWN_MAC if request else macs[1 - sender]
    message = struct.pack("!HHBBH", 1, IPV4, 6, 4, operation) + b"".join((
        wire.mac(macs[sender]), wire.address(talk.address(sender)),
        wire.mac(target), wire.address(talk.address(1 - sender))))
    return talk.frame(sender, ARP, message, src=macs[sender],
                      dst=BROADCAST if request else macs[1 - sender])


def arp(talk):
    """Requests and replies about MAC addresses that are the tenant's own."""
    macs = [f"06:{talk.number(8):02x}:{talk.number(8):02x}:00:00:{side:02x}" for side in range(2)]
    for asking in (CLIENT, SERVER):
        yield arp_message(talk, asking, ARP_REQUEST, macs)
        yield arp_message(talk, 1 - asking, ARP_REPLY, macs)


FLOWS = {flow.__name__: flow for flow in (
    echo, echo_ipv6, errors, sctp, fragments, fragments_by_vsid, fragments_by_tenant,
    fragments_ipv6, routing_ipv6, echo_ipv6_one_way, arp)}
