# SPDX-License-Identifier: GPL-2.0-or-later
"""Selection of packets: filters, times, numbers and counts, compared with tcpdump and editcap."""

import json
import subprocess
from fractions import Fraction

import pytest

import pcapfile
import wire
from pcapfile import START, Writer, packet

SAMPLES = ("two-tenants.pcap", "two-tenants-ipv6.pcap", "deviations.pcap")
ENCAP = {"vsid": 5001, "local": "192.168.4.11", "remote": "192.168.4.22"}
ECHO = bytes.fromhex("060600000007060600000005080045000024000100004001b5220a0000050a0000070800"
                     "bcf1000100010001020304050607")
HOSTS = ("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16")
IP_PACKET = wire.ipv4("192.168.4.11", "192.168.4.22", wire.gre(ECHO, 0x138950))
TUNNEL = wire.ethernet(*HOSTS, IP_PACKET)
OTHER = wire.ethernet(*HOSTS, wire.ipv4("192.168.4.11", "192.168.4.33", wire.gre(ECHO, 0x177150)))


def tool(*line, folder, data):
    """The output of another program. Its command line contains oracle-in and oracle-out."""
    (folder / "oracle-in").write_bytes(data)
    subprocess.run([folder / word if word in ("oracle-in", "oracle-out") else word
                    for word in line], check=True, capture_output=True, timeout=60)
    return (folder / "oracle-out").read_bytes()


@pytest.fixture
def tcpdump(tmp_path):
    """The frames of a capture that match an expression, from tcpdump."""
    def launch(data, expression, *options):
        return pcapfile.frames(tool("tcpdump", *options, "-r", "oracle-in", "-w", "oracle-out",
                                    expression, folder=tmp_path, data=data))

    return launch


@pytest.fixture
def editcap(tmp_path):
    """The packets that editcap keeps."""
    def launch(data, *options, lists=()):
        return pcapfile.read(tool("editcap", "-F", "pcap", *options, "oracle-in", "oracle-out",
                                  *lists, folder=tmp_path, data=data))

    return launch


@pytest.fixture
def select(run, tmp_path):
    """Runs a command on a capture with a filter. Returns the written packets and the summary."""
    def launch(command, data, *words, options=(), name="out.pcap", **named):
        (tmp_path / "in").write_bytes(data)
        fields = {**(ENCAP if command == "encap" else {}), **named}
        line = [item for key, value in fields.items()
                for item in ("--" + key.replace("_", "-"), value)]
        done = run(command, "--json", *line, *options, tmp_path / "in", tmp_path / name, *words)
        return pcapfile.read((tmp_path / name).read_bytes()), json.loads(done.stdout)

    return launch


def datas(packets):
    """The captured bytes of packets."""
    return [item.data for item in packets]


def plain(run, data, command):
    """All frames of a capture after a command without selection, one for each packet."""
    line = [item for key, value in ENCAP.items() for item in (f"--{key}", value)]
    done = run(command, *(line if command == "encap" else ()), "-", "-", stdin=data, code=None)
    return pcapfile.frames(done.stdout)


# ---- FILTER ----

OUTER = ("proto gre", "host 192.168.4.11 and proto gre", "src 192.168.4.22", "not ip",
         "ip6", "ip6 and ip6[6] = 47", "ether src 02:00:c0:a8:04:0b", "less 110", "greater 111",
         "ip[2:2] > 100 and ip proto 47", "vlan", "len != 0")


@pytest.mark.parametrize("expression", OUTER)
@pytest.mark.parametrize("sample", SAMPLES[:2])
def test_filter(select, run, tcpdump, captures, sample, expression):
    """Packets that tcpdump selects are decapsulated, all others are unchanged. The filter can be
    several words or one word."""
    data = (captures / sample).read_bytes()
    before, after = pcapfile.frames(data), plain(run, data, "decap")
    assert len(before) == len(after)
    wanted = tcpdump(data, expression)
    expected = [new if old in wanted else old for old, new in zip(before, after)]
    for words in (expression.split(), [expression]):
        packets, summary = select("decap", data, *words)
        assert datas(packets) == expected
        assert summary["others"].get("not_selected", 0) == len(before) - len(wanted)
    packets, _ = select("decap", data, *expression.split(), others="drop")
    assert len(packets) == sum(old in wanted and old != new for old, new in zip(before, after))


@pytest.mark.parametrize("expression", ["icmp", "tcp port 80", "arp", "src 10.0.0.7", "udp or arp"])
@pytest.mark.parametrize("option", [False, True])
def test_filter_of_encap(select, run, tcpdump, captures, expression, option):
    """FILTER and --inner-filter use the same frame."""
    data = (captures / "plain-blue.pcap").read_bytes()
    before, after = pcapfile.frames(data), plain(run, data, "encap")
    wanted = tcpdump(data, expression)
    words = () if option else (expression,)
    named = {"inner_filter": expression} if option else {}
    packets, summary = select("encap", data, *words, **named)
    assert datas(packets) == [new if old in wanted else old for old, new in zip(before, after)]
    assert summary["encapsulated"] == len(wanted)


@pytest.mark.parametrize("expression", ["icmp", "tcp", "src 10.0.0.7", "not arp", "tcp port 80"])
@pytest.mark.parametrize("sample", SAMPLES[:2])
def test_inner_filter_of_decap(select, tcpdump, captures, sample, expression):
    data = (captures / sample).read_bytes()
    inner, _ = select("decap", data, others="drop")
    wanted = tcpdump(pcapfile.pcap(inner), expression)
    packets, summary = select("decap", data, others="drop", inner_filter=expression)
    assert datas(packets) == wanted
    assert summary["others"].get("not_selected", 0) == len(inner) - len(wanted)
    packets, _ = select("decap", data, inner_filter=expression)
    kept = [item for item in pcapfile.frames(data) if item in datas(packets)]
    assert len(packets) == len(pcapfile.frames(data)) and len(kept) == len(packets) - len(wanted)


def test_both_filters(select, captures):
    data = (captures / "two-tenants.pcap").read_bytes()
    packets, _ = select("decap", data, "src", "host", "192.168.4.11", others="drop",
                        inner_filter="src 10.0.0.7")
    assert packets == []
    packets, summary = select("decap", data, "src", "host", "192.168.4.11", others="drop",
                              inner_filter="icmp", vsid_filter="5001")
    assert packets and summary["decapsulated"] == len(packets)


LINKS = {  # link type: bytes before an IP packet
    1: TUNNEL[:14],
    101: b"",
    12: b"",
    228: b"",
    113: bytes(14) + b"\x08\0",
    276: b"\x08\0" + bytes(18),
    108: b"\0\0\0\2",
}


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("linktype", LINKS)
def test_link_types(select, tcpdump, linktype, order):
    data = pcapfile.pcap([LINKS[linktype] + IP_PACKET], linktype=linktype, order=order)
    for expression, count in (("dst 192.168.4.22", 1), ("dst 192.168.4.23", 0)):
        assert len(tcpdump(data, expression)) == count
        _, summary = select("decap", data, expression, name="out.pcapng")
        assert summary["decapsulated"] == count


@pytest.mark.parametrize("order", "<>")
def test_loopback_in_either_byte_order(select, tcpdump, order):
    """Its first word is in the byte order of the capturing machine."""
    data = pcapfile.pcap([Writer(order).pack("I", 2) + IP_PACKET], linktype=0, order=order)
    assert len(tcpdump(data, "ip")) == 1
    _, summary = select("decap", data, "ip")
    assert summary["decapsulated"] == 1


def test_two_link_types(select):
    w = Writer()
    data = (w.section() + w.interface() + w.interface(linktype=101) + w.enhanced(TUNNEL)
            + w.enhanced(IP_PACKET, interface=1)) * 2
    for expression, count in (("dst 192.168.4.22", 4), ("len = 80", 2), ("not ip", 0)):
        _, summary = select("decap", data, expression.replace("80", str(len(IP_PACKET))),
                            name="out.pcapng")
        assert summary["decapsulated"] == count, expression


def test_many_link_types(select):
    """More link types in sequence than are remembered."""
    w, links = Writer(), list(range(500, 520))
    data = w.section() + b"".join(w.interface(linktype=link) for link in [*links, 101])
    for _ in range(3):
        data += b"".join(w.enhanced(IP_PACKET, interface=number) for number in range(20))
        data += w.enhanced(IP_PACKET, interface=20)
    _, summary = select("decap", data, f"len = {len(IP_PACKET)}", name="out.pcapng",
                        options=["--include", "21,42,63"])
    assert summary["decapsulated"] == 3


@pytest.mark.parametrize("make", [pcapfile.pcap, pcapfile.pcapng])
@pytest.mark.parametrize("words", [("hots", "1.2.3.4"), ("tcp", "and"), ("ip[",), ("wlan", "type")])
@pytest.mark.parametrize("option", [False, True])
def test_filter_that_does_not_compile(run, tmp_path, make, words, option):
    (tmp_path / "in").write_bytes(make([TUNNEL]))
    tail = [f"--inner-filter={' '.join(words)}"] if option else words
    done = run("decap", tmp_path / "in", tmp_path / "out", *tail, code=2)
    assert done.stderr.startswith(f'{tmp_path}/in: filter "{" ".join(words)}" for link type 1: ')
    assert done.stderr.count("\n") == 1 and len(list(tmp_path.iterdir())) == 1
    oracle = subprocess.run(["tcpdump", "-r", tmp_path / "in", *words], capture_output=True,
                            check=False, text=True, timeout=60)
    assert oracle.returncode != 0
    if make is pcapfile.pcap:
        assert done.stderr.split("link type 1: ")[1] in oracle.stderr


def test_filter_that_does_not_suit_a_later_link_type(run, tmp_path):
    """Packets with this link type do not match. There is one message."""
    w = Writer()
    data = (w.section() + w.interface() + w.interface(linktype=101) + w.enhanced(TUNNEL)
            + w.enhanced(IP_PACKET, interface=1) * 3 + w.enhanced(TUNNEL))
    done = run("decap", "--json", "-", tmp_path / "out.pcapng", "ether", "host", HOSTS[1],
               stdin=data)
    assert done.stderr.startswith("standard input: filter \"ether host ")
    assert done.stderr.count("\n") == 1 and "no packets of link type 101: " in done.stderr
    summary = json.loads(done.stdout)
    assert summary["decapsulated"] == 2 and summary["others"] == {"not_selected": 3}


@pytest.mark.parametrize("line", [("in", "out", "ip"), ("-r", "in", "out", "ip"),
                                  ("-w", "out", "in", "ip"), ("-r", "in", "-w", "out", "ip"),
                                  ("in", "out", "--", "ip"), ("in", "out", "ip", "-q")])
def test_filter_behind_the_files(run, tmp_path, line):
    (tmp_path / "in").write_bytes(pcapfile.pcap([TUNNEL, ECHO]))
    run("decap", *line, cwd=tmp_path)
    assert pcapfile.frames((tmp_path / "out").read_bytes()) == [ECHO, ECHO]
    run("decap", *[word.replace("ip", "arp") for word in line], cwd=tmp_path)
    assert pcapfile.frames((tmp_path / "out").read_bytes()) == [TUNNEL, ECHO]


# ---- Times ----

MANY = pcapfile.pcap([TUNNEL] * 20)  # each is a second and a microsecond after the previous one
NANO = pcapfile.pcap([packet(TUNNEL, time=START + Fraction(n, 10**9)) for n in range(20)],
                     magic=pcapfile.NSEC)
TIMES = (
    (MANY, "2026-01-01T10:00:05Z", "2026-01-01T10:00:09Z"),
    (MANY, "2026-01-01 10:00:05.000005Z", "2026-01-01 10:00:09.000009Z"),
    (MANY, "2026-01-01 10:00:05.000006Z", "2026-01-01 10:00:09.000010Z"),
    (MANY, "2026-01-01 11:00:05+01:00", "2026-01-01T04:30:09-0530"),
    (MANY, "2026-01-01 10:00:05", "2026-01-01 10:00:09.5"),
    (MANY, str(START + 5), f"{START + 9}.5"),
    (MANY, f"{START + 5}.000005", f"{START + 5}.000006"),
    (MANY, "2026-01-01T10:00Z", "2026-01-01T10:01Z"),
    (MANY, "2025-12-31 23:59:60Z", f"{START + 3}"),
    (MANY, "2027-01-01T10:00:05Z", None),
    (MANY, None, "2026-01-01 10:00:09Z"),
    (MANY, "2026-01-01 10:00:09Z", None),
    (NANO, f"{START}.000000005", f"{START}.000000009"),
    (NANO, "2026-01-01 10:00:00.000000005Z", "2026-01-01 10:00:00.00000001Z"),
)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
@pytest.mark.parametrize("data, since, until", TIMES,
                         ids=[f"{since} to {until}" for _, since, until in TIMES])
def test_times(select, editcap, monkeypatch, data, since, until, zone):
    monkeypatch.setenv("TZ", zone)
    span = [*(("-A", since) if since else ()), *(("-B", until) if until else ())]
    expected = editcap(data, *span, *(("-F", "nsecpcap") if data is NANO else ()))
    packets, summary = select("decap", data, options=span, others="drop")
    assert [item.time for item in packets] == [item.time for item in expected]
    assert summary["others"].get("not_selected", 0) == 20 - len(expected)
    packets, _ = select("decap", data, options=span)
    assert len(packets) == 20 and datas(packets).count(ECHO) == len(expected)


def test_packets_without_time_are_in_no_span(select):
    w = Writer()
    data = w.section() + w.interface() + w.simple(TUNNEL) + w.enhanced(TUNNEL, ticks=5)
    for span, count in ((["-A", "0"], 1), (["-B", "1"], 1), ([], 2)):
        _, summary = select("decap", data, options=span, name="out.pcapng")
        assert summary["decapsulated"] == count


def test_times_of_interfaces(select):
    """Times with different units and offsets."""
    w = Writer()
    data = (w.section() + w.interface((9, b"\x00")) + w.interface((9, b"\x8a"))
            + w.interface((14, w.pack("q", 100)))
            + w.enhanced(TUNNEL, ticks=100) + w.enhanced(TUNNEL, ticks=100 << 10, interface=1)
            + w.enhanced(TUNNEL, ticks=500000, interface=2))
    for since, count in ((99, 3), (100, 3), ("100.5", 1), ("100.500001", 0)):
        _, summary = select("decap", data, start_time=since, name="out.pcapng")
        assert summary["decapsulated"] == count


# ---- Numbers ----

@pytest.mark.parametrize("text", ["1", "20", "3-5", "1,3-5,15-", "15-,3-5,1", "5-10,7-8,9-12", "7-",
                                  "21", "1-18446744073709551615", "1,1,1-1"])
def test_numbers(select, editcap, text):
    lists = [part + "20" if part.endswith("-") else part for part in text.split(",")]
    lists = [part.replace("18446744073709551615", "20") for part in lists]
    included, excluded = editcap(MANY, "-r", lists=lists), editcap(MANY, lists=lists)
    for option, expected in (("include", included), ("exclude", excluded)):
        packets, summary = select("decap", MANY, others="drop", **{option: text})
        assert [item.time for item in packets] == [item.time for item in expected]
        assert summary["others"].get("not_selected", 0) == 20 - len(expected)


def test_numbers_together(select):
    packets, _ = select("decap", MANY, include="3-9", exclude="5,7-100", others="drop",
                        start_time=START + 3)
    assert [int(item.time) - START for item in packets] == [3, 5]


# ---- Counts ----

@pytest.mark.parametrize("count", [1, 2, 5, 6, 4294967295])
def test_count(select, tcpdump, count):
    """As in tcpdump: this number of matching packets, and nothing after them."""
    data = pcapfile.pcap([OTHER, TUNNEL] * 5)
    wanted = tcpdump(data, "dst 192.168.4.22", "-c", str(min(count, 99)))
    packets, summary = select("decap", data, "dst", "192.168.4.22", options=["-c", count])
    read = min(2 * count, 10)
    assert summary["decapsulated"] == len(wanted) == min(count, 5)
    assert summary["packets_read"] == len(packets) == read
    packets, _ = select("decap", data, others="drop", vsid_filter="6001", packet_count=count)
    assert len(packets) == min(count, 5)


def test_count_of_inner_filter(select):
    """Packets without an inner frame are not selected by an inner filter, and do not count."""
    data = pcapfile.pcap([ECHO, TUNNEL, ECHO, TUNNEL, TUNNEL])
    packets, summary = select("decap", data, inner_filter="icmp", packet_count=2)
    assert (len(packets), summary["decapsulated"]) == (4, 2)
    _, summary = select("decap", data, packet_count=2)
    assert summary["decapsulated"] == 1


def test_count_ends_a_pipe(start):
    """The command does not wait for more packets."""
    process = start("decap", "-c", "2", "-", "-")
    process.feed(pcapfile.pcap([TUNNEL] * 3))
    assert process.read(process.stdout, lambda data: data.count(ECHO) == 2)
    assert process.wait(20) == 0


def test_text_summary(decap):
    assert "\nkept, not selected: 2\n" in decap([TUNNEL] * 3, include="2").stderr
    assert "\nleft out, not selected: 2\n" in decap([TUNNEL] * 3, include="2",
                                                    others="drop").stderr


def test_bad_packet_that_is_not_selected(decap):
    """It is kept like others, without a message."""
    bad = wire.ethernet(*HOSTS, wire.ipv4("192.168.4.11", "192.168.4.22", wire.gre(b"", 0x138950)))
    assert decap([TUNNEL, bad], code=3).code == 3
    assert pcapfile.frames(decap([TUNNEL, bad], include="1").out) == [ECHO, bad]
