#!/usr/bin/env bash
# Builds the web app into web/dist, where the binary takes it from. Needs Node
# 20.19 or newer; without a built app the binary shows a placeholder page.
set -euo pipefail
cd "$(dirname "$0")/../web"
npm ci --no-audit --no-fund
npm run build
