#!/usr/bin/env bash
# Everything CI runs, in order, each step with its time: format, vet,
# staticcheck; the web app's types, tests and build with its byte budgets; tests
# on SQLite and on PostgreSQL; race detector; the web app in Chromium; crash
# test; OpenAPI lint; the documents' commands. It installs PostgreSQL, Chromium
# and Chinese fonts when they are absent (as root on Debian), and stops what it
# started.
#   KILLS=50      kills of the crash test
#   SKIP="race"   steps left out: lint postgres web build tests race browser crash openapi documents
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0 GOFLAGS=${GOFLAGS:--buildvcs=false}
kills=${KILLS:-50}
begin=$(date +%s)
started=
port=${KEDANG_PG_PORT:-54329}

finish() {
	local code=$?
	[ -z "$started" ] || scripts/postgres.sh stop || true
	if [ $code = 0 ]; then
		echo "all good in $(($(date +%s) - begin)) s"
	else
		echo "FAILED after $(($(date +%s) - begin)) s" >&2
	fi
}
trap finish EXIT

# step NAME COMMAND… runs one step and prints how long it took.
step() {
	local name=$1 at
	shift
	case " ${SKIP:-} " in *" $name "*) echo "-- $name: left out"; return ;; esac
	at=$(date +%s)
	echo "-- $name"
	"$@"
	echo "-- $name: $(($(date +%s) - at)) s"
}

postgres() {
	if [ -n "${KEDANG_TEST_POSTGRES:-}" ]; then
		echo "using $KEDANG_TEST_POSTGRES"
		return
	fi
	(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || started=yes
	KEDANG_TEST_POSTGRES=$(scripts/postgres.sh start | tail -n 1)
	export KEDANG_TEST_POSTGRES
	echo "$KEDANG_TEST_POSTGRES"
}

web() {
	scripts/web.sh
	[ ! -d web/node_modules ] || npm --prefix web run --silent check
}

browser() {
	if ! command -v npm >/dev/null; then
		echo "the browser tests need Node 20.19 or newer (Debian: apt-get install nodejs npm); to leave them out: SKIP=browser make test" >&2
		exit 1
	fi
	scripts/chromium.sh >/dev/null
	# axe and words on every page, and addresses, take longer than this step may: make browser runs all.
	PLACES=${PLACES-import-result,print-card} npm --prefix web run --silent browser -- \
		browser/figures browser/firstrun browser/together browser/main.test browser/network browser/access browser/words pages/
}

step lint scripts/lint.sh
step postgres postgres
step web web
step build make --no-print-directory build
step tests go test -timeout 9m ./...
step race scripts/race.sh
step browser browser
step crash go run ./bench/crash -n "$kills"
step openapi scripts/openapi-lint.sh
step documents scripts/readme.sh
