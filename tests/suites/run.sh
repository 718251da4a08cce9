#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the plugin and runs the dissection tests with the Wireshark of other Debian and Ubuntu
# suites. Each suite has its own tree. Run it when needed, not in each CI run: see
# docs/wireshark-versions.md.
set -euo pipefail
shopt -s inherit_errexit
umask 022

usage() {
    cat <<END
usage: $0 [OPTION]... SUITE...

Builds the plugin in the working tree, as it is, with the Wireshark of each SUITE, and runs the
dissection tests there. SUITE is one of Debian (bookworm, trixie, sid, ...) or noble of Ubuntu.

  --dir DIR              keep the trees in DIR, 1 GB each (default: $dir)
  --fresh                make the trees again, with the suites' newest packages
  --write                put the results into docs/wireshark-versions.md
  --mirror URL           of Debian (default: $debian_mirror)
  --ubuntu-mirror URL    of Ubuntu (default: $ubuntu_mirror)
  --ubuntu-keyring FILE  Ubuntu's keys (default: $ubuntu_keyring,
                         of the package ubuntu-keyring)
  --help                 show this

Must be run as root. Exit codes: 0 all tests of all suites passed; 1 something failed; 2 wrong
usage.
END
}

dir=/var/cache/nvgre-suites
fresh=
write=
debian_mirror=http://deb.debian.org/debian
ubuntu_mirror=http://archive.ubuntu.com/ubuntu
ubuntu_keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg
suites=()

root=$(cd "$(dirname "$0")/../.." && pwd)
table=$root/docs/wireshark-versions.md

fail() {
    echo "$0: $*" >&2
    exit 1
}

wrong_usage() {
    echo "$0: $*" >&2
    echo "$0 --help lists the options" >&2
    exit 2
}

parse_arguments() {
    while [ $# -gt 0 ]; do
        case $1 in
        --dir | --mirror | --ubuntu-mirror | --ubuntu-keyring)
            [ $# -gt 1 ] || wrong_usage "$1 needs a value" ;;&
        --dir) dir=$2; shift ;;
        --mirror) debian_mirror=$2; shift ;;
        --ubuntu-mirror) ubuntu_mirror=$2; shift ;;
        --ubuntu-keyring) ubuntu_keyring=$2; shift ;;
        --fresh) fresh=yes ;;
        --write) write=yes ;;
        --help) usage; exit 0 ;;
        -*) wrong_usage "unknown option $1" ;;
        *)
            [[ $1 =~ ^[a-z]+$ ]] || wrong_usage "$1 is not the name of a suite"
            suites+=("$1") ;;
        esac
        shift
    done
    [ ${#suites[@]} -gt 0 ] || wrong_usage "name a suite"
    dir=$(realpath --canonicalize-missing -- "$dir")
    [[ ! $dir =~ [[:space:]] ]] || wrong_usage "debootstrap takes no folder with a blank: $dir"
}

check_surroundings() {
    local tool
    [ "$(id -u)" = 0 ] || fail "must be run as root, to make trees and to mount proc in them"
    for tool in debootstrap git unshare flock; do
        command -v "$tool" >/dev/null || fail "$tool is not installed"
    done
    [ -z "$write" ] || [ -w "$table" ] || fail "cannot write $table"
    mkdir -p "$dir"
}

# A signal ends the script when the foreground program has ended. Ctrl-C reaches that program too.
# Subshells do not inherit the traps.
end_on_signals() {
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# Runs a command in a tree. Mounts are made in a mount namespace of that command. They are not
# visible outside, and they disappear when the last process of the command ends.
in_tree() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --mount sh -euc '
        tree=$1
        shift
        mount -t proc proc "$tree/proc"
        mount --rbind /sys "$tree/sys"
        mount --rbind /dev "$tree/dev"
        mount -t tmpfs -o mode=1777 tmpfs "$tree/tmp"
        exec env -u TMPDIR HOME=/root LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
            chroot "$tree" "$@"' sh "$@"
}

# Removes a folder. Fails if something is mounted in it.
remove() {
    awk -v top="$1/" 'index($5 "/", top) == 1 { print $5; found = 1 } END { exit found }' \
        /proc/self/mountinfo >&2 || fail "not removing $1: the above is mounted there"
    rm -rf --one-file-system "$1"
}

bootstrap() {
    local suite=$1 tree=$2
    case $suite in
    noble)
        [ -r "$ubuntu_keyring" ] || fail "no keys of Ubuntu: no $ubuntu_keyring"
        set -- --keyring="$ubuntu_keyring" --components=main,universe \
            "$suite" "$tree" "$ubuntu_mirror" gutsy ;;
    *)
        set -- "$suite" "$tree" "$debian_mirror" sid ;;
    esac
    # The last argument is the script for all newer suites, in case debootstrap does not know the
    # suite. debootstrap mounts file systems too, so it needs a namespace.
    unshare --mount debootstrap --variant=minbase "$@"
    # Local apt settings of the machine, such as a proxy, that may be needed to reach the mirror.
    find /etc/apt/apt.conf.d -maxdepth 1 -type f -name '99*' \
        -exec cp -t "$tree/etc/apt/apt.conf.d" {} +
}

# Copies all files of the working tree except ignored ones, including uncommitted changes.
copy_source() {
    local tree=$1 file
    remove "$tree/nvgre"
    mkdir -p "$tree/nvgre/source"
    git -C "$root" ls-files -z --cached --others --exclude-standard |
        while IFS= read -r -d '' file; do
            [ ! -e "$root/$file" ] || printf '%s\0' "$file"
        done |
        tar -C "$root" --null --no-recursion --files-from=- --owner=0 --group=0 -c |
        tar -C "$tree/nvgre/source" -x
}

install_packages() {
    in_tree "$1" sh -euc '
        dpkg --configure -a # in case an earlier run was interrupted
        /nvgre/source/scripts/setup.sh dissect'
}

# Makes the tree of a suite, or updates the existing one to the current source. A tree gets its
# final name when it is complete.
prepare_tree() {
    local suite=$1 tree=$dir/$1 partial=$dir/$1.partial
    if [ -d "$tree" ] && [ -z "$fresh" ]; then
        copy_source "$tree"
        install_packages "$tree" # packages that were added to the list since
        return
    fi
    remove "$partial"
    bootstrap "$suite" "$partial"
    copy_source "$partial"
    install_packages "$partial"
    remove "$tree"
    mv -T "$partial" "$tree"
}

build() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    in_tree "$1" sh -euc '
        cd /nvgre
        cmake -S source -B build -G Ninja -DNVGRE_WERROR=ON -DNVGRE_PLUGIN=ON
        cmake --build build'
}

run_tests() {
    in_tree "$1" sh -euc '
        cd /nvgre/source
        NVGRE_BUILD=/nvgre/build exec /usr/bin/python3 -m pytest -q -p no:cacheprovider \
            --junitxml=/nvgre/tests.xml tests/e2e/test_dissect*.py'
}

# The numbers of passed, failed and skipped tests in the file that pytest wrote.
count_tests() {
    local file=$1/nvgre/tests.xml name
    local -A count
    for name in tests failures errors skipped; do
        count[$name]=$(grep -o "<testsuite [^>]*" "$file" | sed "s/.* $name=\"\([0-9]*\)\".*/\1/")
    done
    local failed=$((count[failures] + count[errors]))
    echo "$((count[tests] - failed - count[skipped])) passed, $failed failed," \
        "${count[skipped]} skipped"
}

# Checks one suite. $report contains the result so far, as "version|result".
check_suite() {
    local suite=$1 tree=$dir/$1 version lock counts code=0
    echo "?|not tested" >"$report"
    exec {lock}>"$dir/$suite.lock"
    flock --nonblock "$lock" || fail "another run works on $suite"
    prepare_tree "$suite"
    # shellcheck disable=SC2016 # a format of dpkg, not of the shell
    version=$(in_tree "$tree" dpkg-query -W -f '${source:Upstream-Version}' tshark)
    echo "$version|build failed" >"$report"
    build "$tree"
    echo "$version|tests not completed" >"$report"
    run_tests "$tree" || code=$?
    [ $code -le 1 ] || fail "pytest ended with $code"
    counts=$(count_tests "$tree")
    echo "$version|$counts" >"$report"
    return $code
}

# Replaces the row of a suite in the table, or adds one.
write_row() {
    local new
    new=$(awk -v suite="$1" -v row="| $1 | $2 | $3 | $4 |" '
        /^\| Suite / { inside = 1 }
        inside && $1 == "|" && $2 == suite { print row; written = 1; next }
        inside && !/^\|/ { if (!written) print row; written = 1; inside = 0 }
        { print }
        END { if (inside && !written) print row }' "$table")
    printf '%s\n' "$new" >"$table"
}

main() {
    local suite version result today code status=0
    local lines=()
    parse_arguments "$@"
    check_surroundings
    report=$(mktemp)
    trap 'rm -f "$report"' EXIT
    end_on_signals
    today=$(date -u +%F)
    for suite in "${suites[@]}"; do
        echo "== $suite =="
        set +e # in a context that checks the exit code, bash ignores -e
        (set -e; end_on_signals; check_suite "$suite")
        code=$?
        set -e
        [ $code = 0 ] || status=1
        IFS='|' read -r version result <"$report"
        lines+=("$(printf '%-10s Wireshark %-8s %s  %s' "$suite" "$version" "$result" "$today")")
        if [ -n "$write" ] && [ "$version" != "?" ]; then
            write_row "$suite" "$version" "$result" "$today"
        fi
    done
    echo
    printf '%s\n' "${lines[@]}"
    return $status
}

main "$@"
