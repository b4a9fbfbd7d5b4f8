#!/usr/bin/env bash
# Compares silt with whatever peers are installed, pair by pair, in one run: sizes are exact, times are of this machine.
#
#   Benchmarks/run.sh PAIRS_FOLDER [PAIR ...]  > Benchmarks/RESULTS.md
#
# A pair is a folder with old.tar and new.tar. SILT names the program (default: the release build), RUNS how often each
# command is timed (default 1; the fastest counts), PEERS which peers run (default: all that are installed).
set -euo pipefail
cd "$(dirname "$0")/.."
pairs=$(realpath "$1")
shift
SILT=${SILT:-.build/release/silt}
RUNS=${RUNS:-1}
PEERS=${PEERS:-zstd xdelta3 hdiffz hdiffpatch}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

hdiffpatch='
import hdiffpatch, sys
old, new = (open(name, "rb").read() for name in sys.argv[1:3])
open(sys.argv[3], "wb").write(hdiffpatch.diff(old, new, hdiffpatch.ZStdConfig(level=21, window=27), validate=False))'

# measure OUTPUT COMMAND...: prints "bytes seconds megabytes"
measure() {
    local output=$1 best=
    shift
    for _ in $(seq "$RUNS"); do
        rm -f "$output"
        /usr/bin/time -o "$work/time" -f '%e %M' "$@" >"$work/log" 2>&1 || { echo "failed - -"; cat "$work/log" >&2; return; }
        read -r seconds kilobytes <"$work/time"
        if [ -z "$best" ] || awk "BEGIN{exit !($seconds < $best)}"; then best=$seconds memory=$kilobytes; fi
    done
    echo "$(stat -c %s "$output") $best $((memory / 1024))"
}

row() { # PAIR WHAT BYTES SECONDS MEGABYTES
    printf '| %s | %s | %s | %s | %s |\n' "$1" "$2" "$(sed -E ':a; s/([0-9])([0-9]{3})(,|$)/\1,\2\3/; ta' <<<"$3")" "$4" "$5"
}

echo "# Results"
echo
echo "Made by \`Benchmarks/run.sh\` with $("$SILT" --version) on $(nproc) cores. Sizes in bytes, exact; seconds and peak megabytes of whole processes."
echo
echo "| pair | command | bytes | seconds | MB |"
echo "|---|---|---|---|---|"
for pair in "${@:-$(cd "$pairs" && ls -d -- */ | tr -d /)}"; do
    for name in $pair; do
        old=$pairs/$name/old.tar new=$pairs/$name/new.tar
        [ -f "$old" ] && [ -f "$new" ] || continue
        for level in fast default best; do
            row "$name" "silt create --level $level" $(measure "$work/$level.silt" "$SILT" create "$old" "$new" -o "$work/$level.silt" --level $level)
        done
        row "$name" "silt create --no-check" $(measure "$work/x.silt" "$SILT" create "$old" "$new" -o "$work/x.silt" --no-check)
        row "$name" "silt apply" $(measure "$work/new.tar" "$SILT" apply "$old" "$work/default.silt" -o "$work/new.tar")
        cmp "$work/new.tar" "$new" >&2
        rm -f "$work/new.tar"
        row "$name" "silt apply, package of best" $(measure "$work/new.tar" "$SILT" apply "$old" "$work/best.silt" -o "$work/new.tar")
        cmp "$work/new.tar" "$new" >&2
        rm -f "$work/new.tar"
        for peer in $PEERS; do
            if [ "$peer" = hdiffpatch ]; then # the Python package, which has the algorithm of hdiffz -m
                python3 -c 'import hdiffpatch' 2>/dev/null || continue
            else
                command -v "$peer" >/dev/null || continue
            fi
            case $peer in
            zstd) row "$name" "zstd -9 --long=31 --patch-from" $(measure "$work/out" zstd -9 --long=31 -qf --patch-from="$old" "$new" -o "$work/out") ;;
            xdelta3) row "$name" "xdelta3 -9" $(measure "$work/out" xdelta3 -9 -e -f -B 1073741824 -s "$old" "$new" "$work/out") ;;
            hdiffz) row "$name" "hdiffz -m-6 -c-zstd-21-27" $(measure "$work/out" hdiffz -f -m-6 -c-zstd-21-27 "$old" "$new" "$work/out") ;;
            hdiffpatch) row "$name" "hdiffpatch (zstd 21, window 27)" $(measure "$work/out" python3 -c "$hdiffpatch" "$old" "$new" "$work/out") ;;
            esac
            rm -f "$work/out"
        done
        row "$name" "cp and sha256sum of the new archive" $(measure "$work/out" sh -c "cp '$new' '$work/out' && sha256sum '$work/out'")
        rm -f "$work/out"
    done
done

echo
echo "## Guesses"
echo
echo "How far \`silt diff --guess\` is from \`silt diff --costs\`, layer by layer."
echo
SILT=$SILT Benchmarks/guesses.sh "$pairs" "$@"
