#!/usr/bin/env bash
# A PostgreSQL for tests and development, in a folder of the project.
#   scripts/postgres.sh start   start it (installing it when absent) and print its URL as the last line
#   scripts/postgres.sh stop    stop it
#   scripts/postgres.sh url     print the URL
# KEDANG_PG names the folder (.cache/postgres), KEDANG_PG_PORT the port (54329).
set -euo pipefail
cd "$(dirname "$0")/.."
home=${KEDANG_PG:-$PWD/.cache/postgres}
port=${KEDANG_PG_PORT:-54329}
url="postgres://kedang@127.0.0.1:$port/kedang?sslmode=disable"

binaries() {
	ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1
}

install_server() {
	[ -n "$(binaries)" ] && [ -x "$(binaries)/initdb" ] && return
	echo "installing PostgreSQL …" >&2
	apt-get update -qq >&2
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >&2
}

# The server refuses to run as root, so root hands it to the user postgres.
as_owner() {
	if [ "$(id -u)" = 0 ]; then
		(cd / && setpriv --reuid=postgres --regid=postgres --clear-groups env HOME="$home" PATH="$PATH" "$@")
	else
		"$@"
	fi
}

case "${1:-}" in
start)
	install_server
	bin=$(binaries)
	if [ "$(id -u)" = 0 ] && [ -z "${KEDANG_PG:-}" ]; then
		# A checkout may lie where the user postgres cannot reach.
		home=/var/tmp/kedang-postgres-$port
	fi
	if ! [ -s "$home/data/PG_VERSION" ]; then
		mkdir -p "$home"
		[ "$(id -u)" = 0 ] && chown postgres:postgres "$home"
		as_owner "$bin/initdb" -D "$home/data" -U kedang -A trust -E UTF8 --locale=C.UTF-8 >"/tmp/kedang-initdb-$port.log" 2>&1 ||
			{ cat "/tmp/kedang-initdb-$port.log" >&2; exit 1; }
		as_owner sh -c "cat >>'$home/data/postgresql.conf'" <<-CONF
			listen_addresses = '127.0.0.1'
			port = $port
			unix_socket_directories = '$home'
			max_connections = 200
			shared_buffers = 256MB
			jit = off
			random_page_cost = 1.1
		CONF
	fi
	if ! as_owner "$bin/pg_ctl" -D "$home/data" status >/dev/null 2>&1; then
		as_owner "$bin/pg_ctl" -D "$home/data" -l "$home/log" -w -t 60 start >/dev/null ||
			{ tail -n 20 "$home/log" >&2; exit 1; }
	fi
	as_owner "$bin/psql" -qtA -h 127.0.0.1 -p "$port" -U kedang postgres -c "SELECT 1 FROM pg_database WHERE datname = 'kedang'" | grep -q 1 ||
		as_owner "$bin/createdb" -h 127.0.0.1 -p "$port" -U kedang kedang
	echo "$url"
	;;
stop)
	bin=$(binaries)
	for dir in "$home" "/var/tmp/kedang-postgres-$port"; do
		[ -s "$dir/data/postmaster.pid" ] && as_owner "$bin/pg_ctl" -D "$dir/data" -m fast stop >/dev/null
	done
	true
	;;
url)
	echo "$url"
	;;
*)
	sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
