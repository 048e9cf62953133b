package codes

// Yearly is a day that comes back each year: a birthday, a founding day.
type Yearly struct {
	Lunar bool // Month and Day are of the lunar calendar
	Month int
	Day   int
}

// YearlyOf makes the yearly day of a solar date YYYY-MM-DD; ok is false when
// it is no date.
func YearlyOf(day string) (y Yearly, ok bool) {
	if !ValidDate(day) {
		return Yearly{}, false
	}
	return Yearly{Month: small(day[5:7]), Day: small(day[8:])}, true
}

// Yearly makes the yearly day of a lunar date. A birthday in a leap month is
// kept in the plain month of the same number, as families do: the leap month
// itself may not return for nineteen years.
func (l LunarDate) Yearly() Yearly { return Yearly{Lunar: true, Month: l.Month, Day: l.Day} }

// In gives the day of a year (the lunar year of that number, for a lunar
// day), YYYY-MM-DD. 29 February is 28 February in a common year; the 30th of
// a lunar month of 29 days is its 29th. ok is false for a day that is none,
// and outside of the known lunar years.
func (y Yearly) In(year int) (day string, ok bool) {
	if y.Month < 1 || y.Month > 12 || y.Day < 1 {
		return "", false
	}
	if !y.Lunar {
		if year < 1 || year > 9999 || y.Day > monthDays(2024, y.Month) {
			return "", false
		}
		return formatYMD(year, y.Month, min(y.Day, monthDays(year, y.Month))), true
	}
	m, found := findMonth(year, y.Month, false)
	if !found || y.Day > 30 {
		return "", false
	}
	return formatDay(m.first + min(y.Day, m.days) - 1), true
}

// Next gives the first time the day comes on or after from (YYYY-MM-DD). A
// reminder asks it with today. ok is false when there is none.
func (y Yearly) Next(from string) (day string, ok bool) {
	if !ValidDate(from) {
		return "", false
	}
	// The lunar year may have begun in the solar year before.
	for year := small(from[:4]) - 1; year <= small(from[:4])+1; year++ {
		if day, ok := y.In(year); ok && day >= from {
			return day, true
		}
	}
	return "", false
}
