#!/bin/bash
# Takes the README's animation of the real program: runs it in tmux, presses keys, keeps what is on the screen after each
# of them, and makes one SVG of it that needs nothing but a browser (screenshots/ansi2svg.py).
#
#   screenshots/animate.sh [OLD NEW]      two images; without them, the pair of 'silt demo'
#
# SILT=path/to/silt (.build/release/silt), COLUMNS_=100, ROWS=30, TEXT=handler (a text that changed), THEME=dark,
# OUT=screenshots change what is run, how large, where to.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
silt=$(realpath "${SILT:-$here/../.build/release/silt}")
columns=${COLUMNS_:-100}
rows=${ROWS:-30}
out=$(realpath -m "${OUT:-$here}")
work=$(mktemp -d)
socket=silt-animation-$$
mux() { tmux -L "$socket" -f /dev/null "$@"; }
trap 'mux kill-server 2>/dev/null || true; rm -rf "$work"' EXIT

[ -x "$silt" ] || { echo "animate.sh: no program at '$silt': build it with 'swift build -c release'" >&2; exit 2; }
mkdir -p "$out" "$work/pair" "$work/home"
case $# in
0) "$silt" demo --no-explore --dir "$work/pair" >/dev/null ;;
2)
    ln -s "$(realpath "$1")" "$work/pair/old.tar"
    ln -s "$(realpath "$2")" "$work/pair/new.tar"
    ;;
*) echo "usage: animate.sh [OLD NEW]" >&2; exit 2 ;;
esac

# Waits until the screen shows a text and then stands still for a second.
settle() {
    local wanted=$1 before="" now="" still=0 tries=0
    while [ $still -lt 4 ]; do
        sleep 0.25
        tries=$((tries + 1))
        [ $tries -le $((${WAIT:-180} * 4)) ] || { echo "animate.sh: '$wanted' never came" >&2; exit 1; }
        now=$(mux capture-pane -p)
        if [ "$now" = "$before" ] && grep -qF -- "$wanted" <<<"$now"; then still=$((still + 1)); else still=0; fi
        before=$now
    done
}

# Keeps what is on the screen as the next frame: how many seconds it stands, and what is told above it.
count=0
frame() {
    count=$((count + 1))
    mux capture-pane -e -N -p >"$work/$count.ansi"
    printf '%s\t%s\t%s\n' "$1" "$work/$count.ansi" "$2" >>"$work/frames"
}

# Presses keys, waits for a text, and keeps a frame.
press() {
    local seconds=$1 wanted=$2 title=$3
    shift 3
    mux send-keys "$@"
    settle "$wanted"
    frame "$seconds" "$title"
}

cd "$work/pair"
mux start-server \; set -g default-terminal tmux-256color \; set -g status off \; \
    new-session -d -x "$columns" -y "$rows" -e LC_ALL=C.UTF-8 -e "HOME=$work/home" -e "XDG_STATE_HOME=$work/home" \
    "$(printf '%q ' "$silt" old.tar new.tar --theme "${THEME:-dark}")"

settle ' shows '
frame 3 'silt old.tar new.tar: what changed, the costliest first'
press 2 ' shows ' '}: what costs next less' '}'
press 3 'cost by place' 'enter: why it costs that' Enter
press 2 ' 1. ' '}: the block that costs most' '}'
press 3 'Cost by place' '$: all that costs in it' '$'
mux send-keys Escape Escape
sleep 0.5
press 2 "${TEXT:-handler}" '&: only what matches' '&' "${TEXT:-handler}"
mux send-keys Enter
sleep 0.3
press 3 'change 1 of' 'enter: what differs in a text' Enter
mux send-keys Escape Escape
sleep 0.5
press 3 'Where the bytes go' 'S: what the update brings' S
mux send-keys Escape
sleep 0.5
press 3 'take ' 'r: what other ways of shipping it would send' r
mux send-keys Escape
sleep 0.5
press 3 'PICKED' 'space: pick what shall travel' Space Space
press 3 'Export' 'e: write the delta' e
press 3 'checked' 'enter: written, applied and checked' Enter

python3 "$here/ansi2svg.py" --columns "$columns" --frames "$work/frames" >"$out/animation.svg"
echo "$out/animation.svg"
mux send-keys q q
