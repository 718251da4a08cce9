#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the pictures in docs/images: Wireshark's window with a sample capture, on a virtual screen.
# Uses the plugin of a build folder (default: build) and the profile of the source. As root,
# Wireshark does not load plugins from such a folder, so root runs it as nobody.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$here/build}
[ -d "$build/plugins" ] || { echo "$0: build first: no $build/plugins" >&2; exit 1; }
for program in wireshark Xvfb xdotool import pngquant; do
    command -v $program >/dev/null || {
        echo "$0: no $program: apt-get install wireshark xvfb xdotool imagemagick pngquant" \
            "fonts-dejavu-core" >&2
        exit 1
    }
done

# A home folder with the profile, the tenant names, and a window size that fills the screen.
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
settings=$work/.config/wireshark
profile=$settings/profiles/NVGRE
mkdir -p "$settings/profiles" "$work/none"
cp -r "$here/plugin/profile/NVGRE" "$profile"
cp -r "$build/plugins" "$here/captures/two-tenants.pcap" "$work"
printf '"5001","Blue"\n"6001","Red"\n' >"$profile/nvgre_tenants"
cat >"$settings/recent_common" <<END
gui.geometry_main_x: 0
gui.geometry_main_y: 0
gui.geometry_main_width: 1600
gui.geometry_main_height: 900
END
printf 'gui.geometry_main_upper_pane: 450\n' | tee -a "$profile/recent" >"$settings/recent"

user=
if [ "$(id -u)" = 0 ]; then
    user="setpriv --reuid=65534 --regid=65534 --clear-groups"
    chown -R 65534:65534 "$work"
fi

mkfifo "$work/display"
Xvfb -displayfd 3 -screen 0 1600x900x24 -nolisten tcp -ac 3>"$work/display" 2>"$work/errors" &
server=$!
read -r display <"$work/display" || { cat "$work/errors" >&2; exit 1; }
export DISPLAY=":$display"

# usage: take PICTURE PLUGINS LINE WIRESHARK-OPTIONS
# Expands the line of the packet details at y position LINE (pixels).
take() {
    picture=$1 plugins=$2 line=$3
    shift 3
    # shellcheck disable=SC2086 # a list of words
    $user env -i PATH="$PATH" DISPLAY="$DISPLAY" LC_ALL=C.UTF-8 TZ=UTC HOME="$work" \
        XDG_RUNTIME_DIR="$work" WIRESHARK_PLUGIN_DIR="$work/$plugins" \
        WIRESHARK_EXTCAP_DIR="$work/none" \
        wireshark -o 'gui.gui_font_name:DejaVu Sans Mono,10,-1,5,50,0,0,0,0,0' "$@" \
        "$work/two-tenants.pcap" 2>"$work/errors" &
    wireshark=$!
    window=$(timeout 60 xdotool search --sync --onlyvisible --name '^two-tenants.pcap' |
        head -n 1)
    sleep 3 # until the window is complete
    xdotool windowfocus "$window" mousemove 100 "$line" click 1 key shift+Right
    sleep 2
    import -window root "$work/$picture.png"
    kill $wireshark
    wait $wireshark 2>"$work/errors" || true
    pngquant --force --strip --output "$here/docs/images/$picture.png" "$work/$picture.png"
}

take wireshark-two-tenants plugins 622 -C NVGRE -g 5
take wireshark-without none 605 -g 5
