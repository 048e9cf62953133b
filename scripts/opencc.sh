#!/bin/sh
# Writes internal/han/data/*.txt anew from Debian's OpenCC dictionaries and
# go-pinyin's. Needs Debian or Ubuntu with deb sources and the network; run as
# `go generate ./internal/han`. The tables are committed, builds do not need it.
set -eu
cd "$(dirname "$0")/../internal/han"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
(
	cd "$dir"
	chmod 755 . && apt-get download -q libopencc-data opencc libopencc1.1 libmarisa0
	for deb in *.deb; do dpkg -x "$deb" root; done
)
LD_LIBRARY_PATH=$(dirname "$(find "$dir/root" -name 'libopencc.so.1.1' | head -n 1)")
export LD_LIBRARY_PATH
mkdir "$dir/text"
for name in STPhrases STCharacters TSPhrases TSCharacters TWPhrases TWVariants; do
	"$dir/root/usr/bin/opencc_dict" -i "$dir/root/usr/share/opencc/$name.ocd2" -f ocd2 -o "$dir/text/$name.txt" -t text
done
go run generate.go "$dir/text"
