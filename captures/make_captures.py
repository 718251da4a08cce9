#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the sample captures and their MANIFEST. The bytes are the same every time.

    make_captures.py            write them to this script's folder
    make_captures.py --check    compare with the existing files; exit 1 on a difference

Needs python3-scapy. The captures in endpoints/ were recorded from real endpoints. They are not made
here, but the MANIFEST lists them too.
"""

import argparse
import hashlib
import sys
from pathlib import Path

import deviations
import flowid
import tenants
import wire

FOLDER = Path(__file__).resolve().parent
MANIFEST = "MANIFEST"

# name, description, packets
CAPTURES = (
    ("two-tenants.pcap", "Blue (VSID 5001) and Red (VSID 6001) in NVGRE over IPv4",
     lambda: tenants.tunnel_capture(4)),
    ("two-tenants-ipv6.pcap", "the same inner frames in NVGRE over IPv6",
     lambda: tenants.tunnel_capture(6)),
    ("plain-blue.pcap", "Blue's inner frames of two-tenants.pcap, at the same times",
     lambda: tenants.plain_capture(tenants.BLUE)),
    ("plain-red.pcap", "Red's inner frames of two-tenants.pcap, at the same times",
     lambda: tenants.plain_capture(tenants.RED)),
    ("deviations.pcap", "a packet per deviation and edge, listed below",
     deviations.capture),
)

# What real endpoints sent for the frames of inner.pcap.
ENDPOINTS = (
    ("inner.pcap", "the inner frames that were given to the endpoints"),
    ("lin_v4_key.pcap", "Linux 6.1 gretap, IPv4, key"),
    ("lin_v4_key_csum.pcap", "Linux 6.1 gretap, IPv4, key and checksum"),
    ("lin_v4_key_nodf.pcap", "Linux 6.1 gretap, IPv4, key, DF clear"),
    ("lin_v4_key_seq.pcap", "Linux 6.1 gretap, IPv4, key and sequence number"),
    ("lin_v4_key_ttlinherit_tosinherit.pcap", "Linux 6.1 gretap, IPv4, key, TTL and TOS inherited"),
    ("lin_v4_nokey.pcap", "Linux 6.1 gretap, IPv4, no key"),
    ("lin_v6_key_encaplimit4.pcap", "Linux 6.1 ip6gretap, key, tunnel encapsulation limit 4"),
    ("lin_v6_key_noencaplimit.pcap", "Linux 6.1 ip6gretap, key, no encapsulation limit"),
    ("ovs31_v4_key.pcap", "Open vSwitch 3.1 gre port, IPv4, key"),
    ("ovs31_v6_key.pcap", "Open vSwitch 3.1 gre port, IPv6, key"),
)

MANIFEST_HEADER = """\
# SPDX-License-Identifier: GPL-2.0-or-later
# Sample captures. Written by make_captures.py: change the script, not this file.
#
# Columns are separated by white space; the last one is text to the end of the line.
#
# Rows "file": file, packets, SHA-256, what it shows.
"""

PACKETS_HEADER = """
# Rows "packet": number in deviations.pcap, identifier, class, VSID, FlowID, what it shows.
#
# The class is what a decoder should call the packet, from the outside in:
#   clean       flags exactly K, version 0, protocol type 0x6558
#   deviant     the same with C, S or reserved bits set
#   teb-no-key  protocol type 0x6558, version 0, K=0
#   other-gre   another protocol type or version, or R=1
#   fragment    a fragment of an outer IP datagram, reassembly left aside
#   malformed   a length that cannot be true, or an inner frame without an Ethernet header
#   truncated   the capture ends before the class can be told
#   other       not GRE
# VSID and FlowID are those of the outermost header; "-" in all classes but clean and deviant.
"""


def file_row(name, data, shows):
    """A MANIFEST row of a capture."""
    digest = hashlib.sha256(data).hexdigest()
    return f"file {name:<48} {wire.pcap_count(data):>3} {digest} {shows}\n"


def packet_row(number, sample):
    """A MANIFEST row of a packet of deviations.pcap."""
    vsid = flow = "-"
    if sample.key is not None:
        vsid, flow = f"0x{sample.key >> 8:06x}", f"0x{sample.key & 0xFF:02x}"
    return (f"packet {number:>2} {sample.name:<20} {sample.kind:<10} {vsid:<8} {flow:<4} "
            f"{sample.shows}\n")


def manifest(captures):
    """The MANIFEST of the generated captures (name → bytes) and of the recorded ones."""
    rows = [MANIFEST_HEADER]
    rows += [file_row(name, captures[name], shows) for name, shows, _ in CAPTURES]
    for name, shows in ENDPOINTS:
        path = f"endpoints/{name}"
        rows.append(file_row(path, (FOLDER / path).read_bytes(), shows))
    rows.append(PACKETS_HEADER)
    rows += [packet_row(number, sample)
             for number, sample in enumerate(deviations.SAMPLES, start=1)]
    return "".join(rows)


def make():
    """All files that this script writes: name → bytes."""
    files = {name: wire.pcap_bytes(packets()) for name, _, packets in CAPTURES}
    files[MANIFEST] = manifest(files).encode()
    return files


def differences(files):
    """Yields a line for each difference in FOLDER."""
    for name, data in files.items():
        path = FOLDER / name
        if not path.exists():
            yield f"{name}: missing"
        elif path.read_bytes() != data:
            yield f"{name}: differs"
    known = {*files, *(f"endpoints/{name}" for name, _ in ENDPOINTS)}
    for path in sorted(FOLDER.glob("**/*.pcap*")):
        name = path.relative_to(FOLDER).as_posix()
        if name not in known:
            yield f"{name}: not in the MANIFEST"


def main():
    """Writes or compares the files. Returns the exit code."""
    parser = argparse.ArgumentParser(description="Makes the sample captures and their MANIFEST.")
    parser.add_argument("--check", action="store_true",
                        help="compare with the files that are there and write nothing")
    arguments = parser.parse_args()
    for module in (flowid, tenants, deviations):
        module.self_check()
    files = make()
    if arguments.check:
        found = list(differences(files))
        print("\n".join(found) if found else f"{len(files)} files are as they should be")
        return 1 if found else 0
    for name, data in files.items():
        (FOLDER / name).write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
