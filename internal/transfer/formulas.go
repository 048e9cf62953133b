package transfer

import (
	"archive/zip"
	"bufio"
	"bytes"
	"io"
)

// uncalculated counts the cells of a sheet that hold a formula without its
// result, as programs write them that do not calculate: they read as blank. A
// file that is not as it should be has none.
func uncalculated(file, sheet string) (n int) {
	z, err := zip.OpenReader(file)
	if err != nil {
		return 0
	}
	defer z.Close()
	part := sheetPart(&z.Reader, sheet)
	r, err := z.Open(part)
	if part == "" || err != nil {
		return 0
	}
	defer r.Close()
	var cell, text, formula, value bool // within a cell, of text; what it has
	in := bufio.NewReaderSize(io.LimitReader(r, maxUnzipped), 64<<10)
	for {
		read, err := in.ReadSlice('>')
		if err != nil && err != bufio.ErrBufferFull { //nolint:errorlint // ReadSlice's own
			return n
		}
		at := bytes.LastIndexByte(read, '<')
		if at < 0 {
			continue
		}
		switch tag := read[at+1:]; {
		case bytes.HasPrefix(tag, []byte("c ")), bytes.HasPrefix(tag, []byte("c>")):
			cell, text, formula, value = !bytes.HasSuffix(tag, []byte("/>")), bytes.Contains(tag, []byte(`t="str"`)), false, false
		case bytes.HasPrefix(tag, []byte("f>")), bytes.HasPrefix(tag, []byte("f ")), bytes.HasPrefix(tag, []byte("f/")):
			formula = true
		case bytes.HasPrefix(tag, []byte("v/>")):
			value = value || text
		case bytes.HasPrefix(tag, []byte("/v")):
			value = value || at > 0 || text // an empty text is a result
		case bytes.HasPrefix(tag, []byte("/c>")):
			if cell && formula && !value {
				n++
			}
			cell = false
		}
	}
}
