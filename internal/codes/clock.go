package codes

import (
	"strings"
	"time"

	"kedang/internal/errs"
)

// ParseDateTime reads a moment: RFC 3339, or a date as ParseDate reads it with
// a time behind it (14:05, 14:05:09.5, 2:05 PM, 下午2:05, 14时5分), a
// spreadsheet's serial with a fraction, 20260103140509. Without an offset of
// its own the time is that of zone; without a time it is midnight. The result
// is in UTC, cut to milliseconds. A time that a change of clocks skips is
// moved on, as package time does.
//
// Problems: as ParseDate.
func ParseDateTime(text string, zone *time.Location, style DateStyle) (time.Time, []errs.Problem) {
	if len(text) >= 20 && len(text) <= 40 {
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return within(t)
		}
	}
	s := dateText(text)
	if digitsOnly(s) && (len(s) == 14 || len(s) == 12) {
		s = s[:8] + " " + s[8:10] + ":" + s[10:12] + ":" + (s + "00")[12:14]
	}
	s, offset := cutOffset(s)
	date, clock := cutClock(s)
	if clock == noClock {
		clock = serialClock(date)
	}
	r, problems := ParseDate(date, style)
	if problems != nil {
		return time.Time{}, problems
	}
	if clock < 0 {
		clock = 0
	}
	day, err := time.ParseInLocation(time.DateOnly, r.Date, time.UTC)
	if err != nil {
		return time.Time{}, problem("bad_date", nil)
	}
	if offset != "" {
		zone, err = parseOffset(offset)
		if err != nil {
			return time.Time{}, problem("bad_date", nil)
		}
	}
	if zone == nil {
		zone = time.UTC
	}
	return within(time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, int(clock), zone).Truncate(time.Millisecond))
}

// within refuses years that the stored form of a date cannot hold.
func within(t time.Time) (time.Time, []errs.Problem) {
	t = t.UTC().Truncate(time.Millisecond)
	if t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, problem("bad_date", nil)
	}
	return t, nil
}

// noClock stands for: no time of day was written.
const noClock = time.Duration(-1)

// cutOffset takes Z or +08:00 off the end of a text that holds a time.
func cutOffset(s string) (rest, offset string) {
	colon := strings.IndexByte(s, ':')
	if colon < 0 {
		return s, ""
	}
	if rest, ok := strings.CutSuffix(s, "Z"); ok {
		return strings.TrimSpace(rest), "Z"
	}
	if at := strings.LastIndexAny(s, "+-"); at > colon {
		return strings.TrimSpace(s[:at]), s[at:]
	}
	return s, ""
}

func parseOffset(s string) (*time.Location, error) {
	if s == "Z" {
		return time.UTC, nil
	}
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if t, err := time.Parse(layout, s); err == nil {
			_, seconds := t.Zone()
			return time.FixedZone("", seconds), nil
		}
	}
	_, err := time.Parse("-07:00", s)
	return nil, err
}

// halfDays are words that stand before or behind a time of day.
var halfDays = []struct {
	word  string
	after bool // noon or later
}{
	{"上午", false}, {"早上", false}, {"凌晨", false}, {"清晨", false}, {"早晨", false}, {"下午", true}, {"晚上", true}, {"中午", true}, {"傍晚", true},
	{"AM", false}, {"PM", true}, {"A.M.", false}, {"P.M.", true},
}

// cutClock parts a time of day from the end of a date. What does not look
// like a time stays with the date, so that reading the date refuses it.
func cutClock(s string) (date string, clock time.Duration) {
	unified := s
	for _, p := range [][2]string{{"时", ":"}, {"時", ":"}, {"点", ":"}, {"點", ":"}, {"分", ":"}} {
		unified = strings.Replace(unified, p[0], p[1], 1)
	}
	unified = strings.TrimRight(strings.TrimSuffix(unified, "秒"), ":")
	unified = strings.TrimSuffix(unified, ":整")
	half, pm := "", false
	for _, h := range halfDays {
		if strings.Contains(unified, h.word) {
			half, pm = h.word, h.after
			unified = strings.TrimSpace(strings.Replace(unified, h.word, " ", 1))
			break
		}
	}
	at := strings.LastIndexAny(unified, " T日号號")
	if at < 0 {
		return s, noClock
	}
	for at < len(unified) && (unified[at] == ' ' || unified[at] == 'T' || unified[at] >= 0x80) {
		at++
	}
	clock, ok := readClock(unified[at:], half, pm, strings.ContainsAny(s, ":时時点點"))
	if !ok {
		return s, noClock
	}
	return strings.TrimRight(strings.TrimSpace(unified[:at]), "T"), clock
}

// readClock reads 14:05:09.5; a bare hour only when a word said it is one.
func readClock(s, half string, pm, marked bool) (time.Duration, bool) {
	if s == "" || !marked && half == "" {
		return 0, false
	}
	whole, fraction, _ := strings.Cut(s, ".")
	parts := strings.Split(strings.TrimSpace(whole), ":")
	if len(parts) > 3 {
		return 0, false
	}
	var n [3]int
	for i, p := range parts {
		p = strings.TrimSpace(p)
		if !digitsOnly(p) || len(p) > 2 {
			return 0, false
		}
		n[i] = small(p)
	}
	if pm && n[0] < 12 {
		n[0] += 12
	}
	if half != "" && !pm && n[0] == 12 {
		n[0] = 0
	}
	if n[0] > 23 || n[1] > 59 || n[2] > 59 || fraction != "" && (!digitsOnly(fraction) || len(parts) < 3) {
		return 0, false
	}
	millis := small((fraction + "000")[:3])
	return time.Duration(n[0])*time.Hour + time.Duration(n[1])*time.Minute + time.Duration(n[2])*time.Second + time.Duration(millis)*time.Millisecond, true
}

// serialClock reads the fraction of a spreadsheet's serial, to the nearest
// second: 46025.5 is noon.
func serialClock(s string) time.Duration {
	whole, fraction, dot := strings.Cut(s, ".")
	if !dot || !digitsOnly(whole) || !digitsOnly(fraction) {
		return noClock
	}
	digits := (fraction + "000000000")[:9]
	seconds := (small(digits)*86400 + 500_000_000) / 1_000_000_000
	return time.Duration(min(seconds, 86399)) * time.Second
}
