#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs Debian packages as root or with sudo. Does nothing if all are installed.
#   setup.sh build     to build
#   setup.sh package   to make packages
#   setup.sh dissect   to test the plugin
#   setup.sh test      for all tests
set -eu

build="git gcc libc6-dev cmake ninja-build pkg-config libjansson-dev libpcap-dev libyaml-dev
       zlib1g-dev libzstd-dev libxxhash-dev nettle-dev libsmartcols-dev libxdp-dev libbpf-dev
       libglib2.0-dev wireshark-dev tshark"
package="dpkg-dev file lintian"
dissect="util-linux python3 python3-pytest python3-scapy wireshark-common"
test="libcmocka-dev abigail-tools debootstrap g++ clang clang-format clang-tidy libclang-rt-14-dev valgrind
      binutils gzip zstd iproute2 procps python3-yaml python3-os-ken tcpdump tcpreplay
      openvswitch-switch mandoc man-db groff-base zsh bash-completion slurm-wlm munge parallel
      openssh-server openssh-client"

case ${1:-} in
build) packages=$build ;;
package) packages="$build $package" ;;
dissect) packages="$build $dissect" ;;
test) packages="$build $package $dissect $test" ;;
*) echo "usage: $0 build|package|dissect|test" >&2; exit 2 ;;
esac

missing=
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
echo "installing:$missing"
$as_root apt-get update -q
# shellcheck disable=SC2086 # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
