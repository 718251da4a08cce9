# SPDX-License-Identifier: GPL-2.0-or-later
"""A cluster on one machine: Slurm with munge, and sshd. It exists as long as the `with` block.

It has its own PID namespace, mounts, /run, host name and network. So it uses no port or file of the
machine. All its processes end with the process that holds it.
"""

import contextlib
import subprocess
from pathlib import Path

TIMEOUT = 100  # seconds for a command in it

START = """
set -eu
mount -t tmpfs -o mode=755 cluster /run
hostname cluster
echo '127.0.0.1 localhost cluster' >hosts
mount --bind hosts /etc/hosts
ip link set lo up
# Slurm looks for addresses of the families that an interface other than lo has.
ip link add lan0 type veth peer name lan1
ip address add 192.0.2.1/24 dev lan0
ip link set lan0 up
ip link set lan1 up

mkdir -p /run/munge /run/sshd state spool
dd if=/dev/urandom of=/run/munge.key bs=1024 count=1 status=none
chmod 400 /run/munge.key
chown munge /run/munge.key /run/munge
runuser -u munge -- munged --key-file=/run/munge.key --pid-file=/run/munge/pid \
    --log-file=/run/munge/log --seed-file=/run/munge/seed
slurmctld -L "$PWD/slurmctld.log"
slurmd -L "$PWD/slurmd.log"

ssh-keygen -q -t ed25519 -N '' -f host-key
ssh-keygen -q -t ed25519 -N '' -f key
/usr/sbin/sshd -f "$PWD/sshd.conf" -E "$PWD/sshd.log"

timeout 50 sh -c 'until sinfo -h -o %t 2>/dev/null | grep -q idle; do sleep 0.1; done'
echo ready
read -r line
"""

SLURM = """
ClusterName=cluster
SlurmctldHost=cluster(127.0.0.1)
AuthType=auth/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
NodeName=cluster NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
"""

SSHD = """
Port 2222
ListenAddress 127.0.0.1
HostKey {folder}/host-key
AuthorizedKeysFile {folder}/key.pub
StrictModes no
UsePAM no
PidFile none
SetEnv PATH={path}
"""

SSH = """
Host node1 node2
    HostName 127.0.0.1
    Port 2222
    User root
    IdentityFile {folder}/key
    UserKnownHostsFile {folder}/known-hosts
    StrictHostKeyChecking no
    LogLevel ERROR
"""


class Cluster:
    """The running cluster. `folder` contains its files. Its nodes look for commands in `path`."""

    def __init__(self, folder, path):
        for name, text in (("slurm.conf", SLURM), ("sshd.conf", SSHD), ("ssh.conf", SSH)):
            (folder / name).write_text(text.format(folder=folder, path=path), encoding="ascii")
        self.folder = folder
        self.environment = {"PATH": path, "LC_ALL": "C.UTF-8",
                            "SLURM_CONF": str(folder / "slurm.conf"),
                            "PARALLEL_SSH": f"ssh -F {folder}/ssh.conf"}
        self.holder = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--net", "--uts", "--pid",
             "--fork", "--kill-child", "--mount-proc", "bash", "-c", START],
            cwd=folder, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def wait(self):
        """Waits until its node accepts jobs."""
        assert self.holder.stdout.readline() == b"ready\n", self.log()

    def log(self):
        """The last lines of its logs."""
        return "".join(line for path in self.folder.glob("*.log")
                       for line in path.read_text().splitlines(keepends=True)[-10:])

    def sh(self, line, home):
        """Runs a shell command in the cluster, with this home folder."""
        [inside] = Path(f"/proc/{self.holder.pid}/task/{self.holder.pid}/children"
                        ).read_text().split()
        done = subprocess.run(
            ["nsenter", f"--target={inside}", "--mount", "--net", "--uts", "--pid",
             "bash", "-c", line],
            env={**self.environment, "HOME": str(home)}, cwd=home, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=TIMEOUT, check=False)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}\n{self.log()}"
        return done.stdout

    def end(self):
        """Ends the cluster."""
        self.holder.kill()
        self.holder.communicate()


@contextlib.contextmanager
def cluster(folder, *paths):
    """A cluster that ends with the block. `paths` come before the system's paths."""
    running = Cluster(folder, ":".join([*map(str, paths), "/usr/sbin:/usr/bin:/sbin:/bin"]))
    try:
        running.wait()
        yield running
    finally:
        running.end()
