#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sets up a Debian 12 machine, builds, encapsulates the traffic of two tenants with NVGRE, and shows
# that it stays separate.
set -eu
cd "$(dirname "$0")"

scripts/setup.sh build
cmake -S . -B build -G Ninja
cmake --build build
tool=build/tools/nvgre-pcap
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo
echo "== Two tenants with the same addresses, each into its own virtual subnet =="
for tenant in blue:5001 red:6001; do
    echo "-- ${tenant%:*}: VSID ${tenant#*:}"
    $tool encap --vsid "${tenant#*:}" --local 192.168.4.11 --remote 192.168.4.22 \
        "captures/plain-${tenant%:*}.pcap" "$work/${tenant%:*}.pcap"
done

echo
echo "== What Wireshark shows of both on one wire (captures/two-tenants.pcap) =="
scripts/tshark.sh -r captures/two-tenants.pcap -T fields -E header=y \
    -e frame.number -e nvgre.vsid -e nvgre.flowid -e eth.src -e _ws.col.Info |
    sed -n 1,12p

echo
echo "== And one tenant taken out again =="
$tool decap --vsid-filter 5001 --others=drop captures/two-tenants.pcap "$work/out.pcap"
cmp "$work/out.pcap" captures/plain-blue.pcap && echo "identical to captures/plain-blue.pcap"
