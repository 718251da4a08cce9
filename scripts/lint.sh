#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Checks the C code's format and runs static analysis with the compile commands of a build folder.
set -eu
build=${1:?usage: $0 BUILD}
cd "$(dirname "$0")/.."
sources=$(git ls-files '*.c' '*.h')
# shellcheck disable=SC2086 # a list of files
clang-format --dry-run --Werror $sources
git ls-files 'codec/*.c' 'tools/*.c' 'plugin/*.c' | xargs -P 2 -n 4 clang-tidy --quiet -p "$build"
