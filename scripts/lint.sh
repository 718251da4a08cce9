#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Checks the format of the C code, and runs static analysis with a build folder's compile commands.
set -eu
build=${1:?usage: $0 BUILD}
cd "$(dirname "$0")/.."
sources=$(git ls-files '*.c' '*.h')
# shellcheck disable=SC2086 # a list of words
clang-format --dry-run --Werror $sources
git ls-files 'codec/*.c' 'tools/*.c' 'plugin/*.c' | xargs -P 2 -n 4 clang-tidy --quiet -p "$build"
