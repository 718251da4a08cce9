#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Lists the files of a list without a result: number in the list, file name, messages. Exit code 1
# if there are any.
#   pending.sh RESULTS LIST
set -eu
[ $# = 2 ] || { echo "usage: $0 RESULTS LIST" >&2; exit 2; }
number=0 status=0
while IFS= read -r file; do
    number=$((number + 1))
    [ ! -e "$1/$file" ] || continue
    status=1
    said="not run, or broken off"
    [ ! -e "$1.failed/$file" ] || said=$(paste -sd ' ' "$1.failed/$file")
    printf '%s\t%s\t%s\n' $number "$file" "$said"
done <"$2"
exit $status
