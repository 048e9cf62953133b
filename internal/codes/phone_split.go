package codes

import (
	"regexp"
	"strings"
	"unicode"
)

// maxPhoneText bounds, in bytes, what is looked through for numbers: a longer
// text is prose.
const maxPhoneText = 2000

// ParsePhones reads a cell that may hold several numbers, parted by 、 / ; , |
// or new lines, or by plain spaces where both sides are whole numbers. Each
// keeps its own piece of text in Raw, so nothing of the cell is lost but the
// separators; a piece without a digit joins the number before it as a label.
// Empty text gives nil.
func ParsePhones(text, region string) []Phone {
	if region == "" || region == "CN" {
		if plainMobile(text) {
			return []Phone{{E164: "+86" + text, Kind: "mobile", Raw: text}}
		}
	}
	if len(text) > maxPhoneText {
		return []Phone{{Raw: text, Problem: "bad_phone"}}
	}
	var phones []Phone
	for _, piece := range splitPhones(apart(lastDigits(areaSlash(text)))) {
		if narrow(piece) == "" {
			continue
		}
		piece = sameArea(phones, piece, region)
		if last := len(phones) - 1; last >= 0 && extendsLast(&phones[last], piece) {
			continue
		}
		phones = append(phones, parsePiece(piece, region)...)
	}
	return phones
}

// areas are area codes that a slash parts from the number: 010/62345678,
// 310/246-1501.
var areas = regexp.MustCompile(`(^|[^0-9/-])(\(?0[0-9]{1,3}\)?|[2-9][0-9]{2})/([0-9]{3,4}[- ]?[0-9]{4})(?:$|[^0-9])`)

// areaSlash writes the slash behind an area code as it is usually written.
func areaSlash(text string) string {
	if !strings.Contains(text, "/") {
		return text
	}
	return areas.ReplaceAllStringFunc(text, func(s string) string { return strings.Replace(s, "/", "-", 1) })
}

// sameArea gives a piece of seven or eight bare digits behind a fixed line its
// area code, where it is no number by itself: 010-62345678/62345679.
func sameArea(before []Phone, piece, region string) string {
	digits := compact(narrow(piece), " -")
	if len(before) == 0 || len(digits) < 7 || len(digits) > 8 || !digitsOnly(digits) || ParsePhone(piece, region).E164 != "" {
		return piece
	}
	last := before[len(before)-1]
	for _, code := range []string{"+86", "+886"} {
		area, ok := strings.CutPrefix(last.E164, code)
		if !ok || last.Kind != "fixed" || len(area) <= len(digits) {
			continue
		}
		if whole := "0" + area[:len(area)-len(digits)] + "-" + digits; ParsePhone(whole, region).Problem == "" {
			return whole
		}
	}
	return piece
}

var (
	tails = regexp.MustCompile(`([0-9][0-9 -]{4,}[0-9])((?:/[0-9]{1,2})+)(?:[^0-9]|$)`)
	// mobiles are those of the mainland that stand among other characters:
	// 张三13817660030李四13817660031.
	mobiles = regexp.MustCompile(`1[3-9][0-9]{9}`)
)

// lastDigits writes out what people shorten: 021-58880016/17/18 are three numbers.
func lastDigits(text string) string {
	if !strings.Contains(text, "/") {
		return text
	}
	return tails.ReplaceAllStringFunc(text, func(s string) string {
		found := tails.FindStringSubmatchIndex(s)
		number, rest, behind := s[:found[3]], s[found[4]:found[5]], s[found[5]:]
		out := number
		for _, tail := range strings.Split(rest[1:], "/") {
			out += "/" + number[:len(number)-len(tail)] + tail
		}
		return out + behind
	})
}

// apart puts a mark between mobile numbers that nothing parts, or only the name
// of the next one's owner; of this one's where the text ends with a name.
func apart(text string) string {
	found := mobiles.FindAllStringIndex(text, -1)
	if len(found) < 2 {
		return text
	}
	out, from := "", 0
	behind := found[0][0] == 0 && found[len(found)-1][1] < len(text)
	for i, at := range found[1:] {
		end := found[i][1]
		between := text[end:at[0]]
		if between == "" && len(text) == len(found)*11 || between != "" && !strings.ContainsFunc(between, func(r rune) bool { return !unicode.Is(unicode.Han, r) }) {
			if behind {
				end = at[0]
			}
			out, from = out+text[from:end]+"/", end
		}
	}
	return out + text[from:]
}

// parsePiece reads one piece; when that fails and spaces part it, the words
// are gathered into numbers as they become whole.
func parsePiece(piece, region string) []Phone {
	whole := ParsePhone(piece, region)
	words := strings.Fields(piece)
	if whole.Problem == "" || len(words) < 2 || len(words) > 12 {
		return []Phone{whole}
	}
	var phones []Phone
	for from := 0; from < len(words); {
		to := len(words)
		var p Phone
		for ; to > from; to-- {
			if p = ParsePhone(strings.Join(words[from:to], " "), region); p.Problem == "" {
				break
			}
		}
		if to == from {
			return []Phone{whole} // one word belongs to no number: keep the piece as it was
		}
		phones = append(phones, p)
		from = to
	}
	return phones
}

// extendsLast joins to the number before what cannot be one of its own: an
// extension of up to five digits after a comma, or words in brackets.
func extendsLast(last *Phone, piece string) bool {
	s := narrow(piece)
	if last.E164 == "" {
		return false
	}
	if len(s) <= 5 && digitsOnly(s) && last.Ext == "" && last.Kind != "mobile" && !strings.HasPrefix(s, "1") {
		last.Ext = s
		last.Raw += "," + piece
		return true
	}
	if last.Label == "" && !strings.ContainsFunc(s, unicode.IsDigit) && strings.ContainsFunc(s, unicode.IsLetter) {
		last.Label = trimLabel(s)
		last.Raw += " " + piece
		return true
	}
	return false
}

func splitPhones(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return strings.ContainsRune("、/／;；,，|｜\n\r\t或", r)
	})
}

// splitWords parts leading and trailing words from the number between them:
// "办公:(010)6555 1234转801 (王)" -> "办公:", "(010)6555 1234转801", "(王)".
func splitWords(s string) (lead, number, tail string) {
	start := strings.IndexAny(s, "0123456789")
	if start < 0 {
		return "", s, ""
	}
	for start > 0 && (s[start-1] == '(' || s[start-1] == '+') {
		start--
	}
	end := strings.LastIndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' }) + 1
	return s[:start], strings.TrimSpace(s[start:end]), s[end:]
}

// phoneLabel makes one label of the words around a number.
func phoneLabel(lead, tail string) string {
	lead, tail = trimLabel(lead), trimLabel(tail)
	if lead == "" || tail == "" {
		return lead + tail
	}
	return lead + " " + tail
}

func trimLabel(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// extensionMarks are what people write between a number and its extension.
var extensionMarks = []string{"转分机", "分机号", "内线", "分机", "分機", "轉", "转", "extension", "ext.", "ext", "#", "*", "x"}

// cutExtension parts "6555 1234 转 801" into number and extension. It has to
// come before the library, which cannot read a number with 转 in it.
func cutExtension(s string) (number, ext string) {
	lower := strings.ToLower(s)
	for _, mark := range extensionMarks {
		at := strings.Index(lower, mark)
		if at <= 0 || len(lower) != len(s) {
			continue
		}
		ext = strings.Trim(s[at+len(mark):], " :.-()")
		if len(ext) <= 8 && digitsOnly(ext) {
			return strings.TrimRight(s[:at], " -,.("), ext
		}
	}
	return s, ""
}

// scientific recognises 1.38001E+10, which a spreadsheet makes of a long
// number. With seven or more digits before the E it was written by a program
// and is exact; with fewer, digits are gone: then the number is "".
func scientific(s string) (number string, ok bool) {
	mantissa, exponent, found := strings.Cut(strings.ToUpper(s), "E")
	if !found {
		return "", false
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	exponent = strings.TrimPrefix(exponent, "+")
	if len(whole) != 1 || !digitsOnly(whole+fraction+exponent) || len(exponent) == 0 || len(exponent) > 2 {
		return "", false
	}
	zeros := small(exponent) - len(fraction)
	if len(fraction) < 6 || zeros < 0 || zeros > 8 {
		return "", true
	}
	return whole + fraction + strings.Repeat("0", zeros), true
}
