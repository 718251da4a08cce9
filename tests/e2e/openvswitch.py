# SPDX-License-Identifier: GPL-2.0-or-later
"""An Open vSwitch instance as an NVGRE endpoint: userspace, unprivileged, no interfaces.

Its ports are dummies: a command puts frames into them, and pcap files record the frames that they
send. Everything is in a temporary folder and ends with the `with` block. If the tests are killed,
the daemons end too.

    underlay ── u0                 outer frames
      │ PAs 10.55.0.2, fd55::2
    tunnels ─┬─ g4, g6             GRE ports, flows set and read the keys
             ├─ i4, i6             inner frames of either IP version
             ├─ keys               copies whose source MAC address ends in the key
             └─ blue4, blue6, …    for the flows of single tests
"""

import contextlib
import re
import subprocess
import tempfile
import time
from pathlib import Path

import pcapfile
from endpoint import LOCAL, LOCAL_MAC, REMOTE, REMOTE_MAC

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
BATCH = 25  # maximum number of frames in a dummy port's queue
MTU = 9000  # of the dummy ports
TIMEOUT = 10  # seconds for any step

PORTS = {"u0": ("underlay", 1), "i4": ("tunnels", 14), "i6": ("tunnels", 16),
         "keys": ("tunnels", 9),
         "blue4": ("tunnels", 24), "blue6": ("tunnels", 26),
         "red4": ("tunnels", 34), "red6": ("tunnels", 36)}
TUNNEL_PORTS = {4: ("g4", 4), 6: ("g6", 6)}


def flows():
    """Flows from each tunnel to its inner port, and to `keys` with the key visible; and back.

    The key of a frame from an inner port is in the last 4 bytes of its source MAC address.
    """
    show_key = "move:NXM_NX_TUN_ID[0..31]->NXM_OF_ETH_SRC[0..31]"
    set_key = "move:NXM_OF_ETH_SRC[0..31]->NXM_NX_TUN_ID[0..31]"
    for version, (_, tunnel) in TUNNEL_PORTS.items():
        inner = PORTS[f"i{version}"][1]
        yield f"in_port={tunnel},actions=output:{inner},{show_key},output:{PORTS['keys'][1]}"
        yield f"in_port={inner},actions={set_key},output:{tunnel}"


def tunnel_options(version, **options):
    """The options of a GRE port, as an argument of ovs-vsctl."""
    options = {"remote_ip": REMOTE[version], "key": "flow", **options}
    return "options={" + ",".join(f'{name}="{value}"' for name, value in options.items()) + "}"


def stop(process):
    """Ends a daemon in any state."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def open_vswitch():
    """A running Open vSwitch."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ovs-"))
        ovs = OpenVSwitch(Path(folder), stack)
        ovs.start()
        yield ovs


class OpenVSwitch:
    """An Open vSwitch in a folder. `stack` ends everything that it starts."""

    prefix = ()  # put before the command lines of the daemons
    options = ("--enable-dummy", "--disable-system", "--disable-system-route")

    def __init__(self, folder, stack):
        self.folder = folder
        self.stack = stack
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                            **{f"OVS_{name}DIR": str(folder)
                               for name in ("RUN", "DB", "LOG", "SYSCONF")}}
        self.control = None  # the daemon's control socket
        self.before = {}  # port: number of frames it had sent before the last ones were received

    # ---- Set-up ----

    def command(self, *line):
        """Runs one of Open vSwitch's commands. Returns its output."""
        done = subprocess.run(line, env=self.environment, cwd=self.folder, timeout=TIMEOUT,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}: {done.stderr}\n{self.log()}"
        return done.stdout

    def daemon(self, name, *line):
        """Starts a daemon that ends with this process. Waits for its control socket."""
        control = self.folder / f"{name}.ctl"
        process = subprocess.Popen(
            [*self.prefix, "setpriv", "--pdeathsig", "KILL", name, *line, f"--unixctl={control}",
             f"--log-file={self.folder}/{name}.log", "-vconsole:off"],
            env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL)
        self.stack.callback(stop, process)
        self.wait(lambda: control.exists() or process.poll() is not None)
        assert process.poll() is None, f"{name} ended\n{self.log()}"
        return control

    def wait(self, done):
        """Waits until `done()` is true, with a time limit."""
        end = time.monotonic() + TIMEOUT
        while not done():
            assert time.monotonic() < end, f"Open vSwitch does not go on\n{self.log()}"
            time.sleep(0.01)

    def log(self):
        """The last lines of the daemons' logs."""
        return "".join(line for path in self.folder.glob("*.log")
                       for line in path.read_text().splitlines(keepends=True)[-10:])

    def start(self):
        """Starts the database and the daemon. Sets up bridges, ports and flows."""
        database = f"unix:{self.folder}/db.sock"
        self.command("ovsdb-tool", "create", "conf.db", SCHEMA)
        self.daemon("ovsdb-server", "conf.db", f"--remote=p{database}")
        self.wait((self.folder / "db.sock").exists)
        self.command("ovs-vsctl", f"--db={database}", "--no-wait", "init")
        self.control = self.daemon("ovs-vswitchd", database, *self.options)
        self.configure(*self.configuration())
        self.configure_underlay()
        self.set_flows(flows())

    def configuration(self):
        """The contents of the database, as arguments of ovs-vsctl."""
        line = ["add-br", "underlay", "--", "set", "bridge", "underlay", "datapath_type=dummy",
                f"other-config:hwaddr={LOCAL_MAC}", "--",
                "add-br", "tunnels", "--", "set", "bridge", "tunnels", "datapath_type=dummy",
                "fail-mode=secure"]
        for name, (bridge, number) in PORTS.items():
            line += ["--", "add-port", bridge, name, "--", "set", "interface", name, "type=dummy",
                     f"mtu_request={MTU}", f"ofport_request={number}",
                     f"options:tx_pcap={self.folder}/{name}.pcap"]
        for version, (name, number) in TUNNEL_PORTS.items():
            line += ["--", "add-port", "tunnels", name, "--", "set", "interface", name,
                     "type=gre", f"ofport_request={number}", tunnel_options(version)]
        return line

    def configure(self, *line):
        """Changes the database and waits until the daemon uses the change."""
        self.command("ovs-vsctl", f"--db=unix:{self.folder}/db.sock", "--timeout=10", *line)

    def configure_underlay(self):
        """Sets PAs, routes and neighbours, because there is no kernel with them."""
        for version, prefix_len in ((4, 24), (6, 64)):
            address = f"{LOCAL[version]}/{prefix_len}"
            self.appctl(f"netdev-dummy/ip{version}addr", "underlay", address)
            self.appctl("ovs/route/add", address, "underlay")
            self.appctl("tnl/neigh/set", "underlay", REMOTE[version], REMOTE_MAC)

    def appctl(self, *line):
        """Sends a command to the daemon."""
        return self.command("ovs-appctl", "-t", str(self.control), *line)

    # ---- Use ----

    def set_flows(self, lines):
        """Replaces the flows between tunnels and ports."""
        (self.folder / "flows").write_text("\n".join(lines), encoding="ascii")
        self.command("ovs-ofctl", "-O", "OpenFlow13", "replace-flows",
                     f"unix:{self.folder}/tunnels.mgmt", "flows")

    def set_options(self, version, **options):
        """Replaces a tunnel's options, except its ends and keys, for example ttl="inherit"."""
        self.configure("set", "interface", TUNNEL_PORTS[version][0],
                       tunnel_options(version, **options))

    def recorded(self, port):
        """All frames that a port has sent."""
        return pcapfile.whole_frames((self.folder / f"{port}.pcap").read_bytes())

    def receive(self, port, frames):
        """Lets a port receive frames."""
        self.before = {name: len(self.recorded(name)) for name in PORTS}
        hexadecimal = [frame.hex() for frame in frames]
        for first in range(0, len(hexadecimal), BATCH):
            batch = hexadecimal[first:first + BATCH]
            end = self.taken(port) + len(batch)
            self.appctl("netdev-dummy/receive", port, *batch)
            self.wait(lambda: self.taken(port) >= end)  # pylint: disable=cell-var-from-loop

    def taken(self, port):
        """The number of frames that the switch has taken from a port's short queue."""
        bridge, number = PORTS[port]
        text = self.command("ovs-ofctl", "-O", "OpenFlow13", "dump-ports",
                            f"unix:{self.folder}/{bridge}.mgmt", str(number))
        return int(re.search(r"rx pkts=(\d+)", text)[1])

    def sent(self, port, count):
        """Waits for `count` frames from a port, since a port last received some. Returns them."""
        end = self.before[port] + count
        self.wait(lambda: len(self.recorded(port)) >= end)
        frames = self.recorded(port)
        assert len(frames) == end
        return frames[-count:]

    def silent(self, *others):
        """Whether only these ports have sent frames since a port last received frames."""
        return all(len(self.recorded(name)) == count for name, count in self.before.items()
                   if name not in others)
