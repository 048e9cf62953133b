package codes

import "time"

// Workdays tells working days. The zero value has free Saturdays and Sundays
// and no holidays; the maps are filled from settings each year, when the
// State Council (or the employer) has published its arrangement.
type Workdays struct {
	Holidays map[string]bool // YYYY-MM-DD: free although in the week
	Makeup   map[string]bool // YYYY-MM-DD: worked although at the weekend (调休)
	Weekend  [7]bool         // by time.Weekday; Saturday and Sunday when all false
}

// Working reports whether a day (YYYY-MM-DD) is worked; false for no date.
func (w Workdays) Working(day string) bool {
	if !ValidDate(day) || w.Holidays[day] {
		return false
	}
	if w.Makeup[day] {
		return true
	}
	weekday := time.Unix(int64(dayNumber(small(day[:4]), small(day[5:7]), small(day[8:])))*86400, 0).UTC().Weekday()
	if w.Weekend == [7]bool{} {
		return weekday != time.Saturday && weekday != time.Sunday
	}
	return !w.Weekend[weekday]
}

// Add gives the n-th working day after a day (n > 0); the day itself does not
// count. n of 0 gives the day, or the next working day when it is free. ok is
// false for no date and when ten years hold no such day.
func (w Workdays) Add(day string, n int) (result string, ok bool) {
	if !ValidDate(day) || n < 0 {
		return "", false
	}
	at := dayNumber(small(day[:4]), small(day[5:7]), small(day[8:]))
	if n == 0 {
		at, n = at-1, 1
	}
	for range 3660 + 7*n {
		at++
		day = formatDay(at)
		if !ValidDate(day) {
			return "", false
		}
		if w.Working(day) {
			if n--; n == 0 {
				return day, true
			}
		}
	}
	return "", false
}
