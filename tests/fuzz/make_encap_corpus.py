#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the seeds of fuzz_encap in corpus/encap. The bytes are the same every time.

fuzz_encap.c explains the first bytes. Other files in the folder are kept.
"""

from pathlib import Path

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw

CORPUS = Path(__file__).resolve().parent / "corpus" / "encap"

BROADCAST, UNKNOWN = "ff:ff:ff:ff:ff:ff", "06:00:00:00:00:77"
MACS = [f"06:00:00:00:00:0{n}" for n in range(7)]
DROP, TRUNC, SEGMENT = 1, 2, 3
HASH, IGNORE_ECN, DF = 0x08, 0x10, 0x80
DSCP, PCP, TTL, INNER_DF, OF_IFACE, OF_VLAN = (1 << n for n in range(6))
KEEP_TAGS = 0x80
MISS_DROP, MISS_DEFAULT, LOCAL4, LOCAL6, FIXED_MACS, TAGGED = 1, 2, 4, 8, 0x30, 0x40
BY_MAP, VLAN, OVER_IPV6, SELECTED, CLAMP = 1, 2, 4, 0x20, 0x40

# inherit and tags; MTU action and fields; MTU; map; headers
CHOICES = {
    "plain": (0, HASH | DF, 0, 0, 0),
    "plain-6": (0, HASH, 0, 0, OVER_IPV6 | VLAN),
    "map": (0, HASH | DF, 0, 0, BY_MAP),
    "map-no-hash": (KEEP_TAGS, IGNORE_ECN, 0, FIXED_MACS, BY_MAP | VLAN),
    "map-local-4": (0, HASH, 0, LOCAL4 | MISS_DEFAULT, BY_MAP),
    "map-local-6": (0, HASH, 0, LOCAL6 | MISS_DROP, BY_MAP | OVER_IPV6),
    "map-vlan": (OF_VLAN | PCP, HASH, 0, 0, BY_MAP),
    "map-iface": (OF_IFACE | DSCP | TTL | INNER_DF, HASH, 0, TAGGED, BY_MAP | CLAMP),
    "map-selected": (0, HASH, 0, 0, BY_MAP | SELECTED),
    "map-segment": (0, HASH | SEGMENT, 40, 0, BY_MAP),
    "map-trunc": (KEEP_TAGS, HASH | TRUNC, 20, 0, BY_MAP),
    "map-drop": (0, HASH | DROP, 30, 0, BY_MAP),
}


def frames():
    """Frames of all kinds that the map handles differently."""
    to_red = IP(src="10.0.0.0", dst="10.0.0.1", tos=0xB9)
    routed = Ether(dst=UNKNOWN, src=MACS[0])
    yield Ether(dst=MACS[1], src=MACS[0]) / to_red / UDP(sport=1, dport=2) / b"usual"
    yield Ether(dst=MACS[3], src=MACS[2]) / to_red / TCP(flags="S", options=[("MSS", 1460)])
    yield Ether(dst=MACS[5], src=MACS[4]) / to_red / ICMP()
    yield (Ether(dst=MACS[1], src=MACS[0]) / Dot1Q(vlan=1, prio=5) / to_red
           / TCP(flags="PA") / Raw(bytes(400)))
    yield routed / IP(src="10.0.0.0", dst="10.1.0.1", ttl=0) / UDP()
    yield routed / IPv6(src="fd00::2", dst="fd01::1", tc=3) / TCP() / Raw(bytes(300))
    yield Ether(dst=BROADCAST, src=MACS[0]) / ARP()
    yield Ether(dst=BROADCAST, src=MACS[2]) / to_red / TCP() / Raw(bytes(500))


def seed(choices, packets, cut=0):
    """An input. The last bytes of each frame are cut."""
    out = bytes(choices)
    for packet in packets:
        data = bytes(packet)
        caplen = len(data) - cut
        out += caplen.to_bytes(2, "big") + cut.to_bytes(2, "big") + data[:caplen]
    return out


def main():
    CORPUS.mkdir(parents=True, exist_ok=True)
    for name, choices in CHOICES.items():
        (CORPUS / name).write_bytes(seed(choices, frames()))
        (CORPUS / f"{name}-cut").write_bytes(seed(choices, frames(), 15))


if __name__ == "__main__":
    main()
