// Package codes reads what is written by rule: identity numbers, phones,
// e-mail and web addresses, divisions, dates in both calendars, numbers. It
// parses what people type or paste, checks it, and gives the one form that is
// stored and compared.
//
// Every reader has the same shape: text in, the normal form out, and a list
// of [errs.Problem] (codes, no sentences) that says what does not hold. Where
// a normal form exists despite a problem it is returned with it, because
// whether a wrong check character is a warning or a refusal is the caller's
// decision: unified social credit codes with wrong check characters have
// really been issued.
//
//	id, problems := codes.ParseResidentID("11010519491231002x", now)
//	// id.Number "11010519491231002X", id.Birth "1949-12-31", id.Sex codes.Female
//	// problems: none
//
//	for _, p := range codes.ParsePhones("13800138000/010-65551234转801", "CN") {
//		fmt.Println(p.E164, p.Ext, p.Kind) // +8613800138000 "" mobile; +861065551234 801 fixed
//	}
//
//	code, rest := codes.FindDivision("上海浦东张江路1号") // "310115", "张江路1号"
//
// The main types are [ResidentID], [USCC] and [Form] for identity numbers,
// [Phone], [Reading] for a date as written, [LunarDate] and [Yearly] for what
// comes back each year, [Number] for an exact decimal and [Workdays].
//
// Dates travel as 'YYYY-MM-DD', so that comparing text compares days.
//
// The package must never lose input (what cannot be read is handed back as it
// was, with a problem), never panic on any text, never ask the clock (the day
// is an argument), and never hold a sentence for a user.
package codes
