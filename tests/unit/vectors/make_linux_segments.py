#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes linux_segments.h: super-packets of Linux, and what Linux itself cuts them into.

    sender ─── in ─ bridge ─ out ─── receiver        three network namespaces

The sender's super-packets are captured where they come in. Behind the bridge there is an interface
without segmentation offload and without checksum offload, so that the kernel cuts them; what it
sends there is captured too. Needs root. Sequence numbers, ports and times are other ones each time.
"""

import ctypes
import fcntl
import ipaddress
import json
import socket
import struct
import subprocess
import sys
import textwrap
import time
from pathlib import Path

OUT = Path(__file__).resolve().parent / "linux_segments.h"

SPACES = SENDER, BRIDGE, RECEIVER = ("segment-a", "segment-b", "segment-c")
ADDRESSES = {SENDER: ("10.9.0.1", "fd00:9::1"), RECEIVER: ("10.9.0.2", "fd00:9::2")}
PORT = 7000
SIZE = 100  # bytes of payload in a segment, at most
PAYLOAD = bytes(number * 7 % 253 for number in range(350))

SIOCETHTOOL, ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO = 0x8946, 0x17, 0x1F, 0x24
UDP_SEGMENT = 103
ETH_P_ALL = 3


def ip(*words):
    """Runs ip."""
    subprocess.run(["ip", *words], check=True)


def python(space, what, **options):
    """Starts this script inside a namespace, to do something there."""
    return subprocess.Popen(["ip", "netns", "exec", space, sys.executable, __file__, what],
                            stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, **options)


def set_up():
    """Makes the namespaces and what is in them."""
    for space in SPACES:
        ip("netns", "add", space)
        ip("-n", space, "link", "set", "lo", "up")
    ip("-n", BRIDGE, "link", "add", "br0", "type", "bridge")
    for space, name in ((SENDER, "in"), (RECEIVER, "out")):
        ip("-n", BRIDGE, "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns",
           space)
        ip("-n", BRIDGE, "link", "set", name, "master", "br0", "up")
        ip("-n", space, "link", "set", "eth0", "up")
        ip("-n", space, "addr", "add", ADDRESSES[space][0] + "/24", "dev", "eth0")
        ip("-n", space, "addr", "add", ADDRESSES[space][1] + "/64", "dev", "eth0", "nodad")
    ip("-n", BRIDGE, "link", "set", "br0", "up")


def without_offload(name):
    """Turns off what an interface would take from the kernel."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in (ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_STXCSUM):
            value = ctypes.create_string_buffer(struct.pack("II", command, 0), 8)
            fcntl.ioctl(control, SIOCETHTOOL,
                        struct.pack("16sP", name.encode(), ctypes.addressof(value)))


def capture():
    """Prints what comes in and what goes out, until its input ends."""
    without_offload("out")
    taps = {}
    for name in ("in", "out"):
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        tap.bind((name, 0))
        tap.settimeout(0.5)
        taps[name] = tap
    print("ready", flush=True)
    sys.stdin.read()
    found = {name: [] for name in taps}
    for name, tap in taps.items():
        try:
            while True:
                data, (_, _, direction, _, _) = tap.recvfrom(65536)
                if (direction == socket.PACKET_OUTGOING) == (name == "out"):
                    found[name].append(data.hex())
        except TimeoutError:
            pass
    print(json.dumps(found))


def receive():
    """Takes in what is sent, in TCP and UDP."""
    listener = socket.create_server(("::", PORT), family=socket.AF_INET6, dualstack_ipv6=True)
    sink = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sink.bind(("::", PORT))
    print("ready", flush=True)
    for _ in ADDRESSES[RECEIVER]:
        connection, _ = listener.accept()
        while connection.recv(65536):
            pass
        connection.close()


def send():
    """Sends a super-packet in TCP and in UDP to each address of the receiver."""
    for address in ADDRESSES[RECEIVER]:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as datagrams:
            datagrams.setsockopt(socket.SOL_UDP, UDP_SEGMENT, SIZE)
            datagrams.sendto(PAYLOAD, (address, PORT))
        with socket.socket(family, socket.SOCK_STREAM) as stream:
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SIZE)
            stream.connect((address, PORT))
            stream.sendall(PAYLOAD)
            stream.shutdown(socket.SHUT_WR)
            stream.recv(1)


def record():
    """What comes in and goes out of the bridge, as lists of frames."""
    for space in SPACES:
        subprocess.run(["ip", "netns", "del", space], check=False, stderr=subprocess.DEVNULL)
    try:
        set_up()
        time.sleep(2)
        tap, sink = python(BRIDGE, "capture"), python(RECEIVER, "receive")
        assert tap.stdout.readline() == sink.stdout.readline() == "ready\n"
        assert python(SENDER, "send").wait(timeout=20) == 0
        found = json.loads(tap.communicate("", timeout=20)[0])
        sink.communicate(timeout=20)
    finally:
        for space in SPACES:
            ip("netns", "del", space)
    return [[bytes.fromhex(frame) for frame in found[name]] for name in ("in", "out")]


def ip_len(frame):
    """The length of a frame's IP packet, and whether it is one of ours."""
    (ethertype,) = struct.unpack_from("!H", frame, 12)
    if ethertype == 0x0800 and frame[26:30] == ipaddress.ip_address(ADDRESSES[SENDER][0]).packed:
        return struct.unpack_from("!H", frame, 16)[0]
    if ethertype == 0x86DD and frame[22:38] == ipaddress.ip_address(ADDRESSES[SENDER][1]).packed:
        return 40 + struct.unpack_from("!H", frame, 18)[0]
    return 0


def pairs(came, went):
    """Yields (super-packet, its segments)."""
    position = 0
    for frame in came:
        if not ip_len(frame):
            continue
        while not ip_len(went[position]):
            position += 1
        if len(went[position]) == len(frame):
            position += 1
            continue
        l4 = 14 + (20 if frame[12:14] == b"\x08\0" else 40)
        is_tcp = frame[23 if l4 == 34 else 20] == 6
        headers = l4 + ((frame[l4 + 12] >> 4) * 4 if is_tcp else 8)
        size, cut = 0, []
        while size < len(frame) - headers:
            if ip_len(went[position]):
                cut.append(went[position])
                size += len(went[position]) - headers
            position += 1
        yield f"{'TCP' if is_tcp else 'UDP'} over IPv{4 if l4 == 34 else 6}", frame, cut


def literal(data):
    """C string literals of bytes in hex."""
    return "\n".join(f'"{line}"' for line in textwrap.wrap(data.hex(), 80))


def main():
    if len(sys.argv) == 2:
        {"capture": capture, "receive": receive, "send": send}[sys.argv[1]]()
        return
    rows = ""
    for name, frame, cut in pairs(*record()):
        listed = ",\n".join(map(literal, cut))
        rows += f'{{"{name}", {ip_len(cut[0])},\n{literal(frame)},\n{{{listed}}}}},\n'
    OUT.write_text(f"""/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_SEGMENTS_H
#define LINUX_SEGMENTS_H

/* Super-packets and what Linux cuts them into, made by make_linux_segments.py. */

#include "segments.h"

/* clang-format off */
static const struct segment_case linux_segment_cases[] = {{
{rows}}};
/* clang-format on */

#endif
""", encoding="utf-8")


if __name__ == "__main__":
    main()
