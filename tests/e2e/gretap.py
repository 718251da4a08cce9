# SPDX-License-Identifier: GPL-2.0-or-later
"""A Linux kernel in a virtual machine as an NVGRE endpoint: gretap devices and tc. Needs no root.

The machine has Debian's kernel, busybox, and this system's `ip` and `tc`. Its shell is at a virtio
port. Its network cards are connected to our sockets. Everything is in a temporary folder and ends
with the `with` block, or with this process.

    underlay ── outer frames, PAs 10.55.0.2 and fd55::2
    blue, red ── inner frames; tests connect them to tunnels
"""

import contextlib
import os
import re
import socket
import stat
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from endpoint import LOCAL, LOCAL_MAC, REMOTE, REMOTE_MAC

TIMEOUT = 30  # seconds for any step, without hardware virtualisation
FORWARDED = 5  # seconds to wait for expected frames
SETTLED = 0.2  # seconds to wait for unexpected frames

CARDS = {"underlay": LOCAL_MAC, "blue": "02:00:00:00:00:10", "red": "02:00:00:00:00:11"}

KERNEL = "linux-image-cloud-amd64"  # depends on the package of the newest kernel
MODULES = ("virtio_pci", "virtio_net", "virtio_console", "ip_gre", "ip6_gre", "sch_ingress",
           "cls_flower", "cls_matchall", "act_mirred")
PROGRAMS = ("ip", "tc")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev
for module in $(cat /modules/order); do insmod /modules/$module; done
exec 0<> /dev/vport0p1 1>&0 2>&1
# From a pipe the shell takes lines without a prompt; functions go before its own ip and tc.
{
    echo 'ip() { /programs/ip "$@"; }; tc() { /programs/tc "$@"; }; echo =0='
    cat
} | sh
"""


def ready():
    """Commands for the guest's shell: names of cards, addresses, no spontaneous packets."""
    for number, card in enumerate(CARDS):
        yield f"ip link set eth{number} name {card}"
        yield f"echo {int(card != 'underlay')} > /proc/sys/net/ipv6/conf/{card}/disable_ipv6"
        yield f"ip link set {card} mtu 9000 promisc on up"
    yield "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6"
    for version, prefix_len in ((4, 24), (6, 64)):
        nodad = " nodad" if version == 6 else ""
        yield f"ip addr add {LOCAL[version]}/{prefix_len} dev underlay{nodad}"
        yield f"ip neigh add {REMOTE[version]} lladdr {REMOTE_MAC} dev underlay"


# ---- The boot files ----

def output(*line, **options):
    """The output of a command."""
    return subprocess.run(line, check=True, capture_output=True, text=True, timeout=300,
                          env={**os.environ, "LC_ALL": "C", "PATH": PATH}, **options).stdout


def unpacked(folder):
    """A folder with kernel and busybox. If they are missing, apt-get downloads them."""
    folder.mkdir(parents=True, exist_ok=True)
    if not list(folder.glob("root/boot/vmlinuz-*")):
        with tempfile.TemporaryDirectory(dir=folder) as partial:
            depends = output("apt-cache", "depends", "--important", KERNEL)
            kernel = re.search(r"Depends: (linux-image-\S+)", depends).group(1)
            output("apt-get", "download", kernel, "busybox-static", cwd=partial)
            for package in Path(partial).glob("*.deb"):
                output("dpkg-deb", "-x", package, f"{partial}/root")
            os.rename(f"{partial}/root", folder / "root")
    return folder / "root"


def with_needed(modules, names):
    """The files of kernel modules, each after the modules that it needs."""
    found = []

    def add(name):
        for path in modules.rglob(f"{name}.ko"):
            if path not in found:
                for needed in re.search(rb"\0depends=([^\0]*)", path.read_bytes())[1].split(b","):
                    if needed:
                        add(needed.decode())
                found.append(path)
                return

    for name in names:
        add(name)
    return found


def libraries(program):
    """The shared libraries of a program, with full paths."""
    return re.findall(r"(/lib\S+)", output("ldd", program))


def cpio(entries):
    """An archive of (name, mode, content), in the kernel's format for the initial file system."""
    archive = bytearray()
    for inode, (name, mode, content) in enumerate([*entries, ("TRAILER!!!", 0, b"")], start=1):
        fields = (inode, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
        archive += b"070701" + b"".join(b"%08X" % field for field in fields)
        archive += name.encode() + b"\0"
        archive += bytes(-len(archive) % 4) + content
        archive += bytes(-len(content) % 4)
    return bytes(archive)


def first_file_system(root):
    """The guest's files."""
    files = {"init": INIT.encode(), "bin/busybox": (root / "bin/busybox").read_bytes()}
    modules = with_needed(root / "lib/modules", MODULES)
    files |= {f"modules/{path.name}": path.read_bytes() for path in modules}
    files["modules/order"] = "\n".join(path.name for path in modules).encode()
    for name in PROGRAMS:
        program = output("which", name).strip()
        files[f"programs/{name}"] = Path(program).read_bytes()
        files |= {path[1:]: Path(path).read_bytes() for path in libraries(program)}
    folders = {str(parent) for name in files for parent in Path(name).parents} - {"."}
    folders |= {"proc", "sys", "dev"}
    return cpio([(name, stat.S_IFDIR | 0o755, b"") for name in sorted(folders)]
                + [(name, stat.S_IFREG | 0o755, content) for name, content in files.items()])


# ---- The machine ----

def of_tunnels(frame):
    """Whether a frame contains GRE, also after IPv6 options. Excludes packets that IPv6 sends
    itself."""
    return (frame[12:14] == b"\x08\0" and frame[23] == 47
            or frame[12:14] == b"\x86\xdd" and (frame[20] == 47 or frame[20] == 60
                                                and frame[54] == 47))


class Card:
    """A network card of the machine: sends frames to it and records frames from it."""

    def __init__(self, folder, name):
        self.name = name
        self.sent = []
        self.ours, self.theirs = (str(folder / f"{name}.{end}") for end in ("host", "guest"))
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.ours)
        self.socket.settimeout(TIMEOUT)
        threading.Thread(target=self.record, daemon=True).start()

    def arguments(self):
        """The card as qemu arguments."""
        return ["-netdev", f"dgram,id={self.name},local.type=unix,local.path={self.theirs},"
                f"remote.type=unix,remote.path={self.ours}",
                "-device", f"virtio-net-pci,netdev={self.name},mac={CARDS[self.name]},romfile="]

    def record(self):
        """Records frames from the machine until the socket is shut down."""
        while frame := self.receive_one():
            if self.name != "underlay" or of_tunnels(frame):
                self.sent.append(frame)

    def receive_one(self):
        """The next frame, or an empty result if there will be no more."""
        with contextlib.suppress(OSError):
            while True:
                with contextlib.suppress(TimeoutError):
                    return self.socket.recv(65536)
        return b""

    def close(self):
        """Ends the recording."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Linux:
    """A running machine. `stack` ends everything that it starts."""

    def __init__(self, packages, folder, stack):
        root = unpacked(packages)
        [kernel] = root.glob("boot/vmlinuz-*")
        (folder / "root.cpio").write_bytes(first_file_system(root))
        self.console = folder / "console"
        self.before = {}  # card: number of frames it had sent before the last ones were received
        self.cards = {name: Card(folder, name) for name in CARDS}
        for card in self.cards.values():
            stack.callback(card.close)
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64", "-accel",
             "tcg", "-m", "256", "-display", "none", "-nodefaults", "-no-reboot",
             "-kernel", kernel, "-initrd", folder / "root.cpio",
             "-append", "console=ttyS0 quiet panic=-1 net.ifnames=0",
             "-serial", f"file:{self.console}", "-chardev", "stdio,id=shell",
             "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=shell",
             *(word for card in self.cards.values() for word in card.arguments())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PATH": PATH})
        stack.callback(self.stop)
        self.answer()
        self.run(*ready())

    def stop(self):
        """Switches the machine off."""
        self.process.kill()
        self.process.communicate()

    def run(self, *lines):
        """Runs lines in the machine's shell. All must succeed. Returns their output."""
        script = "\n".join(f"{line} || exit" for line in lines)
        self.process.stdin.write(f"(\n{script}\n) 2>&1; echo =$?=\n".encode())
        self.process.stdin.flush()
        return self.answer(script)

    def answer(self, script=""):
        """Waits until the lines have ended with success. Returns their output."""
        alarm = threading.Timer(TIMEOUT, self.process.kill)
        alarm.start()
        printed = b""
        while not (end := re.search(rb"=(\d+)=\n$", printed)):
            more = os.read(self.process.stdout.fileno(), 65536)
            assert more, f"the machine ended: {printed}\n{self.console.read_text()}"
            printed += more
        alarm.cancel()
        printed = printed[:end.start()].decode()
        assert end[1] == b"0", f"{script}\n{printed}\n{self.console.read_text()}"
        return printed

    def receive(self, card, frames):
        """Lets a card receive frames."""
        self.before = {name: len(other.sent) for name, other in self.cards.items()}
        for frame in frames:
            self.cards[card].socket.sendto(frame, self.cards[card].theirs)

    def sent(self, card, count):
        """Waits for `count` frames from a card, since a card last received some. Returns them."""
        sent, begin = self.cards[card].sent, self.before[card]
        end = time.monotonic() + FORWARDED
        while len(sent) < begin + count and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(SETTLED)
        assert len(sent) == begin + count, (
            f"{len(sent) - begin} of {count}\n" + self.run("ip -s link"))
        return sent[begin:]


@contextlib.contextmanager
def linux(packages):
    """A running machine. Its kernel is stored in the folder `packages`."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="gretap-"))
        yield Linux(Path(packages), Path(folder), stack)
