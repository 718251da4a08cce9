# SPDX-License-Identifier: GPL-2.0-or-later
"""Each kind of sender, on a veth pair in the test's own network namespace.

The namespace ends with the shell that made it. `send_capture` (built with the tests) sends the
frames of a capture and prints the result. It is compared with tcpdump and with the counters of the
other interface.
"""

import json
import os
import subprocess
from typing import NamedTuple

import pytest

import pcapfile
from conftest import BUILD

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a network namespace needs root")

SEND = BUILD / "tests" / "send_capture"
TIMEOUT = 60  # seconds
XDP_MAX = 4096  # maximum frame length of AF_XDP in bytes
BATCH = 256  # number of frames

QUEUED = ["packet", "ring"]  # through the queueing discipline
DIRECT = ["packet+", "ring+", "xdp"]  # bypass the queueing discipline
ALL = ["auto", *QUEUED, *DIRECT]

PAIR = """
set -e
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip link add near type veth peer name far
ip link set near mtu $MTU up
ip link set far mtu $MTU up
received() { ip -j -s link show far | sed 's/.*"rx":{"bytes":[0-9]*,"packets":\\([0-9]*\\).*/\\1/'; }
capture() { # starts tcpdump for $1 frames; each has a slot of -s bytes in its buffer of -B KiB
    timeout 10 tcpdump --immediate-mode -Z root -s 9100 -B 65536 -i far -Q in -U -c "$1" \\
        -w arrived 2>/dev/null &
    for attempt in $(seq 50); do [ -s arrived ] && break; sleep 0.1; done
}
"""


class Sent(NamedTuple):
    """The result of send_capture."""

    code: int
    told: dict  # its output
    received: int  # frame count from the other interface's counter
    stderr: str


def shell(folder, script, mtu=1500, **variables):
    """Runs a script in a namespace with the veth pair. The last line it prints is `received`."""
    environment = {**os.environ, "MTU": str(mtu), "SEND": str(SEND), **variables}
    done = subprocess.run(["unshare", "--net", "sh", "-c", PAIR + script], cwd=folder, check=False,
                          env=environment, capture_output=True, text=True, timeout=TIMEOUT)
    for fault in ("Sanitizer", "runtime error"):
        assert fault not in done.stderr, done.stderr
    lines = done.stdout.split("\n")
    told = [json.loads(line) for line in lines if line.startswith("{")]
    numbers = [int(line) for line in lines if line.isdigit()]
    return Sent(done.returncode, told[-1] if told else {}, numbers[-1] if numbers else -1,
                done.stderr)


def kinds_built(kinds):
    """The kinds that are available: AF_XDP may be missing."""
    symbols = SEND.read_bytes() if SEND.exists() else b""
    return [pytest.param(kind, marks=pytest.mark.skipif(
        kind == "xdp" and b"cannot send by AF_XDP" not in symbols,
        reason="built without libxdp")) for kind in kinds]


def frame(number, length):
    """A frame of a given length that contains its number."""
    head = bytes.fromhex("020000000002020000000001") + b"\x88\xb5" + number.to_bytes(4, "big")
    return head + bytes((number + at) & 0xFF for at in range(length - len(head)))


def write(folder, frames):
    """Writes the capture that is sent."""
    (folder / "in").write_bytes(pcapfile.pcap(frames))


@pytest.mark.parametrize("mtu", [1500, 9000])
@pytest.mark.parametrize("kind", kinds_built(ALL))
def test_frames_arrive(tmp_path, kind, mtu):
    """In order and byte for byte. Frames above the MTU are refused, the others are sent."""
    frame_max = XDP_MAX - 4 if kind == "xdp" and mtu > XDP_MAX else mtu + 14
    most = XDP_MAX if kind == "xdp" and mtu > XDP_MAX else mtu + 14
    lengths = [60 + number * 37 % (most - 59) for number in range(1000)]
    lengths[-1] = most
    for number in range(0, 1000, 100):
        lengths[number] = most + 1
    lengths[1:4] = [13, 1, 0]  # too short
    frames = [frame(number, length)[:length] for number, length in enumerate(lengths)]
    tagged = frame(7, mtu + 18)
    frames[7] = tagged[:12] + b"\x81\x00\x00\x01" + tagged[16:]
    good = [item for number, item in enumerate(frames)
            if 14 <= len(item) <= most or number == 7 and len(item) <= frame_max + 4]
    write(tmp_path, frames)
    done = shell(tmp_path, f'capture {len(good)}; "$SEND" {kind} near in; wait; received', mtu)
    assert done.code == 0, done.stderr
    told = done.told
    assert (told["sent"], told["refused"]) == (len(good), len(frames) - len(good))
    assert (told["failure"], told["lost"], told["refusal"]) == ("", 0, "EMSGSIZE")
    assert done.received == told["packets"] == len(good)
    assert told["name"] == {"auto": "ring"}.get(kind, kind.rstrip("+"))
    assert pcapfile.frames((tmp_path / "arrived").read_bytes()) == good


PRESSURE = {
    "a queue of one packet": "ip link set near txqueuelen 1; tc qdisc add dev near root pfifo",
    "a slow link": "tc qdisc add dev near root tbf rate 40mbit burst 4000 limit 6000",
    "a slow link with a queue": "tc qdisc add dev near root tbf rate 80mbit burst 4000 limit 500000",
}


@pytest.mark.parametrize("pressure", PRESSURE)
@pytest.mark.parametrize("kind", kinds_built(ALL))
def test_backpressure(tmp_path, kind, pressure):
    """All accepted frames arrive. auto uses the queueing discipline.

    They arrive in order, unless several CPUs empty a slow queue, each with its own backlog.
    """
    frames = [frame(number, 60 + number * 37 % 1455) for number in range(1500)]
    write(tmp_path, frames)
    done = shell(tmp_path, f'{PRESSURE[pressure]}; capture {len(frames)}; "$SEND" {kind} near in;'
                           'wait; received')
    assert done.code == 0, done.stderr
    told = done.told
    assert (told["sent"], told["failure"], told["lost"]) == (len(frames), "", 0)
    assert told["packets"] == done.received == len(frames)
    arrived = pcapfile.frames((tmp_path / "arrived").read_bytes())
    assert sorted(arrived) == sorted(frames)
    assert "slow" in pressure or arrived == frames
    if "slow" in pressure and kind in ["auto", *QUEUED]:
        assert told["busy"] > 0 and told["ns"] > 10**8


ENDS = {"down": "ip link set near down", "the peer down": "ip link set far down",
        "removed": "ip link del near"}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("kind", kinds_built(ALL))
def test_ends_while_sending(tmp_path, kind, end):
    """An error, not a hang. Frames that count as sent arrived, and at most one batch more."""
    write(tmp_path, [frame(number, 64) for number in range(2000)])
    done = shell(tmp_path, f'(sleep 0.5; {ENDS[end]}) & "$SEND" {kind} near in 100000; wait;'
                           'received || true')
    assert done.code == 0, done.stderr
    told = done.told
    assert told["failure"] in ("ENETDOWN", "ENXIO", "ENODEV"), told
    assert told["ns"] < 5 * 10**9
    if end != "removed":
        assert 0 <= done.received - (told["sent"] - told["lost"]) <= BATCH


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("kind", kinds_built(ALL))
def test_ends_before_more_is_sent(tmp_path, kind, end):
    """The same during a pause. After it nothing can be sent."""
    write(tmp_path, [frame(number, 64) for number in range(20)])
    script = ('mkfifo go; { "$SEND" ' + kind + ' near in 0 <go >told & }; exec 3>go;'
              'for attempt in $(seq 50); do grep -q ready told && break; sleep 0.1; done;'
              f'{ENDS[end]}; sleep 0.2; echo >&3; wait; cat told')
    done = shell(tmp_path, script)
    told = done.told
    assert told["sent"] - told["lost"] == 20, told
    assert told["failure"] in ("ENETDOWN", "ENXIO", "ENODEV"), told


REFUSALS = [
    ("down", "ip link set near down", "near: the interface is down"),
    ("no carrier", "ip link set far down",
     "near: the interface has no carrier: is its cable or peer down?"),
    ("gone", "ip link del near", "near: no such interface"),
]


@pytest.mark.parametrize("name, before, message", REFUSALS, ids=[row[0] for row in REFUSALS])
@pytest.mark.parametrize("kind", kinds_built(ALL))
def test_cannot_open(tmp_path, kind, name, before, message):
    write(tmp_path, [frame(1, 64)])
    done = shell(tmp_path, f'{before}; sleep 0.2; "$SEND" {kind} near in')
    assert (done.code, done.stderr.strip()) == (1, message)


@pytest.mark.parametrize("kind", kinds_built(ALL))
def test_no_rights(tmp_path, kind):
    write(tmp_path, [frame(1, 64)])
    done = shell(tmp_path, 'setpriv --bounding-set=-net_raw,-net_admin --inh-caps=-net_raw,-net_admin'
                           f' "$SEND" {kind} near in')
    assert done.code == 1
    assert done.stderr.strip() == "near: no rights to send: needs CAP_NET_RAW, or root"


def test_other_hardware(tmp_path):
    """A tunnel is neither Ethernet nor tun."""
    write(tmp_path, [frame(1, 64)])
    done = shell(tmp_path, 'ip tunnel add near4 mode ipip local 10.0.0.1 remote 10.0.0.2 || exit 77;'
                           'ip link set near4 up; "$SEND" packet near4 in')
    if done.code == 77:
        pytest.skip("no ipip tunnels here")
    assert (done.code, done.stderr.strip()) == (
        1, "near4: is neither Ethernet nor a tun device: packets of hardware type 768 (ARPHRD) "
           "cannot be sent")


TUN = """
import fcntl, os, struct, subprocess, sys
tun = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH", b"tun0", 0x1001))
subprocess.run(["ip", "link", "set", "tun0", "up"], check=True)
print(subprocess.run([os.environ["SEND"], sys.argv[1], "tun0", "in"], check=True, timeout=20,
                     capture_output=True, text=True).stdout)
os.set_blocking(tun, False)
with open("arrived", "w") as arrived:
    for count in range(int(sys.argv[2])):
        arrived.write(os.read(tun, 2000).hex() + "\\n")
"""


@pytest.mark.skipif(not os.path.exists("/dev/net/tun"), reason="no tun devices here")
@pytest.mark.parametrize("kind", ["auto", "packet", "packet+", "ring", "ring+"])
def test_tun(tmp_path, kind):
    """A tun device gets IP packets unchanged. It counts them when they are read."""
    packets = [bytes([0x45, 0]) + (20 + number).to_bytes(2, "big") + bytes(4) + b"\x40\xfd\0\0"
               + bytes([10, 0, 0, 1, 10, 0, 0, 2]) + bytes([number] * number)
               for number in range(100)]
    write(tmp_path, packets)
    (tmp_path / "tun.py").write_text(TUN, encoding="utf-8")
    done = shell(tmp_path, f"/usr/bin/python3 tun.py {kind} {len(packets)}")
    assert done.code == 0, done.stderr
    assert done.told["sent"] == len(packets)
    arrived = (tmp_path / "arrived").read_text(encoding="utf-8").split()
    assert [bytes.fromhex(line) for line in arrived] == packets


def test_xdp_opens_again(tmp_path):
    """AF_XDP waits for the queue of a program that has just ended."""
    if b"cannot send by AF_XDP" not in SEND.read_bytes():
        pytest.skip("built without libxdp")
    write(tmp_path, [frame(1, 64)])
    done = shell(tmp_path, 'for i in 1 2 3 4 5; do "$SEND" xdp near in; done; received')
    assert (done.code, done.received) == (0, 5), done.stderr
