#!/usr/bin/env bash
# The race detector on the small suites. It needs a C compiler; without one it
# says so and does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
compiler=$(command -v "${CC:-gcc}" || command -v clang || true)
if [ -z "$compiler" ]; then
	echo "race detector skipped: no C compiler (apt-get install gcc)"
	exit 0
fi
packages=${*:-./internal/errs ./internal/text ./internal/expr ./internal/db ./internal/job ./internal/ledger ./internal/access ./internal/vault ./bench/crash}
# shellcheck disable=SC2086 # several packages
KEDANG_TEST_POSTGRES='' CGO_ENABLED=1 CC=$compiler go test -race -short -count=1 -timeout 5m $packages
