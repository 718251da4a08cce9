# SPDX-License-Identifier: GPL-2.0-or-later
"""encap --map: the tunnels that the location map chooses, and super-packets cut into segments."""

import json

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import GRE, Dot1Q, Ether
from scapy.packet import Raw

import pcapfile
from conftest import CAPTURES
from pcapfile import packet

HOSTS = {"10.0.0.5": "06:06:00:00:00:05", "10.0.0.7": "06:06:00:00:00:07",
         "10.0.0.9": "06:06:00:00:00:09", "10.1.0.7": "06:06:00:00:01:07",
         "10.1.0.5": "06:06:00:00:01:05", "10.0.0.11": "06:06:00:00:00:0b"}
BROADCAST, GROUP = "ff:ff:ff:ff:ff:ff", "01:00:5e:01:02:03"
MAP = """
version: 1
provider:
  - {address: 192.168.4.11, mac: "02:00:c0:a8:04:0b", vlan: 103}
  - {address: 192.168.4.22, mac: "02:00:c0:a8:04:16"}
  - {address: 192.168.4.33}
  - {address: "fd00:4::11"}
  - {address: "fd00:4::22"}
provider_routes:
  - {prefix: 10.200.0.0/16, next_hop: 192.168.4.1, mac: "02:00:c0:a8:04:01"}
subnets:
  - {vsid: 5001, rdid: "{11111111-2222-3333-4444-000000005001}", vlan: 101,
     flood: [192.168.4.11, 192.168.4.22, 192.168.4.33]}
  - {vsid: 5002, rdid: "{11111111-2222-3333-4444-000000005001}", vlan: 102, flood: [239.1.2.3]}
  - {vsid: 6001}
records:
  - {vsid: 5001, ca: 10.0.0.5, mac: "06:06:00:00:00:05", pa: [192.168.4.11, "fd00:4::11"], type: static}
  - {vsid: 5001, ca: 10.0.0.7, mac: "06:06:00:00:00:07", pa: [192.168.4.22], type: static}
  - {vsid: 5001, ca: 10.0.0.8, mac: "06:06:00:00:00:08", pa: [192.168.4.11], type: static}
  - {vsid: 5001, ca: 10.0.0.9, mac: "06:06:00:00:00:09", pa: ["fd00:4::22"], type: static}
  - {vsid: 5001, ca: 10.0.0.10, mac: "06:06:00:00:00:0a", pa: [10.200.0.1, 10.200.0.2], type: static}
  - {vsid: 5001, ca: 10.0.0.11, mac: "06:06:00:00:00:0b", pa: [10.200.0.1], type: static}
  - {vsid: 5002, ca: 10.1.0.7, mac: "06:06:00:00:01:07", pa: [192.168.4.33], type: static}
  - {vsid: 5002, ca: 10.1.0.5, mac: "06:06:00:00:01:05", pa: [192.168.4.11], type: static}
  - {vsid: 6001, ca: 10.0.0.7, mac: "08:08:00:00:00:07", pa: [192.168.4.33], type: static}
routes:
  - {rdid: "{11111111-2222-3333-4444-000000005001}", vsid: 5002, prefix: 10.1.0.0/24, next_hop: 0.0.0.0, metric: 255}
"""
LOCAL = "192.168.4.11"


@pytest.fixture(name="mapped")
def mapped_fixture(encap, tmp_path):
    """Runs encap with the map. Returns the run and the outer packets decoded by scapy."""
    path = tmp_path / "map.yaml"
    path.write_text(MAP, encoding="utf-8")

    def launch(items, *, vsid=5001, **options):
        done = encap(items, map=path, vsid=vsid, local=None, remote=None, json=True,
                     **{**options, "code": options.get("code", 0)})
        return json.loads(done.stdout), [Ether(frame) for frame in pcapfile.frames(done.out)]
    return launch


def frame(dst_mac, dst="10.0.0.7", src="10.0.0.5", sport=1000, tags=()):
    """A tenant's frame."""
    ether = Ether(src=HOSTS[src], dst=dst_mac)
    for vlan in tags:
        ether /= Dot1Q(vlan=vlan)
    return bytes(ether / IP(src=src, dst=dst) / UDP(sport=sport, dport=9) / b"x")


def ends(outer):
    """The addresses and the VSID of an outer packet."""
    ip = outer.payload.payload if Dot1Q in outer and outer.type == 0x8100 else outer.payload
    return ip.src, ip.dst, outer[GRE].key >> 8


# frame → (local PA, remote PA, VSID)
WAYS = {
    "by MAC": (frame(HOSTS["10.0.0.7"]), (LOCAL, "192.168.4.22", 5001)),
    "by CA": (frame("02:02:02:02:02:02"), (LOCAL, "192.168.4.22", 5001)),
    "MAC before CA": (frame(HOSTS["10.0.0.9"]), ("fd00:4::11", "fd00:4::22", 5001)),
    "IPv4 CA over IPv6 PA": (frame(HOSTS["10.0.0.9"], "10.0.0.9"),
                             ("fd00:4::11", "fd00:4::22", 5001)),
    "routed": (frame("02:02:02:02:02:02", "10.1.0.7"), (LOCAL, "192.168.4.33", 5002)),
}


@pytest.mark.parametrize("name", WAYS)
def test_way(mapped, name):
    inner, expected = WAYS[name]
    summary, [outer] = mapped([inner])

    assert ends(outer) == expected
    assert summary["routed"] == (name == "routed")
    carried = bytes(outer[GRE].payload)
    assert carried[6:] == inner[6:]
    assert carried[:6] == (bytes.fromhex("060600000107") if name == "routed" else inner[:6])


def test_macs_and_vlan_of_the_provider(mapped):
    _, [known, unknown, hop] = mapped([
        frame(HOSTS["10.0.0.7"]), frame("02:02:02:02:02:02", "10.1.0.7"),
        frame("06:06:00:00:00:0a", "10.0.0.10")])

    assert (known.src, known.dst, known[Dot1Q].vlan) == (
        "02:00:c0:a8:04:0b", "02:00:c0:a8:04:16", 103)
    assert unknown.dst == "02:00:c0:a8:04:21"  # calculated from the address
    assert hop.dst == "02:00:c0:a8:04:01"  # from the route


def test_a_next_hop_is_not_the_sender(mapped):
    """The MAC address of a route is the router's. The sender's own MAC address is calculated from
    its IP address."""
    _, [outer] = mapped([frame(HOSTS["10.0.0.7"], src="10.0.0.11")])

    assert (outer[IP].src, outer.src) == ("10.200.0.1", "02:00:0a:c8:00:01")


def test_several_pas_spread_flows_and_keep_each(mapped):
    flows = [frame("06:06:00:00:00:0a", "10.0.0.10", sport=sport) for sport in range(1000, 1064)]
    _, outers = mapped(flows * 2)
    remotes = [ends(outer)[1] for outer in outers]

    assert set(remotes) == {"10.200.0.1", "10.200.0.2"}
    assert remotes[:64] == remotes[64:]
    assert 10 < remotes[:64].count("10.200.0.1") < 54


@pytest.mark.parametrize("mac", [BROADCAST, GROUP])
def test_flood_to_all_but_the_sender(encap, tmp_path, mac):
    path = tmp_path / "map.yaml"
    path.write_text(MAP, encoding="utf-8")
    items = [packet(frame(mac), time=5), packet(frame(HOSTS["10.0.0.7"]), time=6)]
    done = encap(items, map=path, vsid=5001, local=None, remote=None, json=True)
    packets = list(pcapfile.read(done.out))
    summary = json.loads(done.stdout)

    assert [(ends(Ether(item.data))[1], item.time) for item in packets] == [
        ("192.168.4.22", 5), ("192.168.4.33", 5), ("192.168.4.22", 6)]
    assert (summary["encapsulated"], summary["copied"], summary["packets_written"]) == (2, 1, 3)


def test_flood_to_a_group(mapped):
    inner = bytes(Ether(src="06:06:00:00:01:05", dst=BROADCAST)
                  / IP(src="10.1.0.5", dst="10.1.0.255") / UDP())
    summary, [outer] = mapped([inner], vsid=5002)

    assert (*ends(outer), outer.dst) == (LOCAL, "239.1.2.3", 5002, "01:00:5e:01:02:03")
    assert summary["copied"] == 0


UNKNOWN = frame("02:02:02:02:02:02", "10.77.0.1")


def test_receivers_that_the_map_does_not_know(mapped, encap, tmp_path):
    summary, [kept] = mapped([UNKNOWN], code=3)
    assert summary["not_handled"] == {"no_way": 1} and bytes(kept) == UNKNOWN
    summary, left = mapped([UNKNOWN], on_miss="drop")
    assert summary["dropped"] == {"no_way": 1} and left == []
    done = encap([UNKNOWN], map=tmp_path / "map.yaml", vsid=5001, local="192.168.4.11",
                 remote="192.168.4.99", on_miss="default")
    assert ends(Ether(pcapfile.frames(done.out)[0])) == (LOCAL, "192.168.4.99", 5001)


def test_both_machines_behind_one_endpoint(mapped):
    summary, [kept] = mapped([frame("06:06:00:00:00:08", "10.0.0.8")])

    assert summary["others"] == {"same_host": 1}
    assert bytes(kept) == frame("06:06:00:00:00:08", "10.0.0.8")


def test_senders_that_the_map_does_not_know(mapped):
    stranger = bytes(Ether(src="02:02:02:02:02:02", dst=HOSTS["10.0.0.7"])
                     / IP(src="10.66.0.1", dst="10.0.0.7") / UDP())
    summary, _ = mapped([stranger], code=3)

    assert summary["not_handled"] == {"no_local": 1}


TAGGED = [frame(HOSTS["10.0.0.7"], tags=(101,)),
          frame(HOSTS["10.1.0.7"], "10.1.0.7", "10.1.0.5", tags=(102,))]


def test_vsid_of_the_vlan(mapped):
    items = [*TAGGED, frame(HOSTS["10.0.0.7"]), frame(HOSTS["10.0.0.7"], tags=(999,))]
    summary, outers = mapped(items, vsid="from-vlan", code=3)

    assert [ends(outer)[2] for outer in outers[:2]] == [5001, 5002]
    assert bytes(outers[0][GRE].payload) == frame(HOSTS["10.0.0.7"])
    assert summary["not_handled"] == {"no_vsid": 2} and summary["untagged"] == 2


def test_vsid_filter(mapped):
    summary, outers = mapped(TAGGED, vsid="from-vlan", vsid_filter="5002", others="drop")

    assert [ends(outer)[2] for outer in outers] == [5002]
    assert summary["others"] == {"not_selected": 1}


@pytest.mark.parametrize("name", ["two-tenants.pcap", "two-tenants-ipv6.pcap"])
def test_a_learned_map_gives_the_outer_headers_back(run, encap, decap, tmp_path, name):
    run("learn", CAPTURES / name, tmp_path / "learned.yaml")
    inner = decap((CAPTURES / name).read_bytes(), tag="interface", format="pcapng").out
    back = encap(inner, map=tmp_path / "learned.yaml", vsid="from-interface", local=None,
                 remote=None, format="pcap").out

    assert back == (CAPTURES / name).read_bytes()


MAPS = CAPTURES.parent / "tests" / "maps"
CMDLETS = [MAPS / f"{name}.csv" for name in ("lookup-records", "customer-routes",
                                             "provider-addresses", "provider-routes")]


@pytest.mark.parametrize("files", [CMDLETS, CMDLETS[::-1], [MAPS / "all.json"]],
                         ids=["csv", "csv, in any order", "json"])
def test_several_files_are_one_map(encap, files):
    """The files that the cmdlets export: records, the local PA with MAC and VLAN, and routes."""
    inner = [frame("06:06:00:00:00:07"), frame("02:02:02:02:02:02", "10.0.0.5", "10.0.0.7"),
             frame("06:06:00:00:00:09", "192.0.2.1")]
    line = {"vsid": 6001, "local": None, "remote": None, "on_miss": "drop"}
    done = encap(inner, map=files, **line)
    [first, *_] = outers = [Ether(data) for data in pcapfile.frames(done.out)]

    assert done.out == encap(inner, map=MAPS / "expected.yaml", **line).out
    assert [ends(outer)[1] for outer in outers] == ["192.168.4.22", "192.168.4.11",
                                                   "192.168.4.99"]
    assert (first.src, first[Dot1Q].vlan) == ("02:00:c0:a8:04:0b", 103)


def test_messages_name_the_file_of_several(run, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(CMDLETS[0].read_text(encoding="utf-8").replace("10.0.0.7", "10.0.0.x"),
                   encoding="utf-8")
    done = run("encap", "--vsid=5001", f"--map={CMDLETS[1]}", f"--map={bad}", "-", "-", stdin=b"",
               code=2)
    assert f"{bad.name}:4:" in done.stderr and "10.0.0.x" in done.stderr


def test_bad_map(run, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("version: 1\nrecords:\n  - {vsid: 99999999, ca: 10.0.0.5, pa: [10.9.9.9]}\n", encoding="utf-8")
    done = run("encap", "--vsid", "5001", "--map", path, "-", "-", stdin=b"", code=2)

    assert f"{path.name}:3:" in done.stderr and "99999999" in done.stderr and not done.stdout


# ---- Segments ----

def super_packet(length, version=4, total_len=None, tags=(), flags="PA"):
    """A TCP super-packet, as the system gives it to a network card."""
    ip = (IP(src="10.0.0.5", dst="10.0.0.7", id=7, len=total_len) if version == 4
          else IPv6(src="2001:db8::5", dst="2001:db8::7", plen=total_len))
    ether = Ether(src=HOSTS["10.0.0.5"], dst=HOSTS["10.0.0.7"])
    for vlan in tags:
        ether /= Dot1Q(vlan=vlan)
    payload = bytes(count * 7 & 0xFF for count in range(length))
    return bytes(ether / ip / TCP(sport=1, dport=2, seq=1000, flags=flags) / Raw(payload))


@pytest.mark.parametrize("mtu, version, outer, options, inner", [
    (1500, 4, 4, {}, {}), (1500, 6, 4, {}, {}), (1500, 4, 6, {}, {}), (9000, 4, 4, {}, {}),
    (1500, 4, 4, {}, {"total_len": 0}), (1500, 6, 4, {}, {"total_len": 0}),
    (1500, 4, 4, {}, {"tags": (101, 102)}), (1500, 4, 4, {"inner_vlan": "keep"}, {"tags": (101,)}),
    (1500, 4, 4, {}, {"flags": "FPA"}),
])
def test_super_packets_are_cut_as_the_card_does(encap, mtu, version, outer, options, inner):
    frame_ = super_packet(30000, version, **inner)
    pas = {4: {}, 6: {"local": "fd00:4::11", "remote": "fd00:4::22"}}[outer]
    done = encap([frame_], mtu=mtu, mtu_action="segment", json=True, **pas, **options)
    outers = [Ether(data) for data in pcapfile.frames(done.out)]
    segments = [Ether(bytes(each[GRE].payload)) for each in outers]
    summary = json.loads(done.stdout)
    payload = b"".join(bytes(each[TCP].payload) for each in segments)

    assert payload == Ether(super_packet(30000, version)).getlayer(TCP).load
    assert [each[TCP].seq for each in segments] == [
        1000 + sum(len(prior[TCP].payload) for prior in segments[:count])
        for count in range(len(segments))]
    assert all(len(each) - 14 <= mtu for each in outers) and len(outers[0]) - 14 > mtu - 8
    assert [bool(each[TCP].flags.F or each[TCP].flags.P) for each in segments] == [
        False] * (len(segments) - 1) + [True]
    for each in segments:  # scapy computes the missing fields
        rebuilt = each.copy()
        del rebuilt[TCP].chksum
        if version == 4:
            del rebuilt[IP].chksum, rebuilt[IP].len
        assert bytes(rebuilt.__class__(bytes(rebuilt))) == bytes(each)
    assert (summary["encapsulated"], summary["segmented"]) == (1, 1)
    assert summary["packets_written"] == len(segments) > 3


def test_what_cannot_be_cut_is_kept(encap):
    fragment = bytes(Ether() / IP(flags="MF", proto=17) / Raw(bytes(2000)))
    done = encap([fragment, fragment[:1400]], mtu=1500, mtu_action="segment", code=3, json=True)

    assert pcapfile.frames(done.out)[0] == fragment
    assert json.loads(done.stdout)["not_handled"] == {"mtu_error": 1}
    assert "packet 1: frame above the MTU with outer headers, 2034 bytes; kept" in done.stderr


def test_copies_of_super_packets(mapped):
    big = super_packet(4000).replace(bytes.fromhex("060600000007"), b"\xff" * 6, 1)
    summary, outers = mapped([big], mtu=1500, mtu_action="segment")
    segments = {remote: [bytes(Ether(bytes(outer[GRE].payload))[TCP].payload) for outer in outers
                         if ends(outer)[1] == remote] for remote in ("192.168.4.22", "192.168.4.33")}

    assert len(outers) == 6 and (summary["copied"], summary["segmented"]) == (1, 1)
    assert len(set(map(b"".join, segments.values()))) == 1
    assert b"".join(segments["192.168.4.22"]) == Ether(super_packet(4000))[TCP].load


def test_copies_over_both_ip_versions_are_cut_for_each(encap, tmp_path):
    path = tmp_path / "map.yaml"
    path.write_text(MAP.replace("192.168.4.33]", '192.168.4.33, "fd00:4::22"]'), encoding="utf-8")
    big = super_packet(4200).replace(bytes.fromhex("060600000007"), b"\xff" * 6, 1)
    done = encap([big], map=path, vsid=5001, local=None, remote=None, mtu=1500,
                 mtu_action="segment")
    loads = {}
    for outer in map(Ether, pcapfile.frames(done.out)):
        loads.setdefault(ends(outer)[1], []).append(Ether(bytes(outer[GRE].payload))[TCP].load)

    assert {remote: len(parts) for remote, parts in loads.items()} == {
        "192.168.4.22": 3, "192.168.4.33": 3, "fd00:4::22": 4}
    assert {b"".join(parts) for parts in loads.values()} == {Ether(super_packet(4200))[TCP].load}


@pytest.mark.parametrize("action, code, group", [("drop", 0, "dropped"),
                                                 ("error", 3, "not_handled")])
def test_a_copy_that_does_not_fit_is_counted(encap, tmp_path, action, code, group):
    """A frame of 1460 bytes exceeds the MTU over IPv6, but not over IPv4."""
    path = tmp_path / "map.yaml"
    path.write_text(MAP.replace("192.168.4.33]", '192.168.4.33, "fd00:4::22"]'), encoding="utf-8")
    inner = b"\xff" * 6 + Ether(frame("02:02:02:02:02:02")).build()[6:].ljust(1454, b"\0")
    done = encap([inner, inner], map=path, vsid=5001, local=None, remote=None, mtu=1500,
                 mtu_action=action, json=True, code=code)
    outers = [ends(Ether(data))[1] for data in pcapfile.frames(done.out)]
    summary = json.loads(done.stdout)

    assert outers == ["192.168.4.22", "192.168.4.33"] * 2
    assert sum(summary[group].values()) == 2 and summary["encapsulated"] == 2
    assert summary["mtu_excess"] == 8
    assert ("; this copy is left out" in done.stderr) == (action == "error")


@pytest.mark.parametrize("announced, flags, clamped", [
    (1460, "S", 1350), (1460, "SA", 1350), (1350, "S", 1350), (536, "S", 536), (1460, "A", 1460)])
def test_mss_clamp(encap, announced, flags, clamped):
    def syn(mss):
        return bytes(Ether(src=HOSTS["10.0.0.5"], dst=HOSTS["10.0.0.7"])
                     / IP(src="10.0.0.5", dst="10.0.0.7")
                     / TCP(flags=flags, options=[("MSS", mss), ("SAckOK", b"")]))
    done = encap([syn(announced)], mss_clamp=1350, json=True)
    [outer] = pcapfile.frames(done.out)

    assert outer[42:] == syn(clamped)
    assert json.loads(done.stdout)["clamped"] == (announced != clamped)
