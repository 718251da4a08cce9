#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs tshark with the plugin of build/ (or of the folder $NVGRE_BUILD), without installing it.
# tshark loads no such plugin as root; then it is run as nobody, who must be allowed to write what
# -w names.
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
# The file to read is opened before the change of user.
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
