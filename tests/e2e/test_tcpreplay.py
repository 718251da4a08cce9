# SPDX-License-Identifier: GPL-2.0-or-later
"""tcpreplay sends the output of encap. At the other end, decap of the received packets gives the
input.

The traffic stays in its own network namespace, which ends with the shell that made it.
"""

import os
import subprocess

import pytest

import pcapfile
from conftest import CAPTURES, COMMAND

TIMEOUT = 30  # seconds

# $1 is sent, $2 is received. The packet count ends the capture, or the time limit if packets are
# lost.
SCRIPT = """
set -e
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip link add near type veth peer name far
ip link set near mtu 9000 up
ip link set far mtu 9000 up
timeout 10 tcpdump --immediate-mode -Z root -i far -Q in -U -c "$3" -w "$2" &
for attempt in $(seq 50); do [ -s "$2" ] && break; sleep 0.1; done
tcpreplay -q -p 500 -i near "$1"
wait
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="a network namespace needs root")
@pytest.mark.parametrize("local, remote", [("192.168.4.11", "192.168.4.22"),
                                           ("fd00:4::11", "fd00:4::22")])
def test_tcpreplay(tmp_path, local, remote):
    plain = CAPTURES / "plain-blue.pcap"
    sent, arrived = tmp_path / "sent.pcap", tmp_path / "arrived.pcap"
    subprocess.run([COMMAND, "encap", "-q", "--vsid", "5001", "--local", local, "--remote", remote,
                    plain, sent], check=True, timeout=TIMEOUT)
    frames = pcapfile.frames(plain.read_bytes())
    subprocess.run(["unshare", "--net", "sh", "-c", SCRIPT, "sh", sent, arrived, str(len(frames))],
                   check=True, capture_output=True, timeout=TIMEOUT)
    taken = subprocess.run([COMMAND, "decap", "-q", arrived, "-"], check=True, timeout=TIMEOUT,
                           capture_output=True).stdout
    assert pcapfile.frames(taken) == frames
