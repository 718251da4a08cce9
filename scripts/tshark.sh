#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs tshark with the plugin of build/, without installing it. tshark loads no such plugin as
# root; then it is run as nobody, on copies that nobody may read.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
plugins=$here/build/plugins
[ -d "$plugins" ] || { echo "$0: build first: no $plugins" >&2; exit 1; }
if [ "$(id -u)" != 0 ]; then
    WIRESHARK_PLUGIN_DIR=$plugins exec tshark "$@"
fi
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$plugins" "$copy/plugins"
chmod -R a+rX "$copy"
# Files open before the change of user: names that follow -r are read from standard input.
file=
previous=
for argument in "$@"; do
    [ "$previous" = -r ] && file=$argument
    previous=$argument
    shift
    [ "$argument" = "$file" ] && argument=-
    set -- "$@" "$argument"
done
setpriv --reuid=65534 --regid=65534 --clear-groups \
    env HOME="$copy" WIRESHARK_PLUGIN_DIR="$copy/plugins" tshark "$@" <"${file:-/dev/null}"
