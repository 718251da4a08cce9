#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sets up a Debian 12 machine and runs all tests.
set -eu
cd "$(dirname "$0")"

step() {
    echo
    echo "== $* =="
}

step packages
scripts/setup.sh test

step "style and static analysis"
cmake -S . -B build -G Ninja -DNVGRE_WERROR=ON -DNVGRE_TESTS=ON -DNVGRE_PLUGIN=ON
scripts/lint.sh build

step "build with gcc, unit tests"
cmake --build build
ctest --test-dir build --output-on-failure

step "build with clang"
cmake -S . -B build-clang -G Ninja -DNVGRE_WERROR=ON -DNVGRE_TESTS=ON -DNVGRE_FUZZ=ON -DCMAKE_C_COMPILER=clang
cmake --build build-clang

step "unit tests and fuzz corpus with AddressSanitizer and UndefinedBehaviorSanitizer"
cmake -S . -B build-asan -G Ninja -DNVGRE_WERROR=ON -DNVGRE_TESTS=ON -DNVGRE_PLUGIN=ON \
    -DNVGRE_SANITIZE=address,undefined
cmake --build build-asan
ctest --test-dir build-asan --output-on-failure

step "instructions a packet"
/usr/bin/python3 tests/bench/bench.py --instructions --max-encap 220 --max-decap 160 --max-rewrite 700

step "commands with sanitizers"
NVGRE_BUILD=$PWD/build-asan /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/e2e \
    --ignore-glob='*/test_dissect*' --ignore=tests/e2e/test_codec_pure.py \
    --ignore=tests/e2e/test_library.py --ignore=tests/e2e/test_packages.py \
    --ignore=tests/e2e/test_worked.py --ignore=tests/e2e/test_lab.py \
    --ignore=tests/e2e/test_scale_out.py --ignore=tests/e2e/test_house.py \
    --ignore=tests/e2e/test_mutation.py

# A separate run: pytest then fails if all of these modules are skipped.
step "dissection with sanitizers, of damaged captures too"
NVGRE_BUILD=$PWD/build-asan /usr/bin/python3 -m pytest -q -rs -p no:cacheprovider \
    tests/e2e/test_dissect_sanitized*.py

step "commands, dissection, real endpoints, packages"
NVGRE_BUILD=$PWD/build /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/e2e \
    --ignore-glob='*/test_dissect_sanitized*'
