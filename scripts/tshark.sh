#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs tshark with the plugin of build/ (or of the folder $NVGRE_BUILD), without installing it.
# As root, tshark does not load plugins from such a folder, so root runs it as nobody. Then nobody
# must have the right to write the file of -w.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
plugins=${NVGRE_BUILD:-$here/build}/plugins
[ -d "$plugins" ] || { echo "$0: build first: no $plugins" >&2; exit 1; }
if [ "$(id -u)" != 0 ]; then
    WIRESHARK_PLUGIN_DIR=$plugins exec tshark "$@"
fi
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$plugins" "$copy/plugins"
chmod -R a+rX "$copy"
# root opens the input file, because nobody may not have the right to read it.
file=/dev/null
previous=
for argument in "$@"; do
    shift
    if [ "$previous" = -r ]; then
        file=$argument
        set -- "$@" -
    else
        set -- "$@" "$argument"
    fi
    previous=$argument
done
setpriv --reuid=65534 --regid=65534 --clear-groups \
    env HOME="$copy" WIRESHARK_PLUGIN_DIR="$copy/plugins" tshark "$@" <"$file"
