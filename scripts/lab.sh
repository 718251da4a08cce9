#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Plays docs/lab.md: its explanations, its commands, and what they print here and now. As root.
#   lab.sh         all of it, to the end; the captures stay in the folder $LAB (default: a new one)
#   lab.sh shell   a shell in which to do it by hand
# Either has its own processes, mounts and /run, so that network namespaces, Open vSwitch and its
# sockets are visible here only, and are gone with it, however it ends.
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
chmod 755 "$LAB" # Wireshark is not for root
inside=(setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc
    bash -c 'mount -t tmpfs lab /run && exec bash "$@"' bash)

if [ "$mode" = shell ]; then
    echo "The lab's shell: go on with docs/lab.md, exit ends the lab. Captures: $LAB"
    exec "${inside[@]}"
fi

# Headings and text are printed, blocks of commands too, and then run; what the document says that
# they print is left out.
# shellcheck disable=SC2016 # awk's
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
