#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#SBATCH --job-name=nvgre --ntasks=1 --cpus-per-task=1 --output=/dev/null
# Runs one task of docs/scale-out.md: COMMAND... FILE RESULT, for a file of an archive.
#   task.sh RESULTS FILE COMMAND...
#   task.sh RESULTS @LIST COMMAND...    takes FILE from the line of LIST with Slurm's task number
# RESULTS/FILE is created when the command ends with exit code 0. So if it exists, the task is done.
# Otherwise RESULTS.failed/FILE has the messages of the command and its exit code.
set -eu
[ $# -ge 3 ] || { echo "usage: $0 RESULTS FILE|@LIST COMMAND..." >&2; exit 2; }
results=$1 file=$2
shift 2
case $file in
@*) file=$(sed -n "${SLURM_ARRAY_TASK_ID}p" "${file#@}") ;;
esac
[ -n "$file" ] || { echo "$0: no file with this number" >&2; exit 2; }
result=$results/$file
failed=$results.failed/$file
[ ! -e "$result" ] || exit 0
mkdir -p "$results.work" "$(dirname "$result")" "$(dirname "$failed")"
work=$(mktemp -d "$results.work/XXXXXX")
trap 'rm -rf "$work"' EXIT
code=0
"$@" "$file" "$work/$(basename "$file")" 2>"$work/messages" || code=$?
cat "$work/messages" >&2
if [ $code = 0 ]; then
    mv "$work/$(basename "$file")" "$result"
    rm -f "$failed"
else
    echo "exit code $code" >>"$work/messages"
    mv "$work/messages" "$failed"
fi
exit $code
