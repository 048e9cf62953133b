package expr

import "time"

// Dates are the text 2006-01-02, so that comparing bytes compares days; years
// 1 to 9999. Calculations go by the number of days since 1970-01-01.

const (
	firstDay = -719162 // 0001-01-01
	lastDay  = 2932896 // 9999-12-31
)

// dayNumber reads a date; false when it is none.
func dayNumber(text string) (int64, bool) {
	y, m, d, ok := splitDay(text)
	if !ok || y < 1 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return 0, false
	}
	return dayOf(y, m, d), true
}

func splitDay(s string) (y, m, d int64, ok bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, 0, 0, false
	}
	for _, i := range [...]int{0, 1, 2, 3, 5, 6, 8, 9} {
		if s[i] < '0' || s[i] > '9' {
			return 0, 0, 0, false
		}
	}
	two := func(i int) int64 { return int64(s[i]-'0')*10 + int64(s[i+1]-'0') }
	return two(0)*100 + two(2), two(5), two(8), true
}

func daysIn(y, m int64) int64 {
	switch {
	case m == 2 && y%4 == 0 && (y%100 != 0 || y%400 == 0):
		return 29
	case m == 2:
		return 28
	case m == 4 || m == 6 || m == 9 || m == 11:
		return 30
	}
	return 31
}

// dayOf counts days from 1970-01-01 in the proleptic Gregorian calendar (after
// Howard Hinnant, "chrono-compatible low-level date algorithms").
func dayOf(y, m, d int64) int64 {
	if m <= 2 {
		y--
	}
	era := y / 400
	yearOfEra := y - era*400
	dayOfYear := (153*((m+9)%12)+2)/5 + d - 1
	return era*146097 + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - 719468
}

// dayText writes a day; false beyond the years 1 to 9999.
func dayText(n int64) (string, bool) {
	if n < firstDay || n > lastDay {
		return "", false
	}
	z := n + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d, m := doy-(153*mp+2)/5+1, (mp+2)%12+1
	y := yoe + era*400
	if m <= 2 {
		y++
	}
	return writeDay(y, m, d), true
}

func writeDay(y, m, d int64) string {
	b := [10]byte{byte('0' + y/1000), byte('0' + y/100%10), byte('0' + y/10%10), byte('0' + y%10), '-',
		byte('0' + m/10), byte('0' + m%10), '-', byte('0' + d/10), byte('0' + d%10)}
	return string(b[:])
}

// weekday is 1 for Monday to 7 for Sunday (ISO 8601); 1970-01-01 was a Thursday.
func weekday(n int64) int64 { return ((n+3)%7+7)%7 + 1 }

// addMonths keeps the day, or takes the last of a shorter month; false beyond
// the years 1 to 9999.
func addMonths(text string, months int64) (string, bool) {
	y, m, d, ok := splitDay(text)
	if !ok || months > 120_000 || months < -120_000 {
		return "", false
	}
	at := y*12 + m - 1 + months
	if at < 12 || at >= 10_000*12 {
		return "", false
	}
	y, m = at/12, at%12+1
	return writeDay(y, m, min(d, daysIn(y, m))), true
}

// zone is where the days of Args begin.
func (a *Args) zone() *time.Location {
	if a.Zone == nil {
		return time.UTC
	}
	return a.Zone
}

// dayAt is the day of a moment in the zone; false beyond the years 1 to 9999.
func (a *Args) dayAt(ms int64) (string, bool) {
	const beyond = 300_000_000_000_000 // in the year 11,476
	if ms > beyond || ms < -beyond {
		return "", false
	}
	t := time.UnixMilli(ms).In(a.zone())
	y, m, d := t.Date()
	if y < 1 || y > 9999 {
		return "", false
	}
	return writeDay(int64(y), int64(m), int64(d)), true
}

// beginning is the first millisecond of a day in the zone. Clocks have gone
// forward at midnight (Shanghai did on 1940-06-01), so the moment is searched
// for, not computed.
func (a *Args) beginning(day int64) int64 {
	const hour = int64(time.Hour / time.Millisecond)
	low, high := day*24*hour-36*hour, day*24*hour+36*hour
	for low < high {
		middle := low + (high-low)/2
		t := time.UnixMilli(middle).In(a.zone())
		y, m, d := t.Date()
		if dayOf(int64(y), int64(m), int64(d)) >= day {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}
