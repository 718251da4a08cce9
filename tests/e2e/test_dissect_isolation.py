# SPDX-License-Identifier: GPL-2.0-or-later
"""Traffic of several tenants at once is dissected as if each were alone (see tenants_oracle.py)."""

import functools

import pytest

from tenants_mix import FLOWS, PATTERNS, WORLDS, Case, mix, pattern_cases
from tenants_oracle import differences, isolation_faults, pdml
from wireshark import counts

COMMON = ("in turn", "response behind request")
# Only some flows for cases that depend only on the tunnels.
TUNNELLED = ("http", "http_ipv6", "dns", "sip_in_one", "tftp", "echo", "echo_ipv6", "sctp",
             "fragments", "fragments_by_vsid", "fragments_ipv6", "arp")
APART = [world for world in WORLDS if world not in ("VSIDs", "PAs")]
WORLD_CASES = tuple(Case(flow, "in turn", world) for flow in TUNNELLED for world in APART)


def preferences(*names):
    """The options that set preferences."""
    return tuple(word for name in names for word in ("-o", name))


# name: (cases, options of tshark)
MODES = {
    "one pass": (pattern_cases(*PATTERNS), ()),
    "two passes": (pattern_cases("in turn", "clones"), ("-2",)),
    "segments in order": (pattern_cases("in turn"), preferences(
        "tcp.reassemble_out_of_order:TRUE", "tcp.relative_sequence_numbers:FALSE",
        "tcp.track_bytes_in_flight:FALSE", "sctp.relative_tsns:FALSE")),
    "no reassembly": (pattern_cases("response behind request"), preferences(
        "tcp.desegment_tcp_streams:FALSE", "ip.defragment:FALSE", "ipv6.defragment:FALSE",
        "sctp.reassembly:FALSE")),
    "no analysis": (pattern_cases("in turn"), preferences(
        "tcp.analyze_sequence_numbers:FALSE", "tcp.calculate_timestamps:FALSE",
        "tcp.try_heuristic_first:TRUE", "udp.try_heuristic_first:TRUE",
        "sctp.tsn_analysis:FALSE")),
    "strict conversations": (pattern_cases("response behind request"), preferences(
        "protocols.strict_conversation_tracking_heuristics:TRUE")),
}


@functools.cache
def faults(mode):
    """The differences between a mode's capture and each tenant alone."""
    cases, options = MODES[mode]
    return isolation_faults(mix(cases), *options)


@functools.cache
def world_faults():
    """The differences for the capture with all kinds of tunnels."""
    return isolation_faults(mix(WORLD_CASES))


def check(found, flow):
    """Fails and lists the differences of a flow."""
    if texts := [f"{case.pattern}, {case.world}, {text}" for case, texts in found.items()
                 if case.flow == flow for text in texts]:
        pytest.fail("\n".join(texts), pytrace=False)


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("mode", MODES)
def test_each_tenant_as_if_alone(mode, flow):
    check(faults(mode), flow)


@pytest.mark.parametrize("flow", TUNNELLED)
def test_any_kinds_of_tunnels(flow):
    check(world_faults(), flow)


def test_sctp_with_the_tags_of_another_tenant():
    """The second association is shown without analysis, the first one as if it were alone."""
    both = mix((Case("sctp", "clones", "VSIDs"),))
    off = preferences("sctp.tsn_analysis:FALSE", "sctp.reassembly:FALSE")
    first, second = pdml(both.pcap(0), plugin=False), pdml(both.pcap(1), *off, plugin=False)

    assert differences(both, pdml(both.pcap()), {0: first, 1: second}) == {}


# Only the broadcast flow has equal tenant addresses at all places.
ADDRESSED = [flow for flow in FLOWS if flow != "dhcp"]


@functools.cache
def faults_of_the_measure():
    """Differences for tenants with different addresses, who need no isolation."""
    return isolation_faults(mix(pattern_cases(*COMMON), apart=True))


@pytest.mark.parametrize("flow", ADDRESSED)
def test_tenants_with_other_addresses_need_no_isolation(flow):
    check(faults_of_the_measure(), flow)


# flow: (display filter, number of matching frames of the first tenant alone)
CONTENTS = {
    "http": ("http.request_in", 2),
    "http_ipv6": ("ipv6 and http", 2),
    "http_out_of_order": ("tcp.analysis.out_of_order", 1),
    "http_retransmission": ("tcp.analysis.retransmission", 2),
    "http_port_reuse": ("tcp.analysis.reused_ports", 1),
    "http_reset": ("tcp.analysis.reused_ports", 1),
    "keep_alive": ("tcp.analysis.keep_alive", 2),
    "zero_window": ("tcp.analysis.zero_window_probe", 1),
    "rpc": ("tcp and rpc.repframe", 2),
    "dcerpc": ("dcerpc.request_in", 2),
    "ftp": ("ftp-data", 4),
    "ftp_in_one": ("ftp-data", 4),
    "dns": ("dns.response_to", 3),
    "dns_ipv6": ("ipv6 and dns.response_to", 3),
    "dns_retransmission": ("dns.retransmission", 2),
    "dhcp": ("dhcp", 4),
    "sip": ("rtp.setup-frame", 6),
    "sip_in_one": ("rtcp.setup-frame", 1),
    "tftp": ("tftp.opcode == 3 and tftp.request_frame", 2),
    "tftp_in_one": ("tftp.opcode == 3 and tftp.request_frame", 2),
    "radius": ("radius.reqframe", 3),
    "rpc_udp": ("udp and rpc.repframe", 2),
    "quic": ("quic.short and quic.connection.number", 6),
    "echo": ("icmp.resp_to", 3),
    "echo_ipv6": ("icmpv6.resp_to", 3),
    "errors": ("icmp and (tcp.stream or udp.stream)", 2),
    "sctp": ("sctp.retransmission", 1),
    "fragments": ("ip.fragments", 3),
    "fragments_by_vsid": ("ip.fragments", 3),
    "fragments_by_tenant": ("ip.fragments", 4),
    "fragments_ipv6": ("ipv6.fragments", 3),
    "routing_ipv6": ("ospf or pim.cksum.status == 1", 2),
    "echo_ipv6_one_way": ("icmpv6.resp_to and not ipv6.fragments", 2),
    "arp": ("arp", 4),
}


def test_flows_are_what_they_are_called():
    capture = mix(pattern_cases("in turn"))
    filters = {flow: f"({wanted}) and frame.number in {{{capture.numbers(flow)}}}"
               for flow, (wanted, _) in CONTENTS.items()}

    assert (dict(zip(filters, counts(capture.pcap(0), filters.values(), plugin=False)))
            == {flow: count for flow, (_, count) in CONTENTS.items()})
