#!/usr/bin/env bash
# A PostgreSQL for tests and development.
#   scripts/postgres.sh start   start it (installing it when absent) and print its URL as the last line
#   scripts/postgres.sh stop    stop it
#   scripts/postgres.sh url     print the URL
# KEDANG_PG names its folder: .cache/postgres unless told; for root
# /var/tmp/kedang-postgres-PORT, since the server runs as the user postgres,
# who may not be able to enter a checkout. KEDANG_PG_PORT is its port (54329).
set -euo pipefail
port=${KEDANG_PG_PORT:-54329}
url="postgres://kedang@127.0.0.1:$port/kedang?sslmode=disable"
root=$([ "$(id -u)" = 0 ] && echo yes || echo no)
if [ -n "${KEDANG_PG:-}" ]; then
	home=$(realpath -m "$KEDANG_PG")
elif [ "$root" = yes ]; then
	home=/var/tmp/kedang-postgres-$port
else
	home=$(realpath -m "$(dirname "$0")/../.cache/postgres")
fi

# The folder of the newest server that is installed; nothing when there is none.
binaries() {
	local initdb
	initdb=$( (ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null || true) | sort -V | tail -n 1)
	[ -n "$initdb" ] || initdb=$(command -v initdb || true)
	[ -z "$initdb" ] || dirname "$(realpath "$initdb")"
}

install_server() {
	[ -z "$(binaries)" ] || return 0
	if [ "$root" = no ] || ! command -v apt-get >/dev/null; then
		echo "PostgreSQL is not installed; install it (Debian: apt-get install postgresql) and start again" >&2
		exit 1
	fi
	echo "installing PostgreSQL …" >&2
	apt-get update -qq >&2
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >&2
}

# The server refuses to run as root, so root hands it to the user postgres.
as_owner() {
	if [ "$root" = yes ]; then
		(cd / && setpriv --reuid=postgres --regid=postgres --clear-groups env HOME="$home" "$@")
	else
		"$@"
	fi
}

# Prints the end of a log and gives up.
fail() {
	tail -n 20 "$1" >&2 || true
	exit 1
}

create() {
	mkdir -p "$home"
	[ "$root" = no ] || chown postgres: "$home"
	if ! as_owner test -w "$home"; then
		echo "the user postgres cannot write into $home; set KEDANG_PG to a folder it can" >&2
		exit 1
	fi
	# Made beside its place, so that a start that was cut short leaves no half.
	rm -rf "$home/data.new"
	as_owner "$bin/initdb" -D "$home/data.new" -U kedang -A trust -E UTF8 --locale=C.UTF-8 >"$home/initdb.log" 2>&1 || fail "$home/initdb.log"
	# The path of a socket is short; a deep folder does without.
	local socket=$home
	[ ${#socket} -le 80 ] || socket=
	cat >>"$home/data.new/postgresql.conf" <<-CONF
		listen_addresses = '127.0.0.1'
		unix_socket_directories = '$socket'
		max_connections = 200
		shared_buffers = 256MB
		fsync = on
		jit = off
		random_page_cost = 1.1
	CONF
	mv "$home/data.new" "$home/data"
}

start() {
	install_server
	bin=$(binaries)
	[ -s "$home/data/PG_VERSION" ] || create
	if ! as_owner "$bin/pg_ctl" -D "$home/data" status >/dev/null; then
		as_owner "$bin/pg_ctl" -D "$home/data" -o "-p $port" -l "$home/log" -w -t 60 start >/dev/null || fail "$home/log"
	fi
	local psql=("$bin/psql" -X -qtA -h 127.0.0.1 -p "$port" -U kedang -d postgres -v ON_ERROR_STOP=1)
	if [ -z "$(as_owner "${psql[@]}" -c "SELECT 1 FROM pg_database WHERE datname = 'kedang'")" ]; then
		as_owner "${psql[@]}" -c "CREATE DATABASE kedang"
	fi
	echo "$url"
}

stop() {
	bin=$(binaries)
	if [ -n "$bin" ] && [ -s "$home/data/PG_VERSION" ] && as_owner "$bin/pg_ctl" -D "$home/data" status >/dev/null; then
		as_owner "$bin/pg_ctl" -D "$home/data" -m fast -w stop >/dev/null
	fi
}

case "${1:-}" in
start) start ;;
stop) stop ;;
url) echo "$url" ;;
*)
	sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
