package codes

import (
	"strconv"
	"time"

	"kedang/internal/errs"
)

// Form names a kind of identity number, as packs write it.
type Form string

// The forms.
const (
	FormResidentID   Form = "resident_id"   // mainland citizens; residence permits of HK, MO, TW people and, since 2023, of foreigners
	FormUSCC         Form = "uscc"          // unified social credit code
	FormOrgCode      Form = "org_code"      // organisation code, before 2015
	FormTaiwanUBN    Form = "tw_ubn"        // unified business number of Taiwan
	FormTaiwanID     Form = "tw_id"         // national identity number of Taiwan
	FormHKID         Form = "hk_id"         // Hong Kong identity card
	FormPassport     Form = "passport"      // of any country, loosely
	FormTravelPermit Form = "travel_permit" // 港澳居民来往内地通行证, 台湾居民来往大陆通行证
	FormBankCard     Form = "bank_card"     //
	FormOther        Form = "other"         // any paper: 3 to 40 letters and digits
)

// Forms lists every form that ParseIdentity knows.
func Forms() []Form {
	return []Form{FormResidentID, FormUSCC, FormOrgCode, FormTaiwanUBN, FormTaiwanID, FormHKID,
		FormPassport, FormTravelPermit, FormBankCard, FormOther}
}

// ParseIdentity reads an identity number of a form into its normal form;
// today bounds the date of birth. Missing text gives no problem and "".
// An unknown form is the problem unknown_form.
func ParseIdentity(form Form, text string, today time.Time) (string, []errs.Problem) {
	if narrow(text) == "" {
		return "", nil
	}
	switch form {
	case FormResidentID:
		id, problems := ParseResidentID(text, today)
		return id.Number, problems
	case FormUSCC:
		u, problems := ParseUSCC(text)
		return u.Number, problems
	case FormOrgCode:
		return ParseOrgCode(text)
	case FormTaiwanUBN:
		number, _, problems := ParseTaiwanUBN(text)
		return number, problems
	case FormTaiwanID:
		return ParseTaiwanID(text)
	case FormHKID:
		return ParseHKID(text)
	case FormPassport:
		return ParsePassport(text)
	case FormTravelPermit:
		return ParseTravelPermit(text)
	case FormBankCard:
		return ParseBankCard(text)
	case FormOther:
		return parseOther(text)
	}
	return text, problem("unknown_form", errs.Params{"form": string(form)})
}

// parseOther takes papers whose rule we do not know as they are written; only
// their length is bounded.
func parseOther(text string) (string, []errs.Problem) {
	s := compact(text, "")
	if n := len([]rune(s)); n < 3 || n > 40 {
		return s, problem("bad_length", errs.Params{"want": span(3, 40)})
	}
	return s, nil
}

// GuessForm names the first of the forms that takes the text with nothing
// wrong, or "" when none does. Strict forms should stand before loose ones.
func GuessForm(text string, today time.Time, forms ...Form) Form {
	for _, f := range forms {
		if normal, problems := ParseIdentity(f, text, today); normal != "" && problems == nil {
			return f
		}
	}
	return ""
}

func span(least, most int) string {
	return strconv.Itoa(least) + "–" + strconv.Itoa(most)
}
