#!/usr/bin/env bash
# Format, vet, staticcheck, links of documents; prints what is wrong and changes
# nothing.
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

# Links of documents lead to files that are there.
broken=$(for file in *.md docs/*.md packs/*.md web/*.md; do
	(grep -oE '\]\([^)#[:space:]]+' "$file" || true) | sed 's/^](//' | { grep -vE '^(https?:|mailto:|/)' || true; } | while read -r link; do
		[ -e "$(dirname "$file")/$link" ] || echo "$file: $link"
	done
done)
if [ -n "$broken" ]; then
	echo "links that lead nowhere:" >&2
	echo "$broken" >&2
	exit 1
fi
