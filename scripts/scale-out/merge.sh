#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Merges the results of all files of a list by time, if all results exist. OUT is written under a
# temporary name and renamed when complete.
#   merge.sh RESULTS LIST OUT [OPTION OF MERGECAP...]
set -eu
[ $# -ge 3 ] || { echo "usage: $0 RESULTS LIST OUT [OPTION OF MERGECAP...]" >&2; exit 2; }
results=$1 list=$2 out=$3
shift 3
"$(dirname "$0")/pending.sh" "$results" "$list" >&2 || {
    echo "not merged: results are missing" >&2
    exit 1
}
work=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf "$work"' EXIT
# In groups, because mergecap opens all files at once.
while IFS= read -r file; do printf '%s/%s\n' "$results" "$file"; done <"$list" |
    split -a 4 -l 200 - "$work/group-"
for group in "$work"/group-????; do
    xargs -d '\n' -a "$group" mergecap -w "$group.merged"
done
mergecap "$@" -w "$work/out" "$work"/*.merged
mv "$work/out" "$out"
