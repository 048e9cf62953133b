#!/usr/bin/env bash
# Runs the README's commands as they stand there: every ```sh block whose first
# line is "# test", in a scratch directory with bin/ of this checkout in front
# of PATH, in order, in one shell, so that a block may use what one before it
# made.
#   scripts/readme.sh [FILE]     README.md unless told
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
file=${1:-README.md}
script=$(awk '
	/^```sh *$/ { block = 1; first = 1; next }
	/^```/      { block = 0; wanted = 0; next }
	block && first { first = 0; wanted = ($0 ~ /^# test/); n += wanted; next }
	block && wanted { print }
' "$file")
if [ -z "$script" ]; then
	echo "$file has no block that begins with # test"
	exit 0
fi
scratch=$(mktemp -d)
cleanup() {
	# Servers that a block started in the background are its own children.
	jobs -p | xargs -r kill 2>/dev/null || true
	rm -rf "$scratch"
}
trap cleanup EXIT
cd "$scratch"
export ROOT=$root PATH="$root/bin:$PATH" KEDANG_DATA="$scratch/data"
set -x
eval "$script"
{ set +x; } 2>/dev/null
echo "$file: its commands run"
