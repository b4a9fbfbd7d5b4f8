#!/usr/bin/env bash
# Benchmarks silt beside whatever other delta tools are installed, pair by pair: sizes are exact, times are of this machine.
#
#   Benchmarks/run.sh PAIRS_FOLDER [PAIR ...]  > results.md
#
# A pair is a folder with old.tar and new.tar. SILT names the program (default: the release build), HISTORY a folder to keep a
# history of each pair in.
set -euo pipefail
cd "$(dirname "$0")/.."
pairs=$(realpath "$1")
shift
SILT=${SILT:-.build/release/silt}
[ $# -gt 0 ] || mapfile -t names < <(cd "$pairs" && ls -d -- */ | tr -d /)

echo "# Results"
[ $# -gt 0 ] || set -- "${names[@]}"
for pair in "$@"; do
    old=$pairs/$pair/old.tar new=$pairs/$pair/new.tar
    [ -f "$old" ] && [ -f "$new" ] || continue
    echo
    echo "## $pair"
    echo
    "$SILT" bench "$old" "$new" --format markdown ${HISTORY:+--history "$HISTORY/$pair.jsonl"}
done

echo
echo "## Guesses"
echo
echo "How far \`silt diff --guess\` is from \`silt diff --costs\`, layer by layer."
echo
SILT=$SILT Benchmarks/guesses.sh "$pairs" "$@"
