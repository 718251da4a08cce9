# SPDX-License-Identifier: GPL-2.0-or-later
"""A network namespace with veth pairs, and the packets that arrive at their far ends.

Needs root. The namespace has no name. It ends with the process that holds it.
"""

import contextlib
import ctypes
import json
import socket
import struct
import subprocess
import time

SOL_PACKET, PACKET_AUXDATA, TAG_VALID = 263, 8, 0x10
ETH_P_ALL, SO_TIMESTAMPNS, SO_RCVBUFFORCE = 3, 35, 33
PACKET_OUTGOING = 4
TIMEOUT = 20


class Lab:
    """A namespace. `pairs` are near0-far0, near1-far1, ..."""

    def __init__(self, stack, pairs=1, mtu=1500):
        self.stack = stack
        self.holder = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sh", "-c", "echo; read line"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        stack.callback(self.end)
        self.holder.stdout.readline()
        self.prefix = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--"]
        self.sh("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1")
        for number in range(pairs):
            near, far = f"near{number}", f"far{number}"
            self.sh(f"ip link add {near} mtu {mtu} type veth peer name {far} mtu {mtu} && "
                    f"ip link set {far} up && ip link set {near} up")

    def end(self):
        """Ends the namespace."""
        self.holder.kill()
        self.holder.communicate()

    def sh(self, line):
        """Runs a shell command in the namespace. Returns its output."""
        done = subprocess.run([*self.prefix, "sh", "-c", line], timeout=TIMEOUT, check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}: {done.stderr}"
        return done.stdout

    def received(self, name):
        """The interface's counter of received packets."""
        (link,) = json.loads(self.sh(f"ip -j -s link show {name}"))
        return link["stats64"]["rx"]["packets"]

    def listen(self, name):
        """Records frames that arrive at an interface from now on, or at any without a name."""
        listener = Listener(self, name)
        self.stack.callback(listener.close)
        return listener


class Listener:
    """A packet socket in the namespace."""

    def __init__(self, lab, name):
        with open("/proc/self/ns/net", "rb") as own, \
                open(f"/proc/{lab.holder.pid}/ns/net", "rb") as there:
            enter(there)
            try:
                self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                            0 if name else socket.htons(ETH_P_ALL))
            finally:
                enter(own)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 256 << 20)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        if name:
            self.socket.bind((name, ETH_P_ALL))
        self.socket.setblocking(False)
        self.times = []  # receive times of the frames so far, in nanoseconds

    def close(self):
        """Stops listening."""
        self.socket.close()

    def frames(self, count, patience=5, more=True):
        """Waits for `count` frames and returns them. With `more`, returns all that arrive in this
        time. Returns fewer frames if they do not arrive."""
        found, end = [], time.monotonic() + patience
        while time.monotonic() < end and (more or len(found) < count):
            try:
                data, ancillary, _, address = self.socket.recvmsg(1 << 16, 256)
            except BlockingIOError:
                if len(found) >= count:
                    break
                time.sleep(0.001)
                continue
            if address[2] != PACKET_OUTGOING:
                end = time.monotonic() + patience
                found.append(self.note(data, ancillary))
        return found


    def note(self, data, ancillary):
        """Records a frame's time. Restores its VLAN tag, which the kernel delivers apart."""
        for level, kind, value in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
                seconds, nanoseconds = struct.unpack("qq", value)
                self.times.append(seconds * 10**9 + nanoseconds)
            elif (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
                status, *_, tci, tpid = struct.unpack("IIIHHHH", value)
                if status & TAG_VALID:
                    data = data[:12] + struct.pack("!HH", tpid, tci) + data[12:]
        return data


def enter(namespace):
    """Moves this thread into a network namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    clone_newnet = 0x40000000
    if libc.setns(namespace.fileno(), clone_newnet) != 0:
        raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def lab(**options):
    """A lab that ends with the block."""
    with contextlib.ExitStack() as stack:
        yield Lab(stack, **options)
