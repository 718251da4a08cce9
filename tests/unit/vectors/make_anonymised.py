#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes anonymised.h, the same each time: addresses anonymised by Crypto-PAn, a bit at a time.

AES is that of python3-cryptography. Before that the addresses published with Crypto-PAn (its
sample trace) are checked against what the function here makes of them.
"""

import hashlib
import random
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

OUT = Path(__file__).resolve().parent / "anonymised.h"

SAMPLE_SECRET = bytes([21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
                       216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2])
SAMPLE = {"128.11.68.132": "135.242.180.132", "129.118.74.4": "134.136.186.123",
          "130.132.252.244": "133.68.164.234"}

# Addresses of these networks keep so many bits; all others lie beside them.
KEPT = [(ip_network(net), bits) for net, bits in
        [("0.0.0.0/32", 32), ("127.0.0.0/8", 32), ("224.0.0.0/4", 32), ("255.255.255.255/32", 32),
         ("::/127", 128), ("ff00::/8", 128), ("fe80::/10", 64)]]

FIXED = ["0.0.0.0", "0.0.0.1", "1.1.1.1", "8.8.8.8", "10.0.0.5", "10.0.0.7", "10.255.255.255",
         "126.255.255.255", "127.0.0.1", "127.255.255.255", "128.0.0.0", "169.254.1.1",
         "172.16.0.1", "192.168.4.11", "192.168.4.22", "192.168.5.11", "223.255.255.255",
         "224.0.0.1", "239.255.255.255", "240.0.0.0", "255.255.255.254", "255.255.255.255",
         "::", "::1", "::2", "::3", "::ffff:10.0.0.5", "64:ff9b::1", "2001:db8::5", "2001:db8::7",
         "2001:db8:0:1::5", "2001:db9::5", "fc00::1", "fd00::1", "fd00::2", "fe7f::1", "fe80::1",
         "fe80::200:f8ff:fe21:67cf", "fe80:0:0:1::1", "febf:ffff::1", "fec0::1", "feff::1",
         "ff02::1", "ff02::1:ff00:5", "ffff::1",
         "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]


class CryptoPan:
    """Crypto-PAn with a secret of 32 bytes."""

    def __init__(self, secret):
        self.aes = Cipher(algorithms.AES(secret[:16]), modes.ECB()).encryptor()
        self.pad = f"{int.from_bytes(self.aes.update(secret[16:]), 'big'):0128b}"

    def first_bit(self, prefix):
        """The flip behind a prefix, given as binary digits."""
        block = int(prefix + self.pad[len(prefix):], 2).to_bytes(16, "big")
        return self.aes.update(block)[0] >> 7

    def anonymise(self, address, kept=lambda prefix: False):
        """An address, with no flip behind prefixes that are kept."""
        digits = f"{int(address):0{address.max_prefixlen}b}"
        flips = [0 if kept(digits[:i]) else self.first_bit(digits[:i]) for i in range(len(digits))]
        return type(address)(int("".join(str(int(d) ^ f) for d, f in zip(digits, flips)), 2))


def keeper(address):
    """Says of prefixes of an address whether the bit behind stays."""
    def kept(prefix):
        if len(prefix) < (4 if address.version == 4 else 16):
            return True
        for net, bits in KEPT:
            if net.version != address.version:
                continue
            path = f"{int(net[0]):0{address.max_prefixlen}b}"[:net.prefixlen]
            if path.startswith(prefix) and prefix != path:
                return True
            if prefix.startswith(path) and len(prefix) < bits:
                return True
        return False
    return kept


def addresses(rng):
    """Those above, and others of all kinds."""
    yield from map(ip_address, FIXED)
    for _ in range(60):
        yield IPv4Address(rng.getrandbits(32))
        yield IPv6Address(rng.getrandbits(128))
        yield IPv6Address(0x2001_0db8 << 96 | rng.getrandbits(80))
        yield IPv6Address(0xfe80 << 112 | rng.getrandbits(64))
        yield IPv6Address(rng.getrandbits(rng.randrange(1, 100)))


def main():
    """Writes the header."""
    sample = CryptoPan(SAMPLE_SECRET)
    for address, expected in SAMPLE.items():
        assert str(sample.anonymise(IPv4Address(address))) == expected
    rng = random.Random(1)
    lines = []
    for seed in 0, 1, 0x0123456789ABCDEF, 2 ** 64 - 1:
        pan = CryptoPan(hashlib.sha256(seed.to_bytes(8, "big")).digest())
        for address in addresses(rng):
            to = pan.anonymise(address, keeper(address))
            lines.append(f'    {{{seed:#x}, {address.version}, "{address.packed.hex()}", '
                         f'"{to.packed.hex()}"}},')
    OUT.write_text("\n".join([
        "/* SPDX-License-Identifier: GPL-2.0-or-later */", "#ifndef ANONYMISED_H",
        "#define ANONYMISED_H", "",
        "/* Addresses by seed, made with Python's AES by make_anonymised.py. */", "",
        "/* clang-format off */", "static const struct vector vectors[] = {", *lines, "};",
        "/* clang-format on */", "", "#endif", ""]))


if __name__ == "__main__":
    main()
