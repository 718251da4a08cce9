# SPDX-License-Identifier: GPL-2.0-or-later
"""Tenants with many random flows at the same time. Each is dissected as if it were alone."""

import pytest

from tenants_mix import WORLDS, Mix, random_steps
from tenants_oracle import isolation_faults

FLOWS = 40  # per tenant
# The plugin reports a tenant's duplicates differently (test_dissect_isolation_arp.py).
NO_DUPLICATES = ("-o", "arp.detect_duplicate_ips:FALSE")


@pytest.mark.parametrize("world, seed, options", [
    ("VSIDs", 1, ()),
    ("VSIDs", 2, ("-2",)),
    ("nested or not", 3, ()),
    ("outside", 4, ("-2",)),
])
def test_random_flows(world, seed, options):
    capture = Mix(random_steps(seed, FLOWS, WORLDS[world]))

    for case, texts in isolation_faults(capture, *NO_DUPLICATES, *options).items():
        pytest.fail("\n".join([case, *texts]), pytrace=False)
