#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs docs/lab.md: prints its text, runs its commands and shows their real output. Needs root.
#   lab.sh         runs everything; captures stay in the folder $LAB (default: a new one)
#   lab.sh shell   opens a shell to run the commands by hand
# The lab has its own PID namespace, mounts and /run. So network namespaces, Open vSwitch and its
# sockets are visible only in the lab, and disappear when it ends for any reason.
set -eu
mode=${1:-play}
if [ $# -gt 1 ] || [[ ! $mode =~ ^(play|shell)$ ]]; then
    echo "usage: $0 [shell]" >&2
    exit 2
fi

fail() {
    echo "$0: $*" >&2
    exit 1
}

root=$(dirname "$0")/..
NVGRE_BUILD=$(realpath -m "${NVGRE_BUILD:-$root/build}")
cd "$root"
export NVGRE_BUILD PATH=$NVGRE_BUILD/tools:$PATH:/usr/sbin:/sbin LC_ALL=C.UTF-8
[ "$(id -u)" = 0 ] || fail "namespaces need root"
[ -e /dev/net/tun ] || fail "Open vSwitch's ports need /dev/net/tun"
for tool in nvgre-pcap ip tcpdump tshark ovs-vswitchd unshare setpriv; do
    [ -n "$(command -v $tool)" ] || fail "no $tool: see README.md and scripts/setup.sh"
done
if [ -d "$NVGRE_BUILD/plugins" ]; then
    tshark() { scripts/tshark.sh "$@"; }
    export -f tshark
fi
tshark -G protocols 2>/dev/null | grep -q nvgre || fail "tshark does not know NVGRE: build the plugin"

export LAB=${LAB:-$(mktemp -d /tmp/nvgre-lab.XXXXXX)}
mkdir -p "$LAB"
chmod 755 "$LAB" # tshark runs as another user
inside=(setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc
    bash -c 'mount -t tmpfs lab /run && exec bash "$@"' bash)

if [ "$mode" = shell ]; then
    echo "The lab's shell: go on with docs/lab.md, exit ends the lab. Captures: $LAB"
    exec "${inside[@]}"
fi

# Makes a script from the document. It prints headings and text; it prints command blocks and runs
# them. The output shown in the document is left out.
# shellcheck disable=SC2016 # for awk, not for the shell
script=$(awk -v quote="'" '
    function show(line) {
        gsub(quote, quote "\\" quote quote, line)
        print "printf \"%s\\n\" " quote line quote
    }
    /^```./ { kind = substr($0, 4); next }
    /^```$/ && kind == "" { kind = "figure"; next }
    /^```$/ { printf "%s", block; block = ""; skip = kind == "text"; kind = ""; next }
    skip && /^$/ { skip = 0; next }
    kind == "sh" { show("    $ " $0); block = block $0 "\n"; next }
    kind != "text" { show($0) }
' docs/lab.md)
exec timeout --foreground --kill-after=1 180 "${inside[@]}" -e -c "exec 2>&1
trap 'status=\$?; [ \$status = 0 ] || echo \"The lab broke off (exit code \$status).\"' EXIT
$script
echo
echo \"Captures: \$LAB\""
