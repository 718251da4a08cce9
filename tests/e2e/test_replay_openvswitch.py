# SPDX-License-Identifier: GPL-2.0-or-later
"""replay to an Open vSwitch in the lab, which decapsulates GRE packets for a receiver.

    near0 ── far0 ─ underlay ─ g4, g6 ─ tunnels ─ near1 ── far1
    replay          PAs        any key                      inner frames

Open vSwitch uses its userspace datapath on kernel interfaces.
"""

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path

import pytest

import pcapfile
from conftest import arguments
from endpoint import LOCAL, LOCAL_MAC, REMOTE, REMOTE_MAC, to_endpoint
from lab import Lab
from openvswitch import TUNNEL_PORTS, OpenVSwitch, tunnel_options

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or not os.path.exists("/dev/net/tun"),
                                reason="a network namespace and a tap interface need root")


class LabSwitch(OpenVSwitch):
    """An Open vSwitch in a lab's namespace."""

    options = ("--disable-system",)

    def __init__(self, lab, folder, stack):
        super().__init__(folder, stack)
        self.lab = lab
        self.prefix = lab.prefix

    def configuration(self):
        line = ["add-br", "underlay", "--", "set", "bridge", "underlay", "datapath_type=netdev",
                f"other-config:hwaddr={LOCAL_MAC}", "--", "add-port", "underlay", "far0", "--",
                "add-br", "tunnels", "--", "set", "bridge", "tunnels", "datapath_type=netdev",
                "fail-mode=secure", "--", "add-port", "tunnels", "near1", "--",
                "set", "interface", "near1", "ofport_request=14"]
        for version, (name, number) in TUNNEL_PORTS.items():
            line += ["--", "add-port", "tunnels", name, "--", "set", "interface", name,
                     "type=gre", f"ofport_request={number}", tunnel_options(version)]
        return line

    def configure_underlay(self):
        self.lab.sh("sysctl -qw net.ipv6.conf.underlay.disable_ipv6=0 && "
                    f"ip addr add {LOCAL[4]}/24 dev underlay && "
                    f"ip addr add {LOCAL[6]}/64 dev underlay nodad && ip link set underlay up")
        for address in REMOTE.values():
            self.appctl("tnl/neigh/set", "underlay", address, REMOTE_MAC)


@pytest.fixture(scope="module", name="switch")
def running_switch():
    """A lab with an Open vSwitch that forwards all tunnels to near1."""
    with contextlib.ExitStack() as stack:
        lab = Lab(stack, pairs=2, mtu=9000)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ovs-"))
        switch = LabSwitch(lab, Path(folder), stack)
        switch.start()
        switch.set_flows(f"in_port={number},actions=output:14"
                         for _, number in TUNNEL_PORTS.values())
        yield switch


@pytest.fixture(scope="module", name="inner")
def inner_frames(captures):
    """Frames of many kinds, each of them several times, with a sequence number at the end."""
    frames = pcapfile.frames((captures / "endpoints/inner.pcap").read_bytes())
    return [item + number.to_bytes(4, "big") for number, item in enumerate(10 * frames)]


def by_flow(frames):
    """Frames sorted by kind. Frames of a kind keep their order."""
    return sorted(frames, key=lambda item: item[:-4])


@pytest.mark.parametrize("version", TUNNEL_PORTS)
@pytest.mark.parametrize("way", ["plain", "encap", "tcpreplay"])
def test_open_vswitch_gives_the_frames_back(switch, start, encap, inner, tmp_path, version, way):
    """The same frames, byte for byte, each flow in order.

    Open vSwitch sends frames that it received together flow by flow.
    """
    plain, tunnel = tmp_path / "plain.pcap", tmp_path / "tunnel.pcap"
    options = {"vsid": 5001, **to_endpoint(version)}
    plain.write_bytes(pcapfile.pcap(inner))
    tunnel.write_bytes(encap(inner, **options).out)
    listener = switch.lab.listen("far1")
    before = switch.lab.received("far0"), switch.lab.received("far1")
    if way == "tcpreplay":
        subprocess.run([*switch.prefix, "tcpreplay", "-q", "-p", "5000", "-i", "near0", tunnel],
                       check=True, capture_output=True, timeout=20)
    else:
        line = ["--encap", *arguments(options), plain] if way == "encap" else [tunnel]
        start("replay", "-i", "near0", "-p", "5000", *line, prefix=switch.prefix).end()
    assert by_flow(listener.frames(len(inner))) == by_flow(inner)
    after = switch.lab.received("far0"), switch.lab.received("far1")
    assert [b - a for a, b in zip(before, after)] == 2 * [len(inner)]
