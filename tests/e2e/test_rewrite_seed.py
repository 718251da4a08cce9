# SPDX-License-Identifier: GPL-2.0-or-later
"""rewrite --seed: anonymous addresses, the same at all positions."""

import itertools
import random
import struct
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest

import pcapfile
import wire
from rewriting import Cas, inner_frames, tunnel

RANDOM = random.Random(7637)
HOSTS = ("02:00:00:00:00:01", "02:00:00:00:00:02")  # not derived from PAs
V4_PREFIXES = ("10.0.0.0", "10.0.7.0", "10.200.0.0", "172.16.9.0", "192.168.4.0", "8.8.8.0",
               "100.64.1.0")
V6_PREFIXES = ("2001:db8::", "2001:db8:0:1::", "2001:db8:ffff::", "fd00:1::", "fd77::")


def near(prefix, bits):
    """A random address near a prefix."""
    address = ip_address(prefix)
    return str(type(address)(int(address) + RANDOM.randrange(1, 2**bits)))


def tenants(count):
    """The addresses of several tenants."""
    for _ in range(count):
        v4 = [near(RANDOM.choice(V4_PREFIXES), RANDOM.choice((4, 8))) for _ in range(4)]
        v6 = [near(RANDOM.choice(V6_PREFIXES), RANDOM.choice((8, 64))) for _ in range(4)]
        yield Cas(*v4, *v6, RANDOM.choice(V6_PREFIXES[:4]))


def packets(cas, pas, gre=None):
    """Outer packets of all kinds around frames of all kinds."""
    return [tunnel(frame, pas=pas, gre=gre or {}, hosts=HOSTS) for frame in inner_frames(cas).values()]


SETS = [(cas, (near(prefix, 6), near(prefix, 6)), gre)
        for cas, (prefix, gre) in zip(tenants(12), itertools.cycle((
            ("192.168.4.0", {}), ("fd00:4::", {}),
            ("10.0.0.0", {"flags": wire.GRE_C | wire.GRE_K}))))]


def addresses(old, new):
    """Maps old to new addresses in inner and outer IP headers. Ignores ARP and ND."""
    found = {}
    for before, after in zip(old, new):
        at = 14
        for _ in range(2):
            version = before[at] >> 4
            length, first = (4, 12) if version == 4 else (16, 8)
            for place in (at + first, at + first + length):
                was, is_ = (ip_address(data[place:place + length]) for data in (before, after))
                assert found.setdefault(was, is_) == is_
            at += (20 if version == 4 else 40)
            at += 8 if struct.unpack_from("!H", before, at)[0] == 0x2000 else 12
            if before[at + 12:at + 14] not in (b"\x08\0", b"\x86\xdd"):
                break
            at += 14
    return found


@pytest.fixture(name="both")
def fixture_both(rewrite):
    """Packets of all sets, before and after."""
    old = [frame for cas, pas, gre in SETS for frame in packets(cas, pas, gre)]
    return old, pcapfile.frames(rewrite(old, seed=7).out)


def test_the_same_everywhere(rewrite, both):
    """The same in ARP, ND and quoted packets as in IP headers, with all checksums. scapy makes
    them."""
    old, new = both
    found = addresses(old, new)
    lone = {text for cas, _, _ in SETS for text in cas if ip_address(text) not in found}
    extra = [tunnel(inner_frames(Cas(*(text if ":" not in text else "10.0.0.1",) * 4,
                                     *(text if ":" in text else "fd00::1",) * 5))[name])
             for text in lone for name in ("echo", "echo over IPv6")]
    found |= addresses(extra, pcapfile.frames(rewrite(extra, seed=7).out))
    made = [frame for cas, pas, gre in SETS for frame in packets(
        Cas(*(str(found[ip_address(text)]) for text in cas)),
        tuple(str(found[ip_address(text)]) for text in pas), gre)]
    assert new == made


def common_len(one, other):
    """The number of leading bits that two addresses share."""
    return one.max_prefixlen - (int(one) ^ int(other)).bit_length()


def test_prefixes_stay_as_long(both):
    found = addresses(*both)
    for kind in (IPv4Address, IPv6Address):
        pairs = [(was, is_) for was, is_ in found.items() if isinstance(was, kind)]
        assert len(pairs) > 30
        for (was, is_), (was2, is2) in itertools.combinations(pairs, 2):
            assert common_len(was, was2) == common_len(is_, is2)


def test_nothing_is_left(both):
    """No byte contains an original address, except special addresses that protocols depend on."""
    old, new = both
    hidden = {was.packed for was, is_ in addresses(old, new).items() if was != is_}
    everything = b"".join(new)
    assert len(hidden) > 60
    assert [was for was in hidden if was in everything] == []
    kept = {str(was) for was, is_ in addresses(old, new).items() if was == is_}
    assert kept == {"ff02::1"}


def test_stable_over_files(rewrite, both):
    old, new = both
    order = list(range(len(old)))
    RANDOM.shuffle(order)
    done = rewrite([old[number] for number in order], seed=7)
    assert pcapfile.frames(done.out) == [new[number] for number in order]
    assert pcapfile.frames(rewrite(old, seed=8).out) != new


def test_maps_come_first(rewrite):
    """Addresses in a map follow the map. All others are anonymised."""
    old = packets(SETS[0][0], ("192.168.4.11", "192.168.4.22"))[:1]
    new = pcapfile.frames(rewrite(old, seed=7).out)
    done, = pcapfile.frames(rewrite(old, seed=7, S="192.168.4.11/32:1.2.3.4/32").out)
    assert done[26:30] == bytes((1, 2, 3, 4)) and done[30:34] == new[0][30:34]
