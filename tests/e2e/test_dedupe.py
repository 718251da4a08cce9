# SPDX-License-Identifier: GPL-2.0-or-later
"""decap --dedupe: copies of a frame that was sent to several endpoints (RFC 7637 section 4.2)."""

import json
from fractions import Fraction

import pytest

import pcapfile
import wire
from pcapfile import packet

MACS = ("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16")
LOCAL = {4: "192.168.4.11", 6: "fd00::11"}
FRAMES = {name: bytes.fromhex("ffffffffffff 060600000005 88b5") + bytes([number]) * 60
          for number, name in enumerate("abcdef")}


def copy(step):
    """A packet from a word such as `a1@5/6001`: frame, receiver (6: IPv6), time in ms, VSID if not
    5001."""
    step, _, vsid = step.partition("/")
    what, _, time = step.partition("@")
    inner, receiver = FRAMES[what[0]], what[1:]
    payload = wire.gre(inner, wire.nvgre_key(int(vsid or 5001), int(receiver[-1])))
    ip = (wire.ipv6(LOCAL[6], f"fd00::{receiver[1:]}", payload) if receiver.startswith("6")
          else wire.ipv4(LOCAL[4], f"192.168.4.{receiver}", payload))
    return packet(wire.ethernet(*MACS, ip), time=1 + Fraction(int(time or 0), 1000))


# packets in order, the numbers of those that are kept, options
ROWS = {
    "three endpoints": ("a1 a2 a3", "0"),
    "in turns": ("a1 b1 a2 b2 a3 b3", "01"),
    "in any order": ("a1 b2 a3 b1 b3 a2", "01"),
    "another VSID": ("a1 a2/6001 a3", "01"),
    "the same endpoint again": ("a1 a1 a1", "012"),
    "sent twice": ("a1 a2 a1 a2", "02"),
    "sent twice, in another order": ("a1 a2 a2 a1", "02"),
    "sent twice, the copy lost once": ("a1 a1 a2", "01"),
    "both IP versions": ("a1 a61 a62 a2", "0"),
    "IPv6": ("a61 a62 a61", "02"),
    "within the window": ("a1@0 a2@10 a3@10", "0"),
    "later": ("a1@0 a2@11", "01"),
    "later, counted from the first": ("a1@0 a2@6 a3@12 a4@18", "02"),
    "earlier": ("a1@50 a2@45 a3@39", "02"),
    "a longer window": ("a1@0 a2@11 a3@1000 a4@1001", "03", {"dedupe_window": 1000}),
    "the same time only": ("a1@5 a2@5 a3@6", "02", {"dedupe_window": 0}),
    "not selected before": ("a1/6001 a1 a2", "1", {"vsid_filter": "5001", "others": "drop"}),
}


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_copies(decap, row, form):
    steps, kept, *options = ROWS[row]
    items = [copy(step) for step in steps.split()]
    data = getattr(pcapfile, form)(items)
    done = decap(data, dedupe=True, out=f"out.{form}", json=True, **dict(*options))
    expected = [pcapfile.packet(FRAMES[steps.split()[int(number)][0]],
                                time=items[int(number)].time) for number in kept]

    assert [item[:3] for item in pcapfile.read(done.out)] == [item[:3] for item in expected]
    dropped = json.loads(done.stdout)["dropped"].get("copy", 0)
    assert dropped == len(items) - len(kept) - steps.count("/6001") * ("6001" not in kept and
                                                                     bool(options))


def test_without_the_option_all_stay(decap):
    items = [copy(step) for step in "a1 a2 a3".split()]
    assert len(pcapfile.frames(decap(items).out)) == 3


@pytest.mark.parametrize("resolution, offset, ticks, kept", [
    (0, 0, (2**64 - 1, 0, 2**64 - 1), 3), (0, 0, (2**63 - 1, 2**63), 2),
    (0, 2**63 - 1, (0, 2**64 - 1), 2), (0, -2**63, (0, 0), 1), (6, -2**63, (5, 10_006), 2)])
def test_times_out_of_all_bounds(decap, resolution, offset, ticks, kept):
    """A capture can contain any time."""
    w = pcapfile.Writer()
    file = w.section() + w.interface((pcapfile.IF_TSRESOL, bytes([resolution])),
                                     (pcapfile.IF_TSOFFSET, w.pack("q", offset)))
    file += b"".join(w.enhanced(copy(f"a{number}").data, ticks=tick)
                     for number, tick in enumerate(ticks, 1))
    assert len([block for block in pcapfile.blocks(decap(file, dedupe=True, format="pcapng").out)
                if block.kind == pcapfile.ENHANCED]) == kept


def test_cut_packets(decap):
    """Captured bytes may be missing, but lengths on the wire must be equal."""
    whole = [copy("a1"), copy("a2"), copy("a3")]
    cut = [packet(item.data[:-20], len(item.data) + more, time=1)
           for item, more in zip(whole, (0, 0, 0))]
    assert len(pcapfile.frames(decap(cut, dedupe=True).out)) == 1
    assert len(pcapfile.frames(decap([whole[0], cut[1]], dedupe=True).out)) == 2


def test_more_endpoints_than_are_remembered(decap):
    """Above the limit of endpoints a copy is kept, but no frame is lost."""
    items = [copy(f"a{number}") for number in range(1, 255)]
    assert len(pcapfile.frames(decap(items, dedupe=True).out)) == 2


def test_more_frames_than_are_remembered(decap):
    """Each frame goes to two endpoints, with all other frames in between: no frame is lost."""
    def tunnel(number, receiver):
        inner = FRAMES["a"] + number.to_bytes(4, "big")
        return packet(wire.ethernet(*MACS, wire.ipv4(LOCAL[4], f"192.168.4.{receiver}",
                                                     wire.gre(inner, 0x138900))), time=1)

    items = [tunnel(number, receiver) for receiver in (1, 2) for number in range(20_000)]
    kept = pcapfile.frames(decap(items, dedupe=True).out)
    assert {frame[-4:] for frame in kept} == {n.to_bytes(4, "big") for n in range(20_000)}
    near = [tunnel(number, receiver) for number in range(5000) for receiver in (1, 2)]
    assert len(pcapfile.frames(decap(near, dedupe=True).out)) == 5000


MAP = """version: 1
provider:
  - {address: 192.168.4.11, local: true}
  - {address: "fd00::11", local: true}
subnets:
  - {vsid: 5001, flood: [192.168.4.22, 192.168.4.33, "fd00::44"]}
"""


def test_encap_and_back(encap, decap, tmp_path):
    """The copies from encap become one frame again. A frame that is sent again a second later is
    kept."""
    (tmp_path / "map.yaml").write_text(MAP)
    inner = pcapfile.pcap([packet(FRAMES[name], time=second) for second in (1, 2)
                           for name in "abcdef"])
    tunnels = encap(inner, local=None, remote=None, map=tmp_path / "map.yaml").out
    assert len(pcapfile.frames(tunnels)) == 3 * 12
    assert decap(tunnels, dedupe=True).out == inner
