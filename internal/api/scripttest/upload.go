package scripttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/url"
	"path"
	"strings"
)

// upload posts "URL FILE" as multipart.
func (r *runner) upload(arg string) error {
	i := strings.LastIndexByte(arg, ' ')
	if i < 0 {
		return fmt.Errorf("upload URL FILE")
	}
	raw, err := r.file(arg[i+1:])
	if err != nil {
		return err
	}
	return r.post(strings.TrimSpace(arg[:i]), path.Base(arg[i+1:]), raw)
}

func (r *runner) post(target, name string, raw []byte) error {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		return err
	}
	part.Write(raw)
	if err := w.Close(); err != nil {
		return err
	}
	return r.exchange("POST", target, w.FormDataContentType(), b.Bytes())
}

// imports runs "TYPE FILE [mode=…] [key=…] [dry_run=true] [map.列=field]" to its
// end and leaves the import's last state as the answer.
func (r *runner) imports(arg string) error {
	words := strings.Fields(arg)
	if len(words) < 2 {
		return fmt.Errorf("import TYPE FILE")
	}
	raw, err := r.file(words[1])
	if err != nil {
		return err
	}
	start, columns := map[string]any{}, map[string]string{}
	for _, w := range words[2:] {
		key, value, ok := strings.Cut(w, "=")
		column, isMap := strings.CutPrefix(key, "map.")
		switch {
		case !ok:
			return fmt.Errorf("import: %q is no option", w)
		case isMap:
			columns[column] = value
		case key == "dry_run":
			start[key] = value == "true"
		default:
			start[key] = value
		}
	}
	if err := r.post("/api/v1/sys/imports?type="+url.QueryEscape(words[0]), path.Base(words[1]), raw); err != nil {
		return err
	}
	id, ok := lookup(r.value, "id")
	if !ok {
		return nil // refused: the script looks at the answer
	}
	at := "/api/v1/sys/imports/" + textOf(id)
	if len(columns) > 0 {
		if err := r.sendJSON("PATCH", at, map[string]any{"map": columns}); err != nil || r.answer.code >= 400 {
			return err
		}
	}
	if err := r.sendJSON("POST", at+"/start", start); err != nil || r.answer.code >= 400 {
		return err
	}
	return r.exchange("GET", at, "", nil)
}

func (r *runner) sendJSON(method, target string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return r.exchange(method, target, "application/json", raw)
}
