# SPDX-License-Identifier: GPL-2.0-or-later
"""The preferences nvgre.isolate_tenants and nvgre.isolate_pa_pairs."""

import pytest

from tenants_mix import FLOWS, mix, pattern_cases
from tenants_oracle import in_parallel, isolation_faults, pdml, without_nvgre

NOT_ISOLATED = ("-o", "nvgre.isolate_tenants:FALSE")
BY_PA_PAIR = ("-o", "nvgre.isolate_pa_pairs:TRUE")
# Wireshark's own ARP checks report duplicates only if tenants are not isolated.
BUT_ARP = tuple(flow for flow in FLOWS if flow != "arp")


def stock_faults(capture, *preferences, options=()):
    """The flows that are not dissected as in stock Wireshark."""
    shown, expected = in_parallel(
        lambda: pdml(capture.pcap(), *options, *preferences),
        lambda: pdml(capture.pcap(), *options, plugin=False))
    packets = zip(capture.entries, shown, expected, strict=True)
    return {entry.case.flow for entry, packet, other in packets if without_nvgre(packet) != other}


@pytest.mark.parametrize("options", [(), ("-2",)])
def test_not_isolated_is_stock(options):
    wrong = stock_faults(mix(pattern_cases("in turn")), *NOT_ISOLATED, options=options)

    assert not wrong


def test_not_isolated_is_mixed_up():
    """If they were not mixed, these flows could not test isolation."""
    wrong = isolation_faults(mix(pattern_cases("in turn")), preferences=NOT_ISOLATED)

    assert {case.flow for case in wrong} == set(FLOWS)


def test_one_vsid_is_one_tenant_whatever_the_hosts():
    wrong = stock_faults(mix(pattern_cases("in turn", world="PAs", flows=BUT_ARP)))

    assert not wrong


@pytest.mark.parametrize("world", ["PAs", "VSIDs"])
def test_pa_pairs_are_tenants(world):
    capture = mix(pattern_cases("in turn", world=world))
    wrong = isolation_faults(capture, preferences=BY_PA_PAIR)

    assert not {case.flow for case in wrong}


def test_pa_pairs_do_not_count_where_nothing_is_isolated():
    wrong = stock_faults(mix(pattern_cases("in turn", world="PAs")), *BY_PA_PAIR, *NOT_ISOLATED)

    assert not wrong
