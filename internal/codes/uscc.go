package codes

import (
	"strings"

	"kedang/internal/errs"
)

// USCC is a unified social credit code (GB 32100-2015).
type USCC struct {
	Number    string // 18 characters
	Authority string // 1: who registered it ("9" market regulation, "5" civil affairs, "1" public institutions …)
	Category  string // 2: kind of body within the authority ("1" enterprise, "2" sole trader, "3" farmers' cooperative)
	Division  string // 3–8: division of the registering office
	OrgCode   string // 9–17: organisation code (GB 11714), without its hyphen
}

// The alphabet of GB 32100 leaves out I, O, S, V and Z.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

var usccWeights = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}

// ParseUSCC reads a code with or without spaces and hyphens, in any case and
// width. The letters O and I, which the alphabet does not have, are read as 0
// and 1 when the check character then holds.
//
// Problems: bad_length, bad_character, unknown_division, bad_checksum. Codes
// that break the standard have been issued: warn, do not block.
func ParseUSCC(text string) (USCC, []errs.Problem) {
	s := compact(text, " -'_.")
	if len(s) != 18 {
		return USCC{Number: s}, problem("bad_length", errs.Params{"want": "18"})
	}
	u, problems := splitUSCC(s)
	if problems != nil && strings.ContainsAny(s, "OI") {
		if v, none := splitUSCC(strings.NewReplacer("O", "0", "I", "1").Replace(s)); none == nil {
			return v, nil
		}
	}
	return u, problems
}

func splitUSCC(s string) (USCC, []errs.Problem) {
	u := USCC{Number: s}
	for i := 0; i < 18; i++ {
		if strings.IndexByte(usccAlphabet, s[i]) < 0 || (i >= 2 && i < 8 && s[i] > '9') {
			return u, problem("bad_character", errs.Params{"character": s[i : i+1], "position": i + 1})
		}
	}
	u.Authority, u.Category, u.Division, u.OrgCode = s[:1], s[1:2], s[2:8], s[8:17]
	// 10 is the national registry itself (ministries register there).
	if u.Division[:2] != "10" && !knownProvince(u.Division[:2]) {
		return u, problem("unknown_division", errs.Params{"division": u.Division[:2]})
	}
	sum := 0
	for i, w := range usccWeights {
		sum += w * strings.IndexByte(usccAlphabet, s[i])
	}
	if usccAlphabet[(31-sum%31)%31] != s[17] {
		return u, problem("bad_checksum", nil)
	}
	return u, nil
}

// ParseOrgCode reads an organisation code (GB 11714-1997), "12345678-9" or
// without the hyphen, and gives it with the hyphen.
// Problems: bad_length, bad_character, bad_checksum.
func ParseOrgCode(text string) (string, []errs.Problem) {
	s := compact(text, " -'")
	if len(s) != 9 {
		return s, problem("bad_length", errs.Params{"want": "9"})
	}
	sum := 0
	for i, w := range [8]int{3, 7, 9, 10, 5, 8, 4, 2} {
		v := strings.IndexByte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", s[i])
		if v < 0 {
			return s, problem("bad_character", errs.Params{"character": s[i : i+1], "position": i + 1})
		}
		sum += w * v
	}
	if "0123456789X0"[11-sum%11] != s[8] {
		return s[:8] + "-" + s[8:], problem("bad_checksum", nil)
	}
	return s[:8] + "-" + s[8:], nil
}
