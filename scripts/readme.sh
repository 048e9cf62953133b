#!/usr/bin/env bash
# Runs the commands of documents as they stand there, each file in a scratch
# directory with bin/ of this checkout in front of PATH, its blocks in order, in
# one shell, so that a block may use what one before it made. Run are, of a
# README, the ```sh blocks whose first line is "# tested"; of a guide in docs/,
# all of them.
#   scripts/readme.sh [FILE …]     all READMEs and docs/*.md unless told
# Only the port and the size of a demo are others than written: 8080 may be in
# use. Blocks "# tested with PostgreSQL" run when KEDANG_TEST_POSTGRES names one,
# in a schema of their own. A command that is meant to be refused says so behind it: "# refused".
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
[ $# -gt 0 ] || set -- README*.md docs/*.md

# The commands of a file; nothing when it has none.
commands() {
	awk -v all="$(case "$1" in docs/*) echo 1 ;; esac)" -v pg="${KEDANG_TEST_POSTGRES:+1}" '
		/^```sh *$/ { block = 1; first = 1; next }
		/^```/      { block = 0; wanted = 0; next }
		block && first { first = 0; wanted = (all || $0 ~ /^# test/) && (pg || $0 !~ /PostgreSQL/) }
		block && wanted { print }
	' "$1"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || echo $((20000 + RANDOM % 20000)); }

drop_schema() {
	[ -z "${KEDANG_TEST_POSTGRES:-}" ] || psql -qX -d "$KEDANG_TEST_POSTGRES" -c "SET client_min_messages = warning; DROP SCHEMA IF EXISTS $1 CASCADE" >/dev/null
}

run() (
	local file=$1 script scratch schema port wanted got
	script=$(commands "$file")
	if [ -z "$script" ]; then
		echo "$file: no commands"
		return
	fi
	port=$(free_port)
	script=${script//127.0.0.1:8080/127.0.0.1:$port}
	script=${script//postgres:\/\/kedang@db.example\/kedang/${KEDANG_TEST_POSTGRES:-}}
	scratch=$(mktemp -d)
	schema=kedang_readme_$$_${RANDOM}
	# Servers that a block started in the background are the script's children.
	trap 'drop_schema "$schema"; rm -rf "$scratch"' EXIT
	cd "$scratch"
	mkdir work
	cat >run.sh <<-'HEAD'
		set -euo pipefail
		cleanup() { jobs -p | xargs -r kill 2>/dev/null || true; wait; }
		trap cleanup EXIT
		cd work
		set -x
	HEAD
	echo "$script" >>run.sh
	if ! env -u KEDANG_DATABASE ROOT="$root" PATH="$root/bin:$PATH" KEDANG_DATA="$scratch/work/data" KEDANG_DEMO_SHARE=2 KEDANG_SCHEMA="$schema" \
		bash run.sh >out 2>err </dev/null; then
		tail -n 15 out err >&2
		echo "$file: a command fails" >&2
		return 1
	fi
	wanted=$(grep -cE '# .*(refused|不让|不讓)' <<<"$script" || true)
	got=$( (grep -o 'urn:kedang:problem' out || true) | wc -l)
	if [ "$wanted" != "$got" ]; then
		grep -m5 'urn:kedang:problem' out >&2 || true
		echo "$file: $got requests were refused, the text says $wanted" >&2
		return 1
	fi
	echo "$file: $(grep -cvE '^\s*(#.*)?$' <<<"$script") lines of commands run"
)

for file in "$@"; do run "$file"; done
