package codes

import (
	"regexp"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone is one number read from a text.
type Phone struct {
	E164    string // "+8613800138000"; "" when it could not be read
	Ext     string // extension: "801"; "" for none
	Kind    string // mobile fixed toll_free shared premium voip pager uan personal service other; "" when it could not be read
	Label   string // words beside the number: "办公", "王经理"
	Raw     string // the piece of text it was read from
	Service string // a short number that is dialled within the mainland only and has no E.164 form: 95588
	Problem string // "" | phone_unsure (E164 is set: right in shape, area or prefix not known) | phone_scientific | bad_phone
}

// String is the stored form: E.164, with ";ext=801" (RFC 3966) for an
// extension; a service number as it is dialled; the raw text when the number
// could not be read.
func (p Phone) String() string {
	switch {
	case p.Service != "":
		return p.Service
	case p.E164 == "":
		return p.Raw
	case p.Ext == "":
		return p.E164
	}
	return p.E164 + ";ext=" + p.Ext
}

// ParsePhone reads a text that holds one number. region (CN, HK, TW, MO or
// another ISO 3166 code; "" is CN) is where numbers without a country code are.
func ParsePhone(text, region string) Phone {
	if region == "" {
		region = "CN"
	}
	if region == "CN" && plainMobile(text) {
		return Phone{E164: "+86" + text, Kind: "mobile", Raw: text}
	}
	p := Phone{Raw: text}
	if len(text) > maxPhoneText {
		p.Problem = "bad_phone"
		return p
	}
	s := strings.TrimLeft(narrow(text), "'`")
	lead, s, tail := splitWords(s)
	s, p.Ext = cutExtension(s)
	p.Label = phoneLabel(lead, tail)
	s = strings.TrimSuffix(s, ".0") // a number that went through a spreadsheet
	if mantissa, ok := scientific(s); ok {
		if mantissa == "" {
			p.Problem, p.Label, p.Ext = "phone_scientific", "", ""
			return p
		}
		s = mantissa
	}
	if digits := compact(s, " -"); region == "CN" && service.MatchString(digits) {
		p.Service, p.Kind = digits, "service"
		return p
	}
	p.read(s, region)
	if p.E164 == "" {
		p.Problem, p.Label, p.Ext, p.Kind = "bad_phone", "", "", ""
	}
	return p
}

// service are the short numbers of the mainland's numbering plan: emergency and
// public services, the carriers', national and local hotlines of firms.
var service = regexp.MustCompile(`^(11[0249]|12[0-2]|100[0-9]{2}|12[0-9]{3}|9[56][0-9]{3,4})$`)

// plainMobile reports a mainland mobile number of eleven bare digits, which
// is nearly every number there is: it needs no library.
func plainMobile(s string) bool {
	return len(s) == 11 && s[0] == '1' && s[1] >= '3' && s[1] <= '9' && digitsOnly(s)
}

// read fills in number and kind from text that is bare of words.
func (p *Phone) read(s, region string) {
	digits := compact(s, " -.()/_")
	if !strings.HasPrefix(digits, "+") && strings.HasPrefix(digits, "00") && len(digits) >= 10 {
		digits = "+" + digits[2:] // dialled abroad: 0086 138…, from whatever region
	}
	bare := strings.TrimPrefix(digits, "+")
	if !digitsOnly(bare) || len(bare) > 18 {
		return
	}
	if p.mainlandMobile(digits, bare, region) || p.library(digits, region) {
		return
	}
	if digits == bare && len(bare) >= 11 && near(bare[:3]) && p.library("+"+bare, region) {
		return // 886-6-7861000: with the country code, without its plus
	}
	// 010-65551234-801: the last group may be an extension.
	if cut := strings.LastIndexByte(s, '-'); p.Ext == "" && cut > 0 {
		ext := strings.TrimSpace(s[cut+1:])
		if len(ext) <= 6 && digitsOnly(ext) && p.library(compact(s[:cut], " -.()/_"), region) {
			p.Ext = ext
			return
		}
	}
	p.unsure(digits, bare, region)
}

// near tells the country codes of Taiwan, Hong Kong and Macau.
func near(code string) bool { return code == "886" || code == "852" || code == "853" }

// mainlandMobile reads +86 138…, 86 138… and 138…, as far as the mobile
// number's eleven digits are whole.
func (p *Phone) mainlandMobile(digits, bare, region string) bool {
	n := bare
	if digits != bare || len(bare) == 13 {
		var ok bool
		if n, ok = strings.CutPrefix(bare, "86"); !ok {
			return false
		}
	} else if region != "CN" {
		return false
	}
	if len(n) == 12 && n[:2] == "01" {
		n = n[1:] // a trunk 0 before a mobile number, as dialled from other cities once
	}
	if !plainMobile(n) {
		return false
	}
	p.E164, p.Kind = "+86"+n, "mobile"
	return true
}

func (p *Phone) library(digits, region string) bool {
	n, err := phonenumbers.Parse(digits, region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return false
	}
	p.E164 = phonenumbers.Format(n, phonenumbers.E164)
	p.Kind = phoneKind(phonenumbers.GetNumberType(n))
	return true
}

// unsure accepts what is right in shape: a mainland fixed line whose area code
// the library does not know (a trunk 0, an area code, 7 or 8 digits), and a
// mainland mobile number in Hong Kong, Macau or Taiwan, where no number of
// eleven digits begins so.
func (p *Phone) unsure(digits, bare, region string) {
	n := bare
	if digits == bare && plainMobile(bare) && (region == "HK" || region == "MO" || region == "TW") {
		p.E164, p.Kind, p.Problem = "+86"+bare, "mobile", "phone_unsure"
		return
	}
	if digits != bare || (len(bare) > 11 && strings.HasPrefix(bare, "86")) {
		var ok bool
		if n, ok = strings.CutPrefix(bare, "86"); !ok {
			return
		}
		n = "0" + strings.TrimPrefix(n, "0")
	} else if region != "CN" {
		return
	}
	area := 4
	if strings.HasPrefix(n, "01") || strings.HasPrefix(n, "02") {
		area = 3
	}
	rest := len(n) - area
	if !strings.HasPrefix(n, "0") || (rest != 7 && rest != 8) || n[1] == '0' || n[area] < '2' || (n[1] == '1' && n[2] != '0') {
		return
	}
	p.E164, p.Kind, p.Problem = "+86"+n[1:], "fixed", "phone_unsure"
}

func phoneKind(t phonenumbers.PhoneNumberType) string {
	switch t {
	case phonenumbers.MOBILE:
		return "mobile"
	case phonenumbers.FIXED_LINE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return "fixed"
	case phonenumbers.TOLL_FREE:
		return "toll_free"
	case phonenumbers.SHARED_COST:
		return "shared"
	case phonenumbers.PREMIUM_RATE:
		return "premium"
	case phonenumbers.VOIP:
		return "voip"
	case phonenumbers.PAGER:
		return "pager"
	case phonenumbers.UAN:
		return "uan"
	case phonenumbers.PERSONAL_NUMBER:
		return "personal"
	}
	return "other"
}
