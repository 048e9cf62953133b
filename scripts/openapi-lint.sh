#!/usr/bin/env bash
# Lints the OpenAPI documents of a running server over the packs that come with
# Kedang: as an administrator, a rep and anyone are answered. The linter is
# Redocly CLI, pinned by web/openapi-lint/package-lock.json; it is installed
# when it is absent.
set -euo pipefail
cd "$(dirname "$0")/.."
lint=web/openapi-lint
if [ ! -x "$lint/node_modules/.bin/redocly" ] || [ "$lint/package-lock.json" -nt "$lint/node_modules/.package-lock.json" ]; then
	npm ci --prefix "$lint" --ignore-scripts --no-audit --no-fund --loglevel=error
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
CGO_ENABLED=0 ${GO:-go} test ./internal/api -count=1 -run '^TestWriteOpenAPI$' -args -out "$dir"
REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
	"$lint/node_modules/.bin/redocly" lint --config "$lint/redocly.yaml" "$dir"/*.json
