# SPDX-License-Identifier: GPL-2.0-or-later
"""The reports of a run: messages, the summary as text and as JSON, exit codes."""

import json

import pytest

import pcapfile
import wire
from pcapfile import Writer, packet

ECHO = bytes.fromhex("060600000007060600000005080045000024000100004001b5220a0000050a0000070800"
                     "bcf1000100010001020304050607")
PAS = ("192.168.4.11", "192.168.4.22")
HOSTS = ("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16")
KEYS = ("command", "input", "output", "packets_read", "bytes_read", "packets_written",
        "bytes_written", "split_files", "retimed", "deviant", "reserved_vsids", "untagged", "reassembled", "nested", "over_mtu", "cut_to_mtu",
        "segmented", "copied", "routed", "clamped", "mtu_excess", "others", "others_kept", "kept", "dropped", "not_handled", "cut", "interrupted")


def tunnel(inner=ECHO, key=0x138950, flags=wire.GRE_K, **fields):
    """An outer frame with an inner frame."""
    payload = wire.gre(inner, key, flags=flags)
    return wire.ethernet(*HOSTS, wire.ipv4(*PAS, payload, **fields))


TAGGED = wire.insert_tags(ECHO, (0x8100, 101))
# A packet for each outcome of decap, its counter in JSON, its line of text without the number.
OUTCOMES = (
    (ECHO, ("others", "not_nvgre"), "kept, not NVGRE"),
    (tunnel(flags=0), ("others", "no_key"), "kept, Ethernet in GRE without a key"),
    (tunnel(flags=wire.GRE_K | 1), ("others", "other_gre"), "kept, GRE of another kind"),
    (tunnel(fragment=1), ("not_handled", "fragment"),
     "not handled, fragment of an outer packet"),
    (tunnel(key=0x177100), ("others", "not_selected"), "kept, not selected"),
    (tunnel(TAGGED), ("dropped", "inner_vlan"), "dropped, 802.1Q tag in the inner frame"),
    (tunnel(tos=3), ("dropped", "congestion"),
     "dropped, outer CE on an inner packet without ECN (RFC 6040)"),
    (tunnel(b""), ("not_handled", "malformed"), "not handled, malformed"),
    (packet(tunnel()[:50], 92), ("not_handled", "truncated"),
     "not handled, cut before the inner frame"),
    (tunnel(flags=wire.GRE_K | 0x0800), ("not_handled", "must_discard"),
     "not handled, GRE bits that a receiver must discard"),
)
CLEAN, DEVIANT, RESERVED = tunnel(), tunnel(flags=wire.GRE_K | 8), tunnel(key=0x100)
SELECTED = {"vsid_filter": "0-5001"}


def data_of(items):
    """The captured bytes of packets or frames."""
    return sum(len(item.data) for item in pcapfile.packets(items))


@pytest.mark.parametrize("item, counter, text", OUTCOMES, ids=[row[1][1] for row in OUTCOMES])
def test_each_outcome(decap, item, counter, text):
    """Two packets of a kind, counted in JSON and in text, and the exit code."""
    group, name = counter
    code = 3 if group == "not_handled" else 0
    items = [CLEAN, item, item]
    written = [ECHO] if group == "dropped" else [ECHO, item, item]
    done = decap(items, code=code, json=True, **SELECTED)
    summary = json.loads(done.stdout)
    assert summary[group] == {name: 2} and summary["decapsulated"] == 1
    counts = [summary[key] for key in KEYS[3:7]]
    assert counts == [3, data_of(items), len(written), data_of(written)]
    assert pcapfile.frames(done.out) == [each.data for each in pcapfile.packets(written)]
    text_only = [line for line in decap(items, code=code, **SELECTED).stderr.splitlines()
                 if "/in: packet " not in line]
    assert text_only == [f"read: 3 packets, {data_of(items)} bytes",
                         f"written: {len(written)} packets, {data_of(written)} bytes",
                         "decapsulated: 1", f"{text}: 2"]


def test_all_outcomes_together(decap):
    items = [item for item, _, _ in OUTCOMES] + [CLEAN, DEVIANT, RESERVED]
    done = decap(items, code=3, json=True, **SELECTED)
    summary = json.loads(done.stdout)
    assert tuple(key for key in summary if key != "decapsulated") == KEYS
    for _, (group, name), _ in OUTCOMES:
        assert summary[group][name] == 1
    assert (summary["decapsulated"], summary["deviant"], summary["reserved_vsids"]) == (3, 1, 1)
    assert (summary["cut"], summary["interrupted"], summary["others_kept"]) == (False, False, True)
    assert summary["command"] == "decap"
    assert summary["input"].endswith("/in") and summary["output"].endswith("/out.pcap")
    lines = decap(items, code=3, **SELECTED).stderr.splitlines()
    assert "decapsulated, with C, S or reserved GRE bits: 1" in lines
    assert "decapsulated, with a reserved VSID: 1" in lines


def test_left_out(decap):
    items = [item for item, _, _ in OUTCOMES]
    summary = json.loads(decap(items, code=3, json=True, others="drop", **SELECTED).stdout)
    others = [name for _, (group, name), _ in OUTCOMES if group == "others"]
    assert summary["others"] == dict.fromkeys(others, 1) and summary["others_kept"] is False
    assert summary["packets_written"] == summary["bytes_written"] == 0
    stderr = decap(items, code=3, others="drop", **SELECTED).stderr
    assert "\nleft out, not NVGRE: 1\n" in stderr and "kept" not in stderr


def test_mtu(encap):
    items = [ECHO[:42], *[ECHO.ljust(length, b"x") for length in (1472, 1473, 1500)]]
    stderr = encap(items, mtu=1500).stderr

    assert "\nencapsulated, above the MTU with outer headers: 2\n" in stderr
    assert "\nouter packets above the MTU: by 28 bytes at most\n" in stderr
    stderr = encap(items, code=3, mtu=1500, mtu_action="error").stderr
    assert "/in: packet 3: frame above the MTU with outer headers, 1473 bytes; kept as it is" in stderr


def test_encap(encap):
    items = [ECHO, TAGGED, packet(ECHO, 70000), ECHO[:13]]
    done = encap(items, code=3, json=True, inner_vlan="drop")
    summary = json.loads(done.stdout)
    assert summary["command"] == "encap" and summary["encapsulated"] == 1
    assert summary["dropped"] == {"inner_vlan": 1}
    assert summary["not_handled"] == {"malformed": 1, "oversize": 1}
    stderr = encap(items, code=3, inner_vlan="drop").stderr
    assert "\nencapsulated: 1\n" in stderr
    assert "\nnot handled, too long for an outer IP packet: 1\n" in stderr


def test_link_types_and_lost_packets(decap):
    w = Writer()
    data = (w.section() + w.interface() + w.interface(linktype=105) + w.enhanced(CLEAN)
            + w.enhanced(CLEAN, interface=1))
    done = decap(data, out="out.pcapng", code=3, json=True)
    assert json.loads(done.stdout)["not_handled"] == {"link_type": 1}
    done = decap(data, code=3, json=True)
    assert json.loads(done.stdout)["not_handled"] == {"unstorable": 1}
    assert json.loads(done.stdout)["packets_written"] == 1


def test_cut_input(decap):
    done = decap(pcapfile.pcap([CLEAN, CLEAN])[:-1], code=3, json=True)
    assert json.loads(done.stdout)["cut"] is True
    stderr = decap(pcapfile.pcap([CLEAN, CLEAN])[:-1], code=3).stderr
    assert stderr.endswith("\ninput cut: only the packets before the cut were read\n")


def test_quiet(decap):
    assert decap([CLEAN, ECHO], q=True).stderr == ""
    done = decap([CLEAN, tunnel(b"")], quiet=True, code=3)
    assert done.stderr.count("\n") == 1 and "packet 2: " in done.stderr
    assert json.loads(decap([CLEAN], q=True, json=True).stdout)["decapsulated"] == 1


def test_where_the_summary_goes(run, tmp_path):
    """JSON is on standard output, but not if the packets are there. Text is on standard error."""
    data, expected = pcapfile.pcap([CLEAN]), pcapfile.pcap([ECHO])
    done = run("decap", "--json", "-", tmp_path / "out", stdin=data)
    summary = json.loads(done.stdout)
    assert (summary["input"], summary["output"]) == ("standard input", str(tmp_path / "out"))
    assert done.stdout.count(b"\n") == 1 and done.stderr == ""
    done = run("decap", "--json", "-", "-", stdin=data)
    assert done.stdout == expected and json.loads(done.stderr)["output"] == "standard output"
    done = run("decap", "-", "-", stdin=data)
    assert done.stdout == expected and done.stderr.startswith("read: 1 packets")
    done = run("decap", "-", tmp_path / "out", stdin=data)
    assert done.stdout == b"" and done.stderr.startswith("read: 1 packets")


def test_names_that_are_not_utf8(run, tmp_path):
    name = bytes(tmp_path) + b"/\xff\xfe"
    with open(name, "wb") as source:
        source.write(pcapfile.pcap([CLEAN]))
    done = run("decap", "--json", "-r", name.decode(errors="surrogateescape"), "-w",
               tmp_path / 'quote".pcap')
    summary = json.loads(done.stdout)
    assert summary["input"] is None and summary["output"].endswith('quote".pcap')


W = Writer()
# Many packets that cannot be handled, and their name in the summary.
MANY = {
    "malformed": (lambda count: pcapfile.pcap([tunnel(b"")] * count), "malformed"),
    "link_type": (lambda count: pcapfile.pcap([ECHO] * count, linktype=105),
                  "link type that cannot be taken"),
    "bad blocks": (lambda count: W.section() + W.interface()
                   + W.enhanced(ECHO, interface=9) * count,
                   "packet block that makes no sense"),
}


@pytest.mark.parametrize("make, text", MANY.values(), ids=MANY)
def test_messages_are_limited(decap, make, text):
    for count in (10, 11, 1000):
        done = decap(make(count), out="out", code=3)
        lines = [line for line in done.stderr.splitlines() if "/in: " in line]
        assert [line.split(": ")[1] for line in lines[:10]] == [
            f"packet {number}" for number in range(1, 11)]
        assert len(lines) == min(count, 11)
        assert count == 10 or lines[10].endswith(
            f"/in: more packets like these: {text}; they are only counted")
        assert f"not handled, {text}: {count}\n" in done.stderr


def test_limit_is_per_kind(decap):
    done = decap([tunnel(b"")] * 12 + [tunnel(flags=wire.GRE_K | 0x400)] * 2, code=3)
    lines = [line for line in done.stderr.splitlines() if "/in: " in line]
    assert len(lines) == 10 + 1 + 2
