#!/usr/bin/env bash
# How far the quick guess of each layer's cost is from its exact cost, pair by pair.
#
#   Benchmarks/guesses.sh PAIRS_FOLDER [PAIR ...]
#
# A pair is a folder with old.tar and new.tar. SILT names the program (default: the release build).
set -euo pipefail
cd "$(dirname "$0")/.."
pairs=$(realpath "$1")
shift
SILT=${SILT:-.build/release/silt}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "| pair | layer | exact | guess | bounds | guess / exact | in bounds | CPU seconds, guess / exact |"
echo "|---|---|---|---|---|---|---|---|"
for name in "${@:-$(cd "$pairs" && ls -d -- */ | tr -d /)}"; do
    for pair in $name; do
        old=$pairs/$pair/old.tar new=$pairs/$pair/new.tar
        [ -f "$old" ] && [ -f "$new" ] || continue
        for kind in guess costs; do
            /usr/bin/time -o "$work/$kind.time" -f '%U' "$SILT" diff --changed-only --format json --$kind "$old" "$new" >"$work/$kind"
        done
        python3 - "$pair" "$work" <<'PYTHON'
import json, sys
pair, work = sys.argv[1:]
guess, exact = (json.load(open(f"{work}/{kind}"))["layers"] for kind in ("guess", "costs"))
times = " / ".join(open(f"{work}/{kind}.time").read().strip() for kind in ("guess", "costs"))
for g, e in zip(guess, exact):
    if not e.get("patchBytes"):
        continue
    low, high = g["patchBytesLow"], g["patchBytesHigh"]
    inside = "yes" if low <= e["patchBytes"] <= high else "no"
    print(f'| {pair} | {e["new"]} | {e["patchBytes"]:,} | {g["patchBytes"]:,} | {low:,} to {high:,} '
          f'| {g["patchBytes"] / e["patchBytes"]:.2f} | {inside} | {times} |')
PYTHON
    done
done
