#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares the binary interface of a build folder's shared library with the agreed one in
# codec/libnvgre.abi: functions and their types, layouts of structs, values of enums.
# --update writes the library's interface to codec/libnvgre.abi.
set -eu
[ $# -ge 1 ] || { echo "usage: $0 BUILD [--update]" >&2; exit 2; }
library=$(realpath "$1")/codec/libnvgre.so
agreed=$(dirname "$0")/../codec/libnvgre.abi

if [ "${2:-}" != --update ]; then
    exec abidiff --harmless --no-architecture --no-show-locs "$agreed" "$library"
fi
written=$(mktemp)
trap 'rm -f "$written"' EXIT
abidw --type-id-style hash --drop-undefined-syms --no-show-locs \
    --no-architecture --no-corpus-path --no-comp-dir-path --no-elf-needed "$library" >"$written"
sed "s|path='[^']*/codec/|path='codec/|" "$written" >"$agreed"
