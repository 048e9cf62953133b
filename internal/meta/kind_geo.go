package meta

import (
	"encoding/json"
	"strings"

	"kedang/internal/errs"
	"kedang/internal/han"
)

// geoScale is the decimals of a degree that are kept: 7 are about a centimetre.
const geoScale = 7

// kindGeo is a point on the map (WGS 84), stored as "lat,lng".
type kindGeo struct{ inColumn }

// Name is "geo".
func (kindGeo) Name() string { return "geo" }

// Parse takes {"lat": 31.2, "lng": 121.4} or "31.2,121.4".
func (kindGeo) Parse(_ *Field, v any, _ *Input) (any, []errs.Problem) {
	var lat, lng string
	switch x := v.(type) {
	case nil:
		return nil, nil
	case string:
		if strings.TrimSpace(x) == "" {
			return nil, nil
		}
		var ok bool
		if lat, lng, ok = strings.Cut(strings.ReplaceAll(x, "，", ","), ","); !ok {
			return nil, refusal("bad_geo", errs.Params{"value": x})
		}
	case map[string]any:
		lat, lng = degree(x["lat"]), degree(x["lng"])
	default:
		return nil, refusal("wrong_kind", errs.Params{"want": "geo"})
	}
	a, okA := angle(lat, 90)
	b, okB := angle(lng, 180)
	if !okA || !okB {
		return nil, refusal("bad_geo", errs.Params{"value": lat + "," + lng})
	}
	return a + "," + b, nil
}

func degree(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case json.Number:
		return string(x)
	}
	return ""
}

// angle writes degrees plainly: no sign +, no trailing zeros.
func angle(s string, most int64) (string, bool) {
	n, code := parseScaled(strings.TrimSpace(s), geoScale)
	if code != "" || n > most*powers[geoScale] || n < -most*powers[geoScale] {
		return "", false
	}
	text := strings.TrimRight(string(appendScaled(nil, n, geoScale)), "0")
	return strings.TrimSuffix(text, "."), true
}

// AppendJSON appends {"lat":31.2,"lng":121.4}.
func (kindGeo) AppendJSON(dst []byte, _ *Field, v any) []byte {
	s, _ := v.(string)
	comma := strings.IndexByte(s, ',')
	if comma < 0 {
		return append(dst, "null"...)
	}
	dst = append(append(dst, `{"lat":`...), s[:comma]...)
	dst = append(append(dst, `,"lng":`...), s[comma+1:]...)
	return append(dst, '}')
}

// Tokens adds nothing.
func (kindGeo) Tokens(*Field, any, string, *han.Tokens) {}

// Operators lists the filter operators offered.
func (kindGeo) Operators() []string { return []string{"missing", "present"} }
