# SPDX-License-Identifier: GPL-2.0-or-later
"""replay on veth interfaces in a network namespace: received frames, counters, messages."""

import json
import os
import signal
import time

import pytest

import pcapfile
import wire
from lab import lab
from processes import waits, wait_until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a network namespace needs root")

MS = 1_000_000
SENDERS = ("auto", "packet", "ring", "xdp")


def frame(number, length=60):
    """A frame that contains its number."""
    return bytes.fromhex("06060000000706060000000588b5") + number.to_bytes(4, "big") + bytes(
        length - 18)


def talk(number):
    """A frame from one of two machines to the other."""
    first, second = ("10.0.0.1", "10.0.0.2")[::1 if number % 3 else -1]
    return wire.ethernet("02:00:00:00:00:01", "02:00:00:00:00:02",
                         wire.ipv4(first, second, number.to_bytes(30, "big")))


@pytest.fixture(name="veth")
def veth_lab():
    """A lab with two pairs of interfaces."""
    with lab(pairs=2) as made:
        yield made


@pytest.fixture(name="replay")
def replay_in_lab(veth, start, tmp_path):
    """Starts a replay on near0, with `gap` nanoseconds between frames."""
    def launch(items, *line, gap=0, interface="near0", **options):
        path = tmp_path / "in.pcap"
        if items is not None:
            path.write_bytes(pcapfile.pcap(
                [pcapfile.packet(item, time=pcapfile.START + pcapfile.Fraction(i * gap, 10**9))
                 for i, item in enumerate(items)], magic=pcapfile.NSEC))
        return start("replay", "-i", interface, *line, path, prefix=veth.prefix, **options)

    return launch


def counts_of(done):
    """The counters of each interface, from --json."""
    return json.loads(done.stdout)["interfaces"]


# ---- Delivery ----

@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("line", [("-t",), ("-p", "50000"), ("-t", "-K", "-l", "2")], ids=str)
def test_all_arrives_in_order(veth, replay, sender, line):
    frames = [frame(i, 60 + i * 37 % 1455) for i in range(3000)]
    listener, before = veth.listen("far0"), veth.received("far0")
    process = replay(frames, "--json", "--sender", sender, *line)
    done = process.end(code=None)
    if done.code == 1 and sender == "xdp" and "not built in" in done.stderr:
        pytest.skip("built without libxdp")
    assert (done.code, done.stderr) == (0, "")
    loops = 2 if "-l" in line else 1
    count = loops * len(frames)
    assert listener.frames(count) == loops * frames
    assert veth.received("far0") - before == count
    (counts,) = counts_of(done)
    assert (counts["successful"], counts["failed"], counts["missing"]) == (count, 0, 0)
    assert counts["bytes"] == loops * sum(map(len, frames))


def test_both_directions(veth, replay):
    frames = [talk(i) for i in range(500)]
    ways = [i % 3 == 0 for i in range(500)]  # the sender of frame 0 is on the first side
    listeners = [veth.listen("far0"), veth.listen("far1")]
    done = replay(frames, "-I", "near1", "-p", "20000", "--json").end()
    first = [item for item, way in zip(frames, ways) if way]
    second = [item for item, way in zip(frames, ways) if not way]
    assert [each["successful"] for each in counts_of(done)] == [len(first), len(second)]
    assert listeners[0].frames(len(first)) == first
    assert listeners[1].frames(len(second)) == second


@pytest.mark.parametrize("line", [("-t",), ("-t", "-K"), ("-p", "200000")], ids=str)
def test_both_directions_keep_their_order(veth, replay, line):
    """A request is sent before its response, at any speed."""
    frames = [talk(i) for i in range(500)]
    listener = veth.listen("")
    replay(frames, "-I", "near1", *line).end()
    assert listener.frames(len(frames)) == frames


def test_the_pace_at_the_receiver(veth, replay):
    """Gaps at the receiver are the recorded gaps. Errors do not accumulate."""
    listener = veth.listen("far0")
    replay([frame(i) for i in range(1000)], gap=MS).end()
    assert len(listener.frames(1000)) == 1000
    errors = sorted(abs(at - listener.times[0] - i * MS) for i, at in enumerate(listener.times))
    assert errors[500] < 0.5 * MS  # a busy machine is sometimes late
    assert abs(listener.times[-1] - listener.times[0] - 999 * MS) < 20 * MS


# ---- MTU ----

@pytest.mark.parametrize("line, items, excess", [
    ((), [frame(0, 1514), frame(1, 1515)], 1),
    (("--encap", "--vsid", "5001", "--local", "10.0.0.1", "--remote", "10.0.0.2"),
     [frame(0, 1472), frame(1, 1514)], 42)], ids=["plain", "encap"])
def test_frames_above_the_mtu(veth, replay, line, items, excess):
    listener = veth.listen("far0")
    done = replay(items, *line).end(code=1)
    assert done.stdout == b"" and done.stderr == (
        f"near0: 1 of 2 frames exceed the MTU of 1500, by {excess} bytes at most\n")
    assert listener.frames(0, patience=0.2) == []


@pytest.mark.parametrize("action, count", [("drop", 1), ("trunc", 2)])
def test_mtu_actions(veth, replay, action, count):
    listener = veth.listen("far0")
    done = replay([frame(0, 1514), frame(1, 1600)], "--mtu-action", action, "--json").end()
    assert listener.frames(count) == [frame(0, 1514), frame(1, 1514)][:count]
    assert counts_of(done)[0]["above_mtu"] == 1


def test_what_the_kernel_refuses_is_counted(veth, replay):
    listener = veth.listen("far0")
    done = replay([frame(0), frame(1, 1600), frame(2)], "--mtu-action", "keep", "--json",
                  "--sender", "packet").end(code=3)
    (counts,) = counts_of(done)
    assert (counts["successful"], counts["failed"]) == (2, 1)
    assert listener.frames(2) == [frame(0), frame(2)]


def test_the_longest_frames(veth, replay):
    """lo accepts longer frames than a ring can send."""
    veth.sh("ip link set lo up")
    done = replay([frame(0, 65550), frame(1, 65536)], "--json", interface="lo").end()
    (counts,) = counts_of(done)
    assert (counts["successful"], counts["failed"], counts["missing"]) == (2, 0, 0)


# ---- Unsuitable interfaces ----

def test_no_such_interface(replay):
    done = replay([frame(0)], interface="near9").end(code=1)
    assert done.stdout == b"" and done.stderr.startswith("near9: ")
    assert done.stderr.count("\n") == 1 and "no such" in done.stderr.lower()


@pytest.mark.parametrize("line", ["ip link set near0 down", "ip link set far0 down"])
def test_interface_down(veth, replay, line):
    veth.sh(line)
    done = replay([frame(0)]).end(code=1)
    assert done.stdout == b"" and done.stderr.count("\n") == 1
    assert done.stderr.startswith("near0: ") and "down" in done.stderr


@pytest.mark.parametrize("line", [
    ("--decap",), ("--encap", "--vsid", "5001", "--local", "10.0.0.1", "--remote", "10.0.0.2")],
    ids=lambda line: line[0])
def test_an_interface_without_ethernet_headers(veth, replay, line):
    """encap and decap make frames with Ethernet headers."""
    veth.sh("ip tuntap add dev tun0 mode tun; ip link set tun0 up")
    done = replay([talk(0)], *line, interface="tun0").end(code=1)
    assert done.stdout == b"" and done.stderr.count("\n") == 1
    assert done.stderr.startswith("tun0: sends packets without an Ethernet header")


def test_no_rights(veth, start, tmp_path):
    path = tmp_path / "in.pcap"
    path.write_bytes(pcapfile.pcap([frame(0)]))
    nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]
    with open(path, "rb") as capture:
        done = start("replay", "-i", "near0", "-", stdin=capture,
                     prefix=[*veth.prefix, *nobody]).end(code=1)
    assert done.stdout == b"" and done.stderr.count("\n") == 1
    assert done.stderr.startswith("near0: ")
    assert "permi" in done.stderr.lower() or "rights" in done.stderr


@pytest.mark.parametrize("sender", ["auto", "packet", "ring", "xdp"])
@pytest.mark.parametrize("line", ["ip link set near0 down", "ip link del near0"])
@pytest.mark.parametrize("pace", [("-p", "2000"), ("-t", "-K")], ids=str)
def test_interface_lost_in_mid_run(veth, replay, line, sender, pace):
    listener = veth.listen("far0")
    process = replay([frame(i) for i in range(100)], "-l", "0", "--json", "--sender", sender, *pace)
    assert len(listener.frames(100, more=False)) == 100
    listener.close()
    veth.sh(line)
    done = process.end(code=1)
    assert done.stderr.startswith("near0: cannot send: ") and done.stderr.count("\n") == 1
    (counts,) = counts_of(done)
    assert counts["successful"] >= 100 and counts["failed"] >= 1


# ---- Backpressure ----

@pytest.mark.parametrize("sender", ["auto", "packet", "ring"])
def test_a_slow_interface_is_waited_for(veth, replay, sender):
    """8 Mbit/s after a queue of 20 frames: no frame is lost.

    Several CPUs empty such a queue, each with its own backlog. So the order can change.
    """
    veth.sh("tc qdisc replace dev near0 root handle 1: htb default 1")
    veth.sh("tc class add dev near0 parent 1: classid 1:1 htb rate 8mbit")
    veth.sh("tc qdisc add dev near0 parent 1:1 pfifo limit 20")
    frames = [frame(i, 1000) for i in range(800)]
    listener = veth.listen("far0")
    begun = time.monotonic()
    done = replay(frames, "-t", "--json", "--sender", sender).end()
    assert sorted(listener.frames(800)) == frames
    (counts,) = counts_of(done)
    assert (counts["successful"], counts["failed"], counts["missing"]) == (800, 0, 0)
    assert time.monotonic() - begun > 0.4


@pytest.mark.parametrize("sender", ["packet", "ring"])
def test_duration_ends_a_wait_for_a_slow_interface(veth, replay, sender):
    """A batch needs 15 s or more. Frames that were not tried do not count as failed."""
    veth.sh("tc qdisc replace dev near0 root handle 1: htb default 1")
    veth.sh("tc class add dev near0 parent 1: classid 1:1 htb rate 8kbit")
    veth.sh("tc qdisc add dev near0 parent 1:1 pfifo limit 20")
    begun = time.monotonic()
    done = replay([frame(i) for i in range(2000)], "-t", "--duration", "1", "--json", "--sender",
                  sender).end()
    assert 0.9 < time.monotonic() - begun < 6
    found = json.loads(done.stdout)
    (counts,) = found["interfaces"]
    assert 0 < counts["successful"] == found["packets"] < 2000
    assert (counts["failed"], counts["missing"]) == (0, 0)


@pytest.mark.parametrize("sender", ["packet", "ring"])
def test_frames_that_the_queue_loses_are_missing(veth, replay, sender):
    """The kernel accepts all frames, and drops the oldest ones when its queue is full."""
    veth.sh("tc qdisc replace dev near0 root handle 1: htb default 1")
    veth.sh("tc class add dev near0 parent 1: classid 1:1 htb rate 8mbit")
    veth.sh("tc qdisc add dev near0 parent 1:1 pfifo_head_drop limit 5")
    listener = veth.listen("far0")
    done = replay([frame(i, 1000) for i in range(400)], "-t", "--json", "--sender", sender).end(code=3)
    arrived = len(listener.frames(0, patience=0.2))
    (counts,) = counts_of(done)
    assert 5 <= arrived < 400
    assert (counts["successful"], counts["failed"]) == (400, 0)
    assert counts["missing"] == 400 - arrived


# ---- Signals ----

def test_usr1_prints_counters_and_goes_on(veth, replay):
    listener = veth.listen("far0")
    process = replay([frame(i) for i in range(400)], gap=5 * MS)
    assert listener.frames(1, more=False)
    process.send_signal(signal.SIGUSR1)
    text = process.read(process.stderr, lambda text: b"Retried" in text)
    assert text.startswith(b"Actual: ")
    assert b"Actual: 400 packets" in process.end().stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("line", [("-x", "1"), ("-t", "-l", "0"), ("-p", "1"),
                                  ("-l", "0", "--loopdelay-ms", "60000", "-t")], ids=str)
def test_stops_end_cleanly(veth, replay, number, line):
    listener = veth.listen("far0")
    process = replay([frame(i) for i in range(50)], *line, "--json", gap=100 * MS)
    assert listener.frames(1, more=False)
    listener.close()
    process.send_signal(number)
    begun = time.monotonic()
    done = process.end(code=-number)
    assert time.monotonic() - begun < 2 and done.stderr == ""
    (counts,) = counts_of(done)
    assert counts["successful"] >= 1 and counts["failed"] == 0


def state(process):
    """The process's state, as one letter."""
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0]


@pytest.mark.parametrize("line, gaps, longest", [
    ((), 29, 1450), (("-p", "20"), 29, 1450), (("-l", "2", "--loopdelay-ms", "1450"), 59, 2850)],
    ids=str)
def test_a_pause_shifts_the_schedule(veth, replay, line, gaps, longest):
    """30 frames in 1.45 s. In the third row, the pause is between the loops."""
    listener = veth.listen("far0")
    process = replay([frame(i) for i in range(30)], *line, gap=50 * MS)
    before = 30 if gaps > 29 else 10
    assert len(listener.frames(before, more=False)) == before
    time.sleep(0.025)
    process.send_signal(signal.SIGTSTP)
    wait_until(lambda: state(process) == "T")
    time.sleep(1.5)
    process.send_signal(signal.SIGCONT)
    listener.frames(gaps + 1 - len(listener.times))
    process.end()
    assert len(listener.times) == gaps + 1
    apart = sorted(b - a for a, b in zip(listener.times, listener.times[1:]))
    # No burst to catch up. On a busy machine some frames are late.
    assert 30 * MS < apart[gaps // 4] and apart[gaps * 3 // 4] < 80 * MS
    assert longest * MS < apart[-1] < (longest + 1750) * MS


def test_nothing_is_left_behind(veth, replay):
    """No address, queueing discipline or process is left, and the interface is as before."""
    def settings():
        return veth.sh("ip -j link show near0; tc qdisc show dev near0; ip -j addr show near0")
    before = settings()
    for sender in SENDERS:
        replay([frame(0)], "-q", "--sender", sender).end(code=None)
    assert settings() == before


def test_memory_is_constant(veth, replay, command):
    process = replay([frame(i, 1514) for i in range(20_000)], "-t", "-l", "0")
    time.sleep(1)
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        fields = dict(row.split(":", 1) for row in file)
    process.terminate()
    process.end(code=-signal.SIGTERM)
    assert int(fields["RssAnon"].split()[0]) < 6000 or b"__asan_" in command.read_bytes()


def test_waiting_for_a_pipe_can_be_stopped(veth, start):
    process = start("replay", "-i", "near0", "--json", "-", prefix=veth.prefix)
    process.feed(pcapfile.pcap([frame(0)]))
    wait_until(lambda: waits(process) and veth.received("far0") == 1)
    process.send_signal(signal.SIGINT)
    (counts,) = counts_of(process.end(code=-signal.SIGINT))
    assert counts["successful"] == 1
