#!/usr/bin/env bash
# Format, vet and staticcheck; prints what is wrong and changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
unformatted=$(gofmt -l cmd internal bench *.go)
if [ -n "$unformatted" ]; then
	echo "not formatted (run make format):" >&2
	echo "$unformatted" >&2
	exit 1
fi
go vet ./...
go tool staticcheck ./...
