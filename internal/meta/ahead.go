package meta

import (
	"bytes"
	"io/fs"
	"path"
	"runtime"
)

// parsed is a file as it was read: what it says, or what is wrong with it.
type parsed struct {
	data   []byte
	err    error
	node   *node
	code   string // of the problem; "" when all is well
	line   int
	params map[string]any
}

// parseAhead begins to read and parse the YAML files of a source, beside each
// other: that was half of the time that a start takes. Each is waited for in its
// turn and read once.
func parseAhead(f fs.FS) map[string]<-chan parsed {
	out, slots := map[string]<-chan parsed{}, make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, dir := range []string{".", "types"} {
		entries, _ := fs.ReadDir(f, dir) // told when it is read in earnest
		for _, e := range entries {
			if name := path.Join(dir, e.Name()); path.Ext(name) == ".yaml" {
				done := make(chan parsed, 1)
				out[name] = done
				go func() {
					slots <- struct{}{}
					done <- parseFile(f, name)
					<-slots
				}()
			}
		}
	}
	return out
}

func parseFile(f fs.FS, name string) (p parsed) {
	if p.data, p.err = fs.ReadFile(f, name); p.err != nil {
		return p
	}
	p.line = 1
	if len(p.data) > largestFile { // the YAML parser takes seconds for each megabyte
		p.code, p.params = "file_too_large", map[string]any{"max": largestFile >> 10}
		return p
	}
	data := bytes.TrimPrefix(p.data, []byte("\ufeff")) // Windows' Notepad writes one
	if i := notText(data); i >= 0 {
		p.code, p.line = "not_utf8", 1+bytes.Count(data[:i], []byte("\n"))
		return p
	}
	n, line, why := parseYAML(data)
	if why != "" {
		p.code, p.line, p.params = "bad_yaml", line, map[string]any{"why": why}
		return p
	}
	p.node = n
	return p
}
