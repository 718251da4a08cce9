# SPDX-License-Identifier: GPL-2.0-or-later
"""learn: the map of a capture, read by PyYAML; its summary, exit codes and files."""

import json
import re
import struct

import pytest
import yaml

import pcapfile
import wire
from pcapfile import packet
from tenants import BLUE, CLIENT, HOSTS, RED, SERVER

PAS = ("192.168.4.11", "192.168.4.22")
MACS = ("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16")
BROADCAST = "ff:ff:ff:ff:ff:ff"


def ip_frame(dst_mac, src_mac, src, dst):
    """A tenant's frame with an IPv4 packet."""
    return wire.ethernet(src_mac, dst_mac, wire.ipv4(src, dst, bytes(4)))


def frame_of(dst_mac, src_mac, ethertype, payload):
    """A tenant's frame of any EtherType."""
    return wire.mac(dst_mac) + wire.mac(src_mac) + struct.pack("!H", ethertype) + payload


def tunnel(inner, vsid=5001, pas=PAS, macs=MACS, **fields):
    """An outer frame from one host to another."""
    return wire.ethernet(macs[0], macs[1], wire.ipv4(*pas, wire.gre(inner, vsid << 8), **fields))


@pytest.fixture
def learn(run):
    """Learns from a capture, or from a list of packets or frames. Returns the run and the map."""
    def launch(items, *options, code=0):
        data = items if isinstance(items, bytes) else pcapfile.pcap(items)
        done = run("learn", *options, "-", stdin=data, code=code)
        return done, yaml.safe_load(done.stdout)

    return launch


def records(location_map):
    """The records as (VSID, CA, MAC, PAs, type)."""
    return [(r["vsid"], r.get("ca"), r["mac"], r["pa"], r["type"])
            for r in location_map.get("records", ())]


READ = {4: 3908, 6: 4608}  # captured bytes, from capinfos -d


@pytest.mark.parametrize("version, name", [(4, "two-tenants.pcap"), (6, "two-tenants-ipv6.pcap")])
def test_two_tenants(learn, captures, version, name):
    """The table of the sample: each VM on its host."""
    done, found = learn((captures / name).read_bytes())
    assert found["version"] == 1
    assert records(found) == [
        (tenant.vsid, ca, tenant.macs[host], [HOSTS[host].pa[version]], "dynamic")
        for tenant in (BLUE, RED) for host, ca in ((CLIENT, "10.0.0.5"), (SERVER, "10.0.0.7"))]
    assert found["provider"] == [{"address": host.pa[version], "mac": host.mac} for host in HOSTS]
    assert [subnet["vsid"] for subnet in found["subnets"]] == [BLUE.vsid, RED.vsid]
    assert done.stderr == (f"read: 35 packets, {READ[version]} bytes\nlearned from: 35\nsubnets: 2\nMAC addresses: 4\n"
                           "customer addresses: 4\nprovider addresses: 2\nflood destinations: 2\n")


BLUE1, BLUE2 = "06:06:00:00:00:05", "06:06:00:00:00:07"
FROM_BLUE1 = ip_frame(BLUE2, BLUE1, "10.0.0.5", "10.0.0.7")


def ipv6_frame(src):
    """BLUE1's frame with an IPv6 packet."""
    return wire.ethernet(BLUE1, BLUE2, wire.ipv6(src, "fd00::7", bytes(4)))


def arp(mac, address="10.0.0.5", hardware=1):
    """BLUE1's frame with an ARP request from a sender."""
    return frame_of(BROADCAST, BLUE1, 0x0806, struct.pack("!HHBBH", hardware, 0x0800, 6, 4, 1)
                    + wire.mac(mac) + wire.address(address) + bytes(6) + wire.address("10.0.0.7"))


ARP = arp(BLUE1)
NOT_IP = frame_of(BLUE2, BLUE1, 0x88B5, bytes(46))
RECORD = (5001, "10.0.0.5", BLUE1, [PAS[0]], "dynamic")

# name, packets, records, counters above 0 that are not always present
CASES = {
    "IP source": ([tunnel(FROM_BLUE1)], [RECORD], {}),
    "ARP sender": ([tunnel(ARP)], [RECORD], {"floods": 1}),
    "no address": ([tunnel(NOT_IP)], [(5001, None, BLUE1, [PAS[0]], "l2only")], {}),
    "loopback source": ([tunnel(ip_frame(BLUE2, BLUE1, "127.0.0.1", "10.0.0.7")),
                         tunnel(ip_frame(BLUE2, BLUE1, "127.255.255.254", "10.0.0.7"))],
                        [(5001, None, BLUE1, [PAS[0]], "l2only")], {}),
    "loopback source over IPv6": ([tunnel(ipv6_frame("::1"))],
                                  [(5001, None, BLUE1, [PAS[0]], "l2only")], {}),
    "broadcast source": ([tunnel(ip_frame(BLUE2, BLUE1, "255.255.255.255", "10.0.0.7"))],
                         [(5001, None, BLUE1, [PAS[0]], "l2only")], {}),
    "group source": ([tunnel(ip_frame(BLUE2, BLUE1, "224.0.0.1", "10.0.0.7"))],
                     [(5001, None, BLUE1, [PAS[0]], "l2only")], {}),
    "next to loopback": ([tunnel(ip_frame(BLUE2, BLUE1, address, "10.0.0.7"))
                          for address in ("126.255.255.255", "128.0.0.0")],
                         [(5001, address, BLUE1, [PAS[0]], "dynamic")
                          for address in ("126.255.255.255", "128.0.0.0")], {}),
    "provider address of loopback": ([tunnel(FROM_BLUE1, pas=("127.0.0.1", PAS[1]))], [], {}),
    "ARP of another's MAC": ([tunnel(arp(BLUE2))], [(5001, None, BLUE1, [PAS[0]], "l2only")],
                             {"floods": 1}),
    "ARP of another hardware": ([tunnel(arp(BLUE1, hardware=6))],
                                [(5001, None, BLUE1, [PAS[0]], "l2only")], {"floods": 1}),
    "ARP of loopback": ([tunnel(arp(BLUE1, "127.0.0.1"))],
                        [(5001, None, BLUE1, [PAS[0]], "l2only")], {"floods": 1}),
    "no address, then one": ([tunnel(NOT_IP), tunnel(FROM_BLUE1)], [RECORD], {}),
    "source of zeros": ([tunnel(ip_frame(BLUE2, BLUE1, "0.0.0.0", "10.0.0.7"))],
                        [(5001, None, BLUE1, [PAS[0]], "l2only")], {}),
    "a MAC moves": ([tunnel(FROM_BLUE1), tunnel(FROM_BLUE1, pas=PAS[::-1], macs=MACS[::-1])],
                    [(5001, "10.0.0.5", BLUE1, [PAS[1]], "dynamic")], {"moved_macs": 1}),
    "a CA moves": ([tunnel(FROM_BLUE1), tunnel(ip_frame(BLUE1, BLUE2, "10.0.0.5", "10.0.0.9"))],
                   [(5001, "10.0.0.5", BLUE2, [PAS[0]], "dynamic"),
                    (5001, None, BLUE1, [PAS[0]], "l2only")], {"moved_customer_addresses": 1}),
    "a PA changes its MAC": ([tunnel(FROM_BLUE1), tunnel(FROM_BLUE1, macs=MACS[::-1])], [RECORD],
                             {"changed_provider_addresses": 1}),
    "not NVGRE": ([FROM_BLUE1, tunnel(FROM_BLUE1)], [RECORD], {"others": {"other_gre": 1}}),
    "a fragment": ([tunnel(FROM_BLUE1), tunnel(FROM_BLUE1, fragment=1)], [RECORD],
                   {"others": {"fragment": 1}}),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_learned(run, name, tmp_path):
    items, expected, counters = CASES[name]
    (tmp_path / "in").write_bytes(pcapfile.pcap(items))
    done = run("learn", "--json", tmp_path / "in", tmp_path / "map.yaml")
    assert records(yaml.safe_load((tmp_path / "map.yaml").read_text())) == expected
    summary = json.loads(done.stdout)
    assert summary["command"] == "learn" and summary["packets_read"] == len(items)
    for key in ("floods", "moved_macs", "moved_customer_addresses", "changed_provider_addresses",
                "not_learned"):
        assert summary[key] == counters.get(key, 0), key
    assert summary["others"] == counters.get("others", {}) and summary["not_handled"] == {}


@pytest.mark.parametrize("destinations, flood", [
    (["239.1.1.1"], ["239.1.1.1"]), (["192.168.4.22"], ["192.168.4.22"]),
    (["192.168.4.22", "192.168.4.33", "192.168.4.22"], ["192.168.4.22", "192.168.4.33"]),
    (["192.168.4.22", "239.1.1.1"], ["239.1.1.1"])])
def test_floods(learn, destinations, flood):
    _, found = learn([tunnel(ARP, pas=(PAS[0], pa)) for pa in destinations])
    assert found["subnets"] == [{"vsid": 5001, "flood": flood}]


@pytest.mark.parametrize("vlan, expected", [(4094, {"vlan": 4094}), (4095, {}), (0, {})])
def test_the_vlan_of_a_provider(learn, vlan, expected):
    """4095 is no VLAN, and 0 is only a priority (IEEE 802.1Q)."""
    _, found = learn([wire.insert_tags(tunnel(FROM_BLUE1), (0x8100, vlan))])
    assert found["provider"] == [{"address": PAS[0], "mac": MACS[0], **expected}]


def test_selected_vsids(learn):
    _, found = learn([tunnel(FROM_BLUE1), tunnel(FROM_BLUE1, vsid=6001)], "--vsid-filter", "6001")
    assert [record[0] for record in records(found)] == [6001]


def test_nothing_to_learn(learn):
    done, found = learn([FROM_BLUE1])
    assert found == {"version": 1} and "learned from: 0\n" in done.stderr


def test_memory_is_bounded(learn):
    frames = [tunnel(ip_frame(BLUE2, f"06:06:00:00:01:{n:02x}", f"10.0.1.{n}", "10.0.0.7"))
              for n in range(1, 51)]
    done, found = learn(frames, "--entries", "12", code=3)
    assert len(records(found)) == 5
    assert "packets with something new beyond --entries: 45\n" in done.stderr


def test_bad_packets(run, tmp_path):
    short = packet(tunnel(FROM_BLUE1)[:40], len(tunnel(FROM_BLUE1)))
    (tmp_path / "in").write_bytes(pcapfile.pcap([short, tunnel(b"12345"), tunnel(FROM_BLUE1)]))
    done = run("learn", "in", "out", cwd=tmp_path, code=3)
    assert done.stderr.startswith(
        f"in: packet 1: 40 of {len(tunnel(FROM_BLUE1))} bytes captured, too few for the inner frame\n"
        "in: packet 2: inner frame shorter than its Ethernet header and tags, bytes 5\n")
    assert records(yaml.safe_load((tmp_path / "out").read_text())) == [RECORD]
    (tmp_path / "out").unlink()
    run("learn", "--strict", "in", "out", cwd=tmp_path, code=1)
    assert not (tmp_path / "out").exists()


def test_cut_input(learn):
    data = pcapfile.pcap([tunnel(FROM_BLUE1), tunnel(FROM_BLUE1)])
    done, found = learn(data[:-1], code=3)
    assert records(found) == [RECORD] and "input cut" in done.stderr


def test_files(run, tmp_path):
    data = pcapfile.pcap([tunnel(FROM_BLUE1)])
    (tmp_path / "in").write_bytes(data)
    message = run("learn", "in", "in", cwd=tmp_path, code=1).stderr
    assert message.startswith("in: ") and (tmp_path / "in").read_bytes() == data
    assert run("learn", "none", cwd=tmp_path, code=1).stderr.startswith("none: ")
    assert "IN is needed" in run("learn", code=2).stderr
    assert "unexpected argument c" in run("learn", "a", "b", "c", code=2).stderr
    assert run("learn", "-q", "in", cwd=tmp_path).stderr == ""
    with open("/dev/full", "wb") as full:
        done = run("learn", "in", cwd=tmp_path, stdout=full, code=1)
    assert done.stderr == "standard output: cannot write: No space left on device\n"


def test_help(run):
    text = run("learn", "--help").stdout.decode()
    assert re.findall(r"^  (?:-\w, )?--([a-z-]+)", text, re.MULTILINE) == [
        "vsid-filter", "entries", "read", "write", "strict", "quiet", "json", "help"]
