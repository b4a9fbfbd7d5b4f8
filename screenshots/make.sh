#!/bin/bash
# Takes the README's pictures of the real program: runs it in tmux, presses keys, turns what is on the screen into
# SVG (screenshots/ansi2svg.py) and, where rsvg-convert is installed, PNG.
#
#   screenshots/make.sh [OLD NEW]      two images; without them, the pair of 'silt demo'
#
# SILT=path/to/silt (.build/release/silt), COLUMNS_=120, ROWS=36, THEME=dark, LIGHT= (for a light ground), OUT=screenshots change what is run,
# how large, in which colours, where to. With ARCHIVE, a part of an archive's name that differs, only its members are taken.
# With FOREIGN, a part of the name of a text that is no Unicode, the encodings that it may have are taken, too.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
silt=$(realpath "${SILT:-$here/../.build/release/silt}")
columns=${COLUMNS_:-120}
rows=${ROWS:-36}
out=$(realpath -m "${OUT:-$here}")
work=$(mktemp -d)
socket=silt-pictures-$$
mux() { tmux -L "$socket" -f /dev/null "$@"; }
trap 'mux kill-server 2>/dev/null || true; rm -rf "$work"' EXIT

[ -x "$silt" ] || { echo "make.sh: no program at '$silt': build it with 'swift build -c release'" >&2; exit 2; }
mkdir -p "$out"
case $# in
0)
    mkdir "$work/demo"
    "$silt" demo --no-explore --dir "$work/demo" >/dev/null
    old=$work/demo/old.tar new=$work/demo/new.tar
    ;;
2) # Under plain names: a picture tells nothing of the folders it was made in.
    mkdir "$work/demo"
    old=$work/demo/old.tar new=$work/demo/new.tar
    ln -s "$(realpath "$1")" "$old"
    ln -s "$(realpath "$2")" "$new"
    ;;
*) echo "usage: make.sh [OLD NEW]" >&2; exit 2 ;;
esac

screen() { mux capture-pane -p; }

# Waits until the screen shows a text and then stands still for a second; pictures show no half-drawn state.
settle() {
    local wanted=$1 before="" now="" still=0 tries=0
    while [ $still -lt 4 ]; do
        sleep 0.25
        tries=$((tries + 1))
        [ $tries -le $((${WAIT:-180} * 4)) ] || { screen >&2; echo "make.sh: '$wanted' never came" >&2; exit 1; }
        now=$(screen)
        if [ "$now" = "$before" ] && grep -qF -- "$wanted" <<<"$now"; then still=$((still + 1)); else still=0; fi
        before=$now
    done
}

picture() {
    mux capture-pane -e -N -p >"$work/$1.ansi"
    python3 "$here/ansi2svg.py" ${LIGHT:+--light} --columns "$columns" --title "silt $(basename "$old") $(basename "$new")" \
        <"$work/$1.ansi" >"$out/$1.svg"
    if command -v rsvg-convert >/dev/null; then rsvg-convert --zoom 1.5 "$out/$1.svg" -o "$out/$1.png"; fi
    echo "$out/$1.svg"
}

# Options of the server come before its first window: TERM is read when that begins.
open() {
    mux start-server \; set -g default-terminal tmux-256color \; set -g status off \; \
        new-session -d -x "$columns" -y "$rows" -e LC_ALL=C.UTF-8 \
        "$(printf '%q ' "$silt" "$@" --no-state --theme "${THEME:-dark}")"
}
cd "$work/demo"
open old.tar new.tar

# What it opens on: the costliest change under the cursor.
settle ' shows '
if [ -n "${ARCHIVE:-}" ]; then
    # The archive that a renamed one is made of is known then.
    settle 'of the pull'
    mux send-keys '&'
    mux send-keys -l "$ARCHIVE"
    mux send-keys Enter
    settle 'more that do not match'
    mux send-keys Enter
    settle 'member'
    picture archive
    mux send-keys Escape q
    exit
fi
picture overview
# What the update brings, by package.
mux send-keys S
settle 'Where the bytes go'
picture summary
mux send-keys Escape
sleep 0.3
# What every way of shipping it sends, once all are measured.
mux send-keys r
settle 'take '
picture routes
# How a figure is made.
mux send-keys Enter
settle 'close'
picture route
mux send-keys Escape
sleep 0.3
mux send-keys Escape
sleep 0.3
# The costliest change and what stands below it, for a package of their own.
mux send-keys Space Space
settle 'PICKED'
picture picks
# What that is, and what comes along.
mux send-keys P
settle 'go there'
picture picked
mux send-keys Escape
sleep 0.3
mux send-keys u u
sleep 0.3
mux send-keys '{' '{' '{' '{'
sleep 0.3
# What differs in the next cheaper one, which is a program.
mux send-keys '}'
mux send-keys Enter
settle 'B differ'
picture bytes
# Why it costs what it costs, and what it says of itself.
mux send-keys '$'
settle 'Cost by place'
picture costs
mux send-keys Escape
sleep 0.3
mux send-keys S
settle 'Needed libraries'
picture program
mux send-keys Escape
sleep 0.3
# What can be copied, written out and shown by other programs.
mux send-keys y
settle 'copy'
picture copy
mux send-keys Escape
sleep 0.3
mux send-keys W
settle 'write'
picture write
mux send-keys Escape
sleep 0.3
mux send-keys '!'
settle 'difftool'
picture outside
mux send-keys Escape
sleep 0.3
mux send-keys Escape
sleep 0.3
# In a text.
mux send-keys '&'
mux send-keys -l "${TEXT:-handler}"
mux send-keys Enter
settle 'more that do not match'
picture narrow
mux send-keys Enter
settle 'change 1 of'
picture look
mux send-keys Escape
sleep 0.3
mux send-keys Escape
sleep 0.3
mux send-keys '`'
settle 'by cost'
picture list
# The same under packages, the first of which is opened.
mux send-keys '`'
settle 'by package'
mux send-keys g l
sleep 0.3
picture packages
mux send-keys '`'
sleep 0.3
# What they can be sorted by.
mux send-keys ,
settle 'sort by'
picture sort
mux send-keys Escape
sleep 0.3
mux send-keys i
settle 'ships as'
picture details
mux send-keys Escape
sleep 0.3
# The files of one layer.
mux send-keys s
settle 'Files: layer'
picture layer
mux send-keys s
sleep 0.3
# What differs in the configuration.
mux send-keys 1 g Enter
settle 'Configuration'
picture configuration
mux send-keys Escape
sleep 0.3
mux send-keys 2
mux send-keys C-p
mux send-keys -l hand
settle 'hand'
picture finder
mux send-keys Escape
sleep 0.3
mux send-keys f
settle 'ignore, when'
picture filters
mux send-keys Escape
sleep 0.3
mux send-keys @
settle 'Log'
picture log
mux send-keys Escape
sleep 0.3
mux send-keys T
settle 'high-contrast'
picture themes
mux send-keys Escape
sleep 0.3
mux send-keys e
settle 'Export the delta package'
mux send-keys Enter
settle 'written and checked'
mux send-keys e
settle 'Exported'
picture export
# The same file once more: a question.
mux send-keys e
settle 'Export the delta package'
mux send-keys Enter
settle 'replace'
picture question
mux send-keys n
sleep 0.3
mux send-keys Escape
sleep 0.3
mux send-keys ':'
mux send-keys -l sort
settle 'Commands'
picture palette
mux send-keys Escape
sleep 0.3
mux send-keys '?'
settle 'Keys'
picture help
mux send-keys Escape
sleep 0.3
# Another encoding of a text that is no Unicode.
if [ -n "${FOREIGN:-}" ]; then
    mux send-keys C-p
    mux send-keys -l "$FOREIGN"
    settle '1 match'
    mux send-keys Enter
    sleep 0.3
    mux send-keys Enter
    settle '─ as '
    mux send-keys t
    settle 'take it'
    picture encodings
    mux send-keys Escape
    sleep 0.3
    mux send-keys Escape
    sleep 0.3
fi
mux send-keys q
sleep 0.3

# Both images in one archive: which is meant is asked.
python3 - "$old" "$new" several.tar <<'PYTHON'
import io
import json
import sys
import tarfile

names, manifest = set(), []
with tarfile.open(sys.argv[3], "w") as several:
    for path in sys.argv[1:3]:
        with tarfile.open(path) as archive:
            for member in archive:
                if member.name == "manifest.json":
                    manifest += json.load(archive.extractfile(member))
                elif member.name not in names and member.name != "repositories":
                    names.add(member.name)
                    several.addfile(member, archive.extractfile(member) if member.isreg() else None)
    data = json.dumps(manifest).encode()
    information = tarfile.TarInfo("manifest.json")
    information.size = len(data)
    several.addfile(information, io.BytesIO(data))
PYTHON
open old.tar several.tar
settle 'enter take it'
picture images
mux send-keys q
