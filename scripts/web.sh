#!/usr/bin/env bash
# Builds the web app into web/dist, where the binary takes it from, when
# anything changed since the last build. Needs Node 20.19 or newer; without it,
# or without a built app, the binary shows a placeholder page.
set -euo pipefail
cd "$(dirname "$0")/../web"
if ! command -v npm >/dev/null; then
	echo "npm is not here: the server will show a placeholder page" >&2
	exit 0
fi
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
	npm ci --no-audit --no-fund --loglevel=error
fi
if [ -f dist/index.html ] && [ -z "$(find src public index.html package.json vite.config.ts vite.first.ts -newer dist/index.html -print -quit)" ]; then
	exit 0
fi
npm run --silent build
