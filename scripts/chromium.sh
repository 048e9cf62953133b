#!/usr/bin/env bash
# A Chromium for tests and pictures, with fonts that have Chinese characters.
#   scripts/chromium.sh         print its path as the last line, installing what is absent
#   scripts/chromium.sh find    print its path, install nothing
# CHROMIUM names another one. Only root on Debian can install. The headless shell
# is preferred: Chromium without its own windows takes half the work for a page.
set -euo pipefail

# The browser; nothing when there is none.
found() {
	local name
	if [ -n "${CHROMIUM:-}" ]; then
		command -v "$CHROMIUM" || true
		return
	fi
	for name in chromium-headless-shell chromium chromium-browser google-chrome-stable google-chrome; do
		if command -v "$name"; then return; fi
	done
}

# Whether Chinese can be drawn. Without fontconfig nobody knows: then not.
chinese() { [ -n "$( (fc-list :lang=zh-cn family 2>/dev/null || true) | head -n 1)" ]; }

missing() {
	local want=()
	[ -n "$(found)" ] || want+=(chromium-headless-shell)
	chinese || want+=(fontconfig fonts-noto-cjk)
	echo "${want[*]}"
}

install_missing() {
	local want
	want=$(missing)
	[ -n "$want" ] || return 0
	if [ -n "${CHROMIUM:-}" ] && [ -z "$(found)" ]; then
		echo "CHROMIUM=$CHROMIUM is no program" >&2
		exit 1
	fi
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "not installed: $want; install it (Debian: apt-get install $want) and start again, or leave the step out: SKIP=browser make test" >&2
		exit 1
	fi
	echo "installing $want …" >&2
	apt-get update -qq >&2
	# shellcheck disable=SC2086 # several packages
	take $want || take ${want/chromium-headless-shell/chromium} # older Debians have no shell
}

take() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2; }

# Where there is a whole Chromium, the shell is taken too if it comes easily.
lighter() {
	[ -z "${CHROMIUM:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
	! command -v chromium-headless-shell >/dev/null || return 0
	{ timeout 90 sh -c 'apt-get update -qq && apt-get install -d -y -qq --no-install-recommends chromium-headless-shell' >&2 && take --no-download chromium-headless-shell; } || echo "no chromium-headless-shell: $(found) will do" >&2
}

case "${1:-}" in
"")
	install_missing
	lighter
	found
	;;
find) found ;;
*)
	sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
