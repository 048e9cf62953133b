package codes

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// FormatPhone gives a stored number (see [Phone.String]) as mainland people
// read it: "138 0013 8000", "010 6555 1234-801", "+852 5123 4567". Text that
// is not a stored number comes back as it is.
func FormatPhone(stored string) string { return FormatPhoneIn(stored, "CN") }

// FormatPhoneIn is FormatPhone for readers of a region: numbers of the region
// are shown without their country code.
func FormatPhoneIn(stored, region string) string {
	e164, ext, _ := strings.Cut(stored, ";ext=")
	if len(e164) < 6 || e164[0] != '+' || !digitsOnly(e164[1:]) {
		return stored
	}
	if ext != "" {
		ext = "-" + ext
	}
	if n, ok := strings.CutPrefix(e164, "+86"); ok && plainMobile(n) {
		n = n[:3] + " " + n[3:7] + " " + n[7:]
		if region != "CN" {
			n = "+86 " + n
		}
		return n + ext
	}
	n, err := phonenumbers.Parse(e164, region)
	if err != nil {
		return stored
	}
	form := phonenumbers.INTERNATIONAL
	if int(n.GetCountryCode()) == phonenumbers.GetCountryCodeForRegion(region) {
		form = phonenumbers.NATIONAL
	}
	return phonenumbers.Format(n, form) + ext
}

// MaskPhone hides the middle of a stored number: "138****8000", "+852****4567".
func MaskPhone(stored string) string {
	e164, _, _ := strings.Cut(stored, ";ext=")
	s := strings.TrimPrefix(e164, "+86")
	if len(s) < 8 {
		return "****"
	}
	return s[:len(s)-8] + strings.Repeat("*", 4) + s[len(s)-4:]
}
