#!/usr/bin/env bash
# Runs each fuzz target of the repository for FUZZTIME (30s).
set -euo pipefail
cd "$(dirname "$0")/.."
time=${FUZZTIME:-30s}
grep -rlE '^func Fuzz[A-Z]' --include='*_test.go' internal cmd | xargs -r -n1 dirname | sort -u | while read -r dir; do
	grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go | sed 's/func //' | sort -u | while read -r target; do
		echo "$dir $target ($time)"
		go test "./$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$time"
	done
done
