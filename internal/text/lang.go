package text

import (
	"slices"
	"strconv"
	"strings"
)

// Lang is a language that people are answered in.
type Lang string

// The languages.
const (
	ZhHans Lang = "zh-Hans" // the default
	ZhHant Lang = "zh-Hant"
	En     Lang = "en"
)

// Langs lists the languages, the default first.
func Langs() []Lang { return []Lang{ZhHans, ZhHant, En} }

// Match picks the language for an Accept-Language header (RFC 9110), or for
// one language tag: zh-TW, zh-HK and zh-MO are zh-Hant, other Chinese is
// zh-Hans. With none that we have, or nothing at all, it is zh-Hans.
func Match(acceptLanguage string) Lang { return Prefer(acceptLanguage, ZhHans) }

// Prefer is Match with another language for when the header names none that
// we have.
func Prefer(acceptLanguage string, otherwise Lang) Lang {
	type wish struct {
		lang Lang
		q    float64
	}
	var wishes []wish
	for part := range strings.SplitSeq(acceptLanguage, ",") {
		tag, params, _ := strings.Cut(part, ";")
		lang, ok := known(strings.TrimSpace(tag))
		if !ok || len(wishes) == 20 {
			continue
		}
		q := 1.0
		if v, found := strings.CutPrefix(strings.TrimSpace(params), "q="); found {
			q, _ = strconv.ParseFloat(v, 64)
		}
		if q > 0 {
			wishes = append(wishes, wish{lang, q})
		}
	}
	if len(wishes) == 0 {
		return otherwise
	}
	return slices.MaxFunc(wishes, func(a, b wish) int { // the first of equals
		switch {
		case a.q < b.q:
			return -1
		case a.q > b.q:
			return 1
		}
		return 0
	}).lang
}

func known(tag string) (Lang, bool) {
	parts := strings.Split(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	switch parts[0] {
	case "en":
		return En, true
	case "zh", "cmn", "yue":
	default:
		return "", false
	}
	for _, p := range parts[1:] {
		switch p {
		case "hant", "tw", "hk", "mo":
			return ZhHant, true
		case "hans":
			return ZhHans, true
		}
	}
	return ZhHans, true
}
