#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Tries the Debian packages of a folder (default: build-package) as a new user would. Makes a
# minimal tree of this Debian release from apt's mirror. Installs the packages with their
# dependencies, uses them and purges them. The purge must remove all their files. The script removes
# the tree at the end. Exit code 77: not tried, because root or the mirror is missing.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
packages=$(cd "${1:-$here/build-package}" && pwd)
[ "$(id -u)" = 0 ] || { echo "$0: chroot needs root" >&2; exit 77; }
# Mounts in a separate namespace disappear when the script ends for any reason.
if [ -z "${NVGRE_TRY_NAMESPACE:-}" ]; then
    NVGRE_TRY_NAMESPACE=1 exec unshare --mount "$0" "$packages"
fi

work=$(mktemp -d)
tree=$work/tree
trap 'umount -q "$tree/proc" || true; rm -rf --one-file-system "$work"' EXIT
trap 'exit 1' HUP INT TERM

step() {
    echo "== $*"
}
fail() {
    echo "$0: $*" >&2
    exit 1
}
inside() { # as root
    chroot "$tree" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"} \
        ${https_proxy:+https_proxy="$https_proxy"} sh -ec "$1"
}
user() { # as an ordinary user, in a folder of that user
    chroot --userspec=nobody:nogroup "$tree" env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 \
        HOME=/tmp/user sh -ec "cd /tmp/user; $1" || fail "failed: $1"
}
# All paths except those where apt and others keep caches, logs and state.
paths() {
    (cd "$tree" && find . \( -path ./proc -o -path ./tmp -o -path ./var/cache -o -path ./var/log \
        -o -path ./var/lib/apt \) -prune -o -print | LC_ALL=C sort)
}
get="apt-get -q -y -o Dpkg::Use-Pty=0"

step "a minimal tree"
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    grep -E " $release(-security|-updates)? main\$" | sort -u >"$work/sources"
mirror=$(sed -n "s/ $release main\$//p" "$work/sources" | head -n 1)
[ -n "$mirror" ] || fail "no mirror of $release in apt's sources"
/usr/lib/apt/apt-helper download-file "${mirror%/}/dists/$release/InRelease" "$work/release" \
    >"$work/log" 2>&1 || { echo "$0: $mirror cannot be reached" >&2; exit 77; }
debootstrap --variant=minbase --include=ca-certificates "$release" "$tree" "$mirror" \
    >"$work/log" 2>&1 || { tail "$work/log" >&2; fail "debootstrap failed"; }
sed 's/^/deb /' "$work/sources" >"$tree/etc/apt/sources.list"
mkdir "$tree/tmp/debs"
cp "$packages"/*.deb "$tree/tmp/debs"
mount -t proc proc "$tree/proc"

step "what the packages depend on, and what is tried beside them"
inside "$get update && $get --no-install-recommends install tshark man-db bash-completion \
    gcc libc6-dev pkg-config libpcap-dev" >"$work/log" 2>&1 || { tail "$work/log" >&2; exit 1; }
inside "$get -s --no-install-recommends install /tmp/debs/*.deb" >"$work/plan"
names=$(for deb in "$packages"/*.deb; do dpkg-deb -f "$deb" Package; done)
depends=$(awk '$1 == "Inst" { print $2 }' "$work/plan" | grep -vxF "$names" | tr '\n' ' ')
inside "$get --no-install-recommends install $depends" >"$work/log" 2>&1 ||
    { tail "$work/log" >&2; exit 1; }
paths >"$work/before"

step "installation"
inside "$get --no-install-recommends install /tmp/debs/*.deb" >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; exit 1; }
inside "dpkg --verify && dpkg --audit"
mkdir "$tree/tmp/user"
cp "$here"/captures/*.pcap "$tree/tmp/user"
chown -R 65534:65534 "$tree/tmp/user"

step "nvgre-pcap"
user 'nvgre-pcap --version'
user 'nvgre-pcap encap --vsid 5001 --local 192.168.4.11 --remote 192.168.4.22 plain-blue.pcap out.pcap'
user 'man -w nvgre-pcap'
user 'test -s /usr/share/bash-completion/completions/nvgre-pcap'

step "the plugin"
user 'tshark -G plugins | grep nvgre.so'
user 'test "$(tshark -r two-tenants.pcap -Y nvgre.vsid==6001 | wc -l)" = 17'
user 'test "$(tshark -r out.pcap -Y nvgre.vsid==5001 | wc -l)" = 18'
user 'tshark -C NVGRE -r two-tenants.pcap | head -n 2'

step "the library"
user 'cc -Wall -Wextra -Werror /usr/share/doc/libnvgre-dev/examples/vsids.c -o vsids \
    $(pkg-config --cflags --libs nvgre libpcap)'
user './vsids two-tenants.pcap | sort | uniq -c'
user 'test "$(./vsids two-tenants.pcap | grep -c ^6001)" = 17'

step "purge"
inside "$get purge $(echo "$names" | tr '\n' ' ')" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
paths >"$work/after"
diff "$work/before" "$work/after" || fail "files are left"
echo "nothing is left"
