#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds Debian packages for the installed system in a folder (default: build-package) and checks
# them with lintian. The build is reproducible: the same source gives the same packages.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$source/build-package}
umask 022
mkdir -p "$out"
out=$(cd "$out" && pwd)

if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    SOURCE_DATE_EPOCH=$(git -C "$source" log -1 --format=%ct 2>/dev/null ||
        stat -c %Y "$source/CHANGELOG.md")
fi
export SOURCE_DATE_EPOCH

# Debian's flags with all hardening. The binaries contain no paths of this machine.
flags() {
    (cd "$source" && DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --get "$1")
}
cmake -S "$source" -B "$out/build" -G Ninja \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_INSTALL_PREFIX=/usr \
    -DCMAKE_INSTALL_LIBDIR="lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)" \
    -DCMAKE_C_FLAGS="$(flags CFLAGS) $(flags CPPFLAGS) -ffile-prefix-map=$out=." \
    -DCMAKE_EXE_LINKER_FLAGS="$(flags LDFLAGS)" \
    -DCMAKE_SHARED_LINKER_FLAGS="$(flags LDFLAGS)" \
    -DCMAKE_MODULE_LINKER_FLAGS="$(flags LDFLAGS)" \
    -DNVGRE_PLUGIN=ON -DNVGRE_TESTS=OFF
cmake --build "$out/build"

rm -f "$out"/*.deb
(cd "$out/build" && cpack -B "$out/cpack")
mv "$out"/cpack/*.deb "$out"
rm -rf "$out/cpack"
# These packages do not close a Debian bug.
lintian --allow-root --fail-on error,warning \
    --suppress-tags initial-upload-closes-no-bugs "$out"/*.deb
