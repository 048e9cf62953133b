package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// deepest is how many objects and arrays may stand inside each other.
const deepest = 32

// readJSON decodes a request's body into v, with numbers as json.Number.
// Anything that is not one JSON value in valid UTF-8 within maxBody is refused.
func readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	if !saysJSON(r.Header) {
		return errNotJSON
	}
	raw, err := readBody(w, r, maxBody)
	if err != nil {
		return err
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff")) // PowerShell's files begin with one
	if len(bytes.TrimSpace(raw)) == 0 {
		return errs.New(errs.Invalid, "bad_json", errs.Params{"at": 0})
	}
	if !utf8.Valid(raw) {
		return errs.New(errs.Invalid, "invalid_utf8", nil)
	}
	if loneSurrogate(raw) {
		return errs.New(errs.Invalid, "invalid_utf8", nil)
	}
	if depth(raw) > deepest {
		return errs.New(errs.Invalid, "too_deep", errs.Params{"max": deepest})
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if _, generic := v.(*map[string]any); !generic {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(v); err != nil {
		return badJSON(err, len(raw))
	}
	if name, twice := repeatedKey(raw); twice {
		return errs.RefuseField(name, "repeated_key", errs.Params{"name": name})
	}
	if _, err := d.Token(); err != io.EOF {
		return errs.New(errs.Invalid, "bad_json", errs.Params{"at": d.InputOffset()})
	}
	return nil
}

// errNotJSON refuses a body that says it is something else.
var errNotJSON = errs.New(errs.Invalid, "unsupported_media", nil)

// saysJSON tells a body that may be JSON as it stands: what clients say who are
// not told to say anything (curl -d) counts too.
func saysJSON(h http.Header) bool {
	if e := h.Get("Content-Encoding"); e != "" && e != "identity" {
		return false
	}
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	switch {
	case h.Get("Content-Type") == "":
		return true
	case err != nil:
		return false
	case strings.HasSuffix(kind, "+json"):
		return true
	}
	return slices.Contains([]string{"application/json", "text/json", "text/plain", "application/x-www-form-urlencoded", "application/octet-stream"}, kind)
}

// loneSurrogate finds half a character written as \ud800: there is no such
// text, and the decoder would put another character in its place.
func loneSurrogate(raw []byte) bool {
	half := func(i int) (high, ok bool) {
		if len(raw) < i+6 || raw[i] != '\\' || raw[i+1] != 'u' || raw[i+2] != 'd' && raw[i+2] != 'D' {
			return false, false
		}
		switch c := raw[i+3] | 0x20; { // letters become small, digits stay
		case c == '8', c == '9', c == 'a', c == 'b':
			return true, true
		case c >= 'c' && c <= 'f':
			return false, true
		}
		return false, false
	}
	for i := bytes.IndexByte(raw, '\\'); i >= 0 && i < len(raw); {
		high, ok := half(i)
		switch {
		case ok && !high:
			return true
		case ok:
			if low, ok := half(i + 6); !ok || low {
				return true
			}
			i += 12
		default:
			i += 2 // \n, \\, or \u and digits that are no escape again
		}
		next := bytes.IndexByte(raw[min(i, len(raw)):], '\\')
		if next < 0 {
			return false
		}
		i += next
	}
	return false
}

func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return nil, errs.New(errs.Canceled, "canceled", nil)
	}
	if int64(len(raw)) > limit {
		drain(w, r.Body)
		return nil, errs.New(errs.TooLarge, "too_large", errs.Params{"max": limit})
	}
	return raw, nil
}

// drainMost and drainTime bound how much of a body that is too large is still
// taken in.
const (
	drainMost = 64 << 20
	drainTime = 10 * time.Second
)

// drain reads on and throws away: most clients read the answer only when they
// have sent everything, and a connection shut before that says nothing but
// that it was reset.
func drain(w http.ResponseWriter, body io.Reader) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(drainTime))
	_, _ = io.CopyN(io.Discard, body, drainMost) // however it ends, the answer is the same
}

// badJSON says what is wrong with a body of so many bytes.
func badJSON(err error, size int) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return errs.New(errs.Invalid, "bad_json", errs.Params{"at": syntax.Offset})
	case errors.As(err, &kind):
		if kind.Field == "" {
			return errs.New(errs.Invalid, "wrong_kind", errs.Params{"want": "object"})
		}
		return errs.RefuseField(kind.Field, "wrong_kind", nil)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errs.New(errs.Invalid, "bad_json", errs.Params{"at": size})
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return errs.RefuseField(strings.Trim(name, `"`), "unknown_field", errs.Params{"field": strings.Trim(name, `"`)})
	}
	return errs.New(errs.Invalid, "bad_json", errs.Params{"at": 0})
}

// depth counts how deep brackets nest, outside strings, without building anything.
func depth(raw []byte) int {
	deep, level, quoted, escaped := 0, 0, false, false
	for _, c := range raw {
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			level++
			deep = max(deep, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deep
}

// writeJSON answers a value.
func writeJSON(w http.ResponseWriter, code int, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return writeRaw(w, code, raw)
}

// writeRaw answers JSON that is made already.
func writeRaw(w http.ResponseWriter, code int, raw []byte) error {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(raw)))
	w.WriteHeader(code)
	w.Write(raw)
	return nil
}

// idIn reads an id from a path or query.
func idIn(text string) (int64, error) {
	id, err := db.ParseID(text)
	if err != nil {
		return 0, errs.NotFoundf("record", text)
	}
	return id, nil
}

// params reads the query of a URL. What cannot be read is refused, and so is a
// name given twice: a filter that is quietly dropped would answer everything.
func params(r *http.Request) (url.Values, error) {
	return readValues(r.URL.RawQuery)
}

// maxPosted is the largest form that stands for a URL's query, in bytes.
const maxPosted = 1 << 20

// posted reads what a form posts in the place of a query, by the same rules.
func posted(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	raw, err := readBody(w, r, maxPosted)
	if err != nil {
		return nil, err
	}
	return readValues(string(raw))
}

func readValues(text string) (url.Values, error) {
	v, err := url.ParseQuery(text)
	if err != nil {
		return nil, errs.RefuseField("", "bad_parameter", nil)
	}
	for name, all := range v {
		if len(all) > 1 {
			return nil, errs.RefuseField(name, "bad_parameter", errs.Params{"name": name})
		}
		if err := checkText(name, all[0]); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// only refuses parameters that an address does not take: a misspelt one must
// not pass for none at all. dry_run is true or false, for a write that was
// meant as a trial must not be one.
func only(r *http.Request, names ...string) error {
	if r.URL.RawQuery == "" {
		return nil
	}
	v, err := params(r)
	if err != nil {
		return err
	}
	if err := knownOnly(v, names...); err != nil {
		return err
	}
	if dry := v.Get("dry_run"); dry != "" && dry != "true" && dry != "false" {
		return errs.RefuseField("dry_run", "bad_choice", errs.Params{"value": dry, "known": "true, false"})
	}
	return nil
}

// knownOnly refuses parameters of other names, and says which there are.
func knownOnly(v url.Values, names ...string) error {
	for name := range v {
		if !slices.Contains(names, name) {
			says := errs.Params{"name": name}
			if len(names) > 0 {
				says["known"] = strings.Join(names, ", ")
			}
			return errs.RefuseField(name, "unknown_parameter", says)
		}
	}
	return nil
}

// checkText refuses what no text of ours may hold.
func checkText(path, s string) error {
	switch {
	case !utf8.ValidString(s):
		return errs.RefuseField(path, "invalid_utf8", nil)
	case strings.ContainsRune(s, 0):
		return errs.RefuseField(path, "nul_in_text", nil)
	}
	return nil
}

// intParam reads a number of the query within bounds; fallback when absent.
func intParam(r *http.Request, name string, fallback, low, high int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return fallback, nil
	}
	return intWithin(name, text, low, high)
}

func intWithin(name, text string, low, high int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, errs.RefuseField(name, "out_of_range", errs.Params{"min": low, "max": high})
	}
	return n, nil
}

// listParam splits "a,b,c".
func listParam(text string) []string {
	if text == "" {
		return nil
	}
	parts := strings.Split(text, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}
