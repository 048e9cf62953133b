package codes

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"kedang/internal/errs"
)

// ParseEmail reads one address, also as "mailto:a@b.cn" or "王芳 <a@b.cn>".
// Full-width signs become ASCII and the domain small letters; the part before
// @ stays as it is, for it may tell case apart. Only the shape is checked
// (RFC 5321 lengths, a dot in the domain). Problem: bad_email.
func ParseEmail(text string) (string, []errs.Problem) {
	s := strings.ReplaceAll(narrow(text), "。", ".")
	if open := strings.LastIndexByte(s, '<'); open >= 0 && strings.HasSuffix(s, ">") {
		s = s[open+1 : len(s)-1]
	}
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return text, problem("bad_email", nil)
	}
	local, domain := s[:at], strings.ToLower(s[at+1:])
	if !mailbox(local) || !hostname(domain) || !strings.Contains(domain, ".") || len(s) > 254 {
		return text, problem("bad_email", nil)
	}
	return local + "@" + domain, nil
}

// ParseEmails reads a cell that may hold several addresses, parted by ; , 、
// white space or new lines. What cannot be read stands in bad as it was.
func ParseEmails(text string) (addresses, bad []string) {
	for _, piece := range strings.FieldsFunc(text, func(r rune) bool {
		return strings.ContainsRune("、;；,，|\n\r\t", r)
	}) {
		if narrow(piece) == "" {
			continue
		}
		if a, problems := ParseEmail(piece); problems == nil {
			addresses = append(addresses, a)
			continue
		}
		for _, word := range strings.Fields(piece) {
			if a, problems := ParseEmail(word); problems == nil {
				addresses = append(addresses, a)
			} else {
				bad = append(bad, word)
			}
		}
	}
	return addresses, bad
}

// mailbox checks the part before @.
func mailbox(s string) bool {
	if s == "" || len(s) > 64 || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for _, r := range s {
		if r <= ' ' || r == 0x7F || strings.ContainsRune(`"(),:;<>@[\]`, r) || unicode.IsSpace(r) || r == unicode.ReplacementChar {
			return false
		}
	}
	return true
}

// hostname checks labels of letters (of any script), digits and hyphens.
func hostname(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) {
				return false
			}
		}
	}
	return true
}

// ParseURL reads a web address; "www.kedang.cn" without a scheme is taken as
// https. Only http and https with a host are accepted, so that a stored address
// can be shown as a link without running anything. Scheme and host become
// small letters, the rest stays. Problem: bad_url.
func ParseURL(text string) (string, []errs.Problem) {
	s := slipped.ReplaceAllString(narrow(text), "$1://")
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || strings.ContainsAny(s, " \"<>\\^`{|}") || len(s) > 2048 {
		return text, problem("bad_url", nil)
	}
	u.Scheme = strings.ToLower(u.Scheme)
	host := strings.ToLower(u.Hostname())
	if u.Scheme != "http" && u.Scheme != "https" || !hostOrAddress(host) {
		return text, problem("bad_url", nil)
	}
	// The text is kept but for scheme and host: building it anew from its
	// parts would escape what the owner of the page did not.
	from := strings.Index(s, "://") + 3
	rest := s[from:]
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	user, place := "", rest[:end]
	if at := strings.LastIndexByte(place, '@'); at >= 0 {
		user, place = place[:at+1], place[at+1:]
	}
	return u.Scheme + "://" + user + strings.ToLower(place) + rest[end:], nil
}

// slipped is how http:// is mistyped most: http:// with a blank behind it,
// http//, http:/, http:///.
var slipped = regexp.MustCompile(`(?i)^(https?)\s*:*\s*/+\s*`)

func hostOrAddress(host string) bool {
	if strings.Contains(host, ":") { // IPv6; url.Parse has checked the brackets
		return true
	}
	return hostname(host) && (strings.Contains(host, ".") || host == "localhost")
}
