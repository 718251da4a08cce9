# SPDX-License-Identifier: GPL-2.0-or-later
"""The process: signals, pipes, standard files, memory."""

import os
import signal
import stat
import threading
import time
from pathlib import Path

import pytest

import pcapfile
import wire
from processes import TIME_TO_STOP, peak_memory, wait_until, waits

ECHO = bytes.fromhex("060600000007060600000005080045000024000100004001b5220a0000050a0000070800"
                     "bcf1000100010001020304050607")
FORMATS = {"pcap": pcapfile.pcap, "pcapng": pcapfile.pcapng}
ENCAP = ("encap", "--vsid", "5001", "--local", "192.168.4.11", "--remote", "192.168.4.22")


def tunnel(inner):
    """An outer frame with an inner frame."""
    packet = wire.ipv4("192.168.4.11", "192.168.4.22", wire.gre(inner, 0x138950))
    return wire.ethernet("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16", packet)


TUNNEL = tunnel(ECHO)
RECORD = pcapfile.pcap_record(pcapfile.packet(TUNNEL))


# ---- Signals ----

STOPS = (signal.SIGINT, signal.SIGTERM)


def frames_in(process, make, count):
    """Feeds packets and half a packet, and waits for the output. Returns the output."""
    data = make([TUNNEL] * (count + 1))
    process.feed(data[:-len(TUNNEL) // 2])
    expected = make([ECHO] * count)
    assert process.read(process.stdout, lambda out: len(out) >= len(expected)) == expected


def test_usr1_prints_counters_and_goes_on(start):
    process = start("decap", "-", "-")
    frames_in(process, pcapfile.pcap, 3)
    for _ in range(2):
        process.send_signal(signal.SIGUSR1)
        text = process.read(process.stderr, lambda text: b"decapsulated" in text).decode()
        assert text.splitlines() == [
            f"read: 3 packets, {3 * len(TUNNEL)} bytes",
            f"written: 3 packets, {3 * len(ECHO)} bytes", "decapsulated: 3"]
    done = process.end(pcapfile.pcap([TUNNEL] * 4)[-len(TUNNEL) // 2:])
    assert done.stdout.endswith(ECHO) and "decapsulated: 4" in done.stderr


def test_counters_are_printed_once_a_usr1(start):
    process = start("decap", "-", "-")
    frames_in(process, pcapfile.pcap, 1)
    process.send_signal(signal.SIGUSR1)
    process.read(process.stderr, lambda text: b"decapsulated" in text)
    process.send_signal(signal.SIGTERM)
    assert process.end(code=-signal.SIGTERM).stderr.count("read: ") == 1  # the summary


@pytest.mark.parametrize("number", STOPS, ids=lambda number: number.name)
@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
def test_stop_in_a_pipe(start, number, make):
    process = start("decap", "-", "-")
    frames_in(process, make, 2)
    process.send_signal(number)
    assert process.wait(TIME_TO_STOP) == -number
    done = process.end(code=-number)
    assert done.stdout == b""  # half a packet is not written
    assert done.stderr.splitlines()[-2:] == [
        "decapsulated: 2", "interrupted: only the packets so far were read"]


@pytest.mark.parametrize("number", STOPS, ids=lambda number: number.name)
@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
def test_stop_publishes_the_output(start, tmp_path, number, make):
    """The file appears after the signal, complete. Before, it does not exist."""
    out = tmp_path / "out"
    process = start("decap", "--json", "-", out)
    process.feed(make([TUNNEL] * 3)[:-1])
    wait_until(lambda: [path.stat().st_size for path in tmp_path.iterdir()] == [
        len(make([ECHO] * 2))])
    assert not out.exists()
    process.send_signal(number)
    assert process.wait(TIME_TO_STOP) == -number
    assert out.read_bytes() == make([ECHO] * 2) and list(tmp_path.iterdir()) == [out]
    assert b'"interrupted":true' in process.end(code=-number).stdout


@pytest.mark.parametrize("number", STOPS, ids=lambda number: number.name)
def test_stop_before_any_input(start, tmp_path, number):
    for path in ("-", tmp_path / "fifo"):
        if path != "-":
            os.mkfifo(path)
        process = start("decap", path, tmp_path / "out")
        wait_until(lambda: waits(process))
        process.send_signal(number)
        assert process.wait(TIME_TO_STOP) == -number
        assert process.end(code=-number).stderr == ""
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("number", STOPS, ids=lambda number: number.name)
def test_stop_in_a_file(start, tmp_path, number):
    """The current chunk is written when the reader continues. Then the command ends."""
    count = 200_000
    (tmp_path / "in").write_bytes(pcapfile.pcap_header() + RECORD * count)
    process = start("decap", tmp_path / "in", "-")
    wait_until(lambda: waits(process))  # for room in the pipe
    process.send_signal(number)
    done = process.end(code=-number)
    frames = pcapfile.frames(done.stdout)
    assert 0 < len(frames) < count and set(frames) == {ECHO}
    assert f"decapsulated: {len(frames)}\n" in done.stderr


def test_second_stop_ends_at_once(start, tmp_path):
    (tmp_path / "in").write_bytes(pcapfile.pcap_header() + RECORD * 200_000)
    process = start("decap", tmp_path / "in", "-")
    wait_until(lambda: waits(process))
    process.send_signal(signal.SIGTERM)
    time.sleep(0.05)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(TIME_TO_STOP) == -signal.SIGTERM


def test_usr1_while_a_named_pipe_is_opened(start, tmp_path):
    for name, line in (("in", ("in", "-")), ("out", ("in", "out"))):
        os.mkfifo(tmp_path / name)
        process = start("decap", *line, cwd=tmp_path)
        wait_until(lambda: waits(process))
        process.send_signal(signal.SIGUSR1)
        time.sleep(0.05)
        assert process.poll() is None, process.end(code=None).stderr
        process.kill()
        (tmp_path / name).unlink()
        (tmp_path / "in").write_bytes(pcapfile.pcap([TUNNEL]))


def test_ignored_signals_stay_ignored(start):
    """As in a background job of a shell, or under nohup."""
    process = start("decap", "-", "-", prefix=("sh", "-c", 'trap "" INT TERM USR1; exec "$0" "$@"'))
    frames_in(process, pcapfile.pcap, 1)
    for number in (signal.SIGUSR1, *STOPS):
        process.send_signal(number)
    done = process.end(pcapfile.pcap([TUNNEL])[-len(TUNNEL) // 2:])
    assert done.stdout.endswith(ECHO) and done.stderr.count("read: ") == 1


# ---- Pipes ----

@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
def test_output_arrives_before_the_input_ends(start, make):
    """A packet in a slow pipe is written before the next one arrives."""
    process, out = start("decap", "-", "-"), b""
    for count in range(1, 4):
        data, expected = make([TUNNEL] * count), make([ECHO] * count)
        process.feed(data[len(make([TUNNEL] * (count - 1))) if count > 1 else 0:])
        out += process.read(process.stdout, lambda more: len(out + more) >= len(expected))
        assert out == expected
    assert process.end().stdout == b""


@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
def test_input_byte_by_byte(start, make):
    process = start("decap", "-", "-")
    for byte in make([TUNNEL, ECHO]):
        process.feed(bytes([byte]))
    assert pcapfile.frames(process.end().stdout) == [ECHO, ECHO]


def test_named_pipes(start, tmp_path):
    for name in ("in", "out"):
        os.mkfifo(tmp_path / name)
    process = start("decap", tmp_path / "in", tmp_path / "out")
    data = pcapfile.pcap([TUNNEL] * 3)
    writer = threading.Thread(target=(tmp_path / "in").write_bytes, args=[data])
    writer.start()
    assert (tmp_path / "out").read_bytes() == pcapfile.pcap([ECHO] * 3)
    writer.join()
    process.end()
    assert stat.S_ISFIFO((tmp_path / "out").stat().st_mode)


def test_formats_through_pipes(run):
    """Standard output has no name. So the format is that of the input, or the requested one."""
    for make in FORMATS.values():
        assert run("decap", "-", "-", stdin=make([TUNNEL] * 3)).stdout == make([ECHO] * 3)
        out = run("decap", "-F", "pcapng", "-", "-", stdin=make([TUNNEL] * 3)).stdout
        assert pcapfile.is_pcapng(out) and pcapfile.frames(out) == [ECHO] * 3


# ---- Standard files ----

@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
@pytest.mark.parametrize("source", ["in", "-"])
def test_closed_standard_files(run, tmp_path, closed, source):
    """A file can get the number of a closed standard file. Messages must not be written to it."""
    cut = pcapfile.packet(TUNNEL[:30], 100)
    data = pcapfile.pcap([TUNNEL, cut])
    (tmp_path / "in").write_bytes(data)
    run("decap", "--json", source, "out", stdin=data, cwd=tmp_path, code=None,
        prefix=("sh", "-c", f'exec "$0" "$@" {closed}'))
    if (tmp_path / "out").exists():
        assert (tmp_path / "out").read_bytes() == pcapfile.pcap([ECHO, cut])
    else:
        assert source == "-" and "0<&-" in closed


def test_output_to_a_closed_file_fails(run, tmp_path):
    (tmp_path / "in").write_bytes(pcapfile.pcap([TUNNEL]))
    for line in (("in", "-"), ("--json", "in", "out")):
        done = run("decap", *line, cwd=tmp_path, code=1,
                   prefix=("sh", "-c", 'exec "$0" "$@" 1>&-'))
        assert done.stderr == "standard output: cannot write: Bad file descriptor\n"


def test_standard_files_that_do_not_block(start):
    """Some programs leave their standard files like this for their child processes."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    data, count = pcapfile.pcap_header() + RECORD * 100_000, 100_000
    process = start("decap", "-", "-", stdout=writer)
    os.close(writer)
    feeder = threading.Thread(target=process.communicate, args=[data])
    feeder.start()
    time.sleep(0.1)  # the pipe is full now
    with open(reader, "rb") as out:
        assert pcapfile.frames(out.read()) == [ECHO] * count
    feeder.join()
    assert process.returncode == 0


# ---- Memory and time ----

LARGE = 100 << 20  # bytes
PEAK = 8 << 20
SECONDS = 3
LONG = ECHO * 20


def take(process, size):
    """Reads at least `size` bytes of the output. Returns the number of bytes read."""
    return len(process.read(process.stdout, lambda out: len(out) >= size))


def cpu_time():
    """CPU seconds of all ended child processes. Does not depend on the load of the machine."""
    times = os.times()
    return times.children_user + times.children_system


# getrusage() would include memory inherited from the parent. So the memory is read while the
# process runs: it waits while nobody reads its output.
@pytest.mark.parametrize("line, frame, result", [
    (ENCAP, LONG, bytes(42 + len(LONG))), (("decap",), tunnel(LONG), LONG)], ids=["encap", "decap"])
@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
def test_memory_and_time(start, tmp_path, command, line, frame, result, make):
    begin, many = make([]), make([frame] * 1000)
    count = LARGE // len(many)
    with open(tmp_path / "in", "wb") as source:
        source.write(many + many[len(begin):] * (count - 1))
    sanitized = b"__asan_" in command.read_bytes()
    begun = cpu_time()
    process = start(*line, tmp_path / "in", "-")
    early, early_peak = take(process, LARGE // 10), peak_memory(process)
    late, late_peak = take(process, LARGE * 8 // 10), peak_memory(process)
    rest = len(process.end().stdout)
    assert sanitized or cpu_time() - begun < SECONDS
    assert early + late + rest == len(begin) + count * (len(make([result] * 1000)) - len(begin))
    assert late_peak - early_peak < 1 << 20
    assert sanitized or late_peak < PEAK
