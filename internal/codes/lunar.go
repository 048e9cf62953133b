package codes

import (
	"sync"
	"time"

	"github.com/6tail/lunar-go/calendar"
)

// Years for which the lunar calendar is known.
const (
	firstLunarYear = 1850
	lastLunarYear  = 2150
)

// LunarDate is a day of the Chinese lunar calendar. Year 0 means that only
// month and day are known (a birthday); such a date comes back each year.
type LunarDate struct {
	Year  int // the solar year in which the lunar year begins; 0 for unknown
	Month int // 1–12
	Day   int // 1–30
	Leap  bool
}

// Valid reports whether there is such a day: the year is known to the tables
// or 0, the month was a leap month if it says so, the day is not past its end.
func (l LunarDate) Valid() bool {
	if l.Month < 1 || l.Month > 12 || l.Day < 1 || l.Day > 30 {
		return false
	}
	if l.Year == 0 {
		return true
	}
	m, ok := findMonth(l.Year, l.Month, l.Leap)
	return ok && l.Day <= m.days
}

// Solar gives the day as YYYY-MM-DD; ok is false when there is no such day or
// the year is unknown.
func (l LunarDate) Solar() (day string, ok bool) {
	if l.Year == 0 || !l.Valid() {
		return "", false
	}
	m, _ := findMonth(l.Year, l.Month, l.Leap)
	return formatDay(m.first + l.Day - 1), true
}

// ToLunar gives the lunar date of a day YYYY-MM-DD; ok is false outside of
// the lunar years 1850 to 2150.
func ToLunar(day string) (l LunarDate, ok bool) {
	if !ValidDate(day) {
		return LunarDate{}, false
	}
	n := dayNumber(small(day[:4]), small(day[5:7]), small(day[8:]))
	table := lunarTable()
	// The lunar year begins between 21 January and 21 February.
	for year := small(day[:4]); year >= small(day[:4])-1; year-- {
		if year < firstLunarYear || year > lastLunarYear {
			continue
		}
		for _, m := range table[year-firstLunarYear] {
			if n >= m.first && n < m.first+m.days {
				return LunarDate{Year: year, Month: m.month, Day: n - m.first + 1, Leap: m.leap}, true
			}
		}
	}
	return LunarDate{}, false
}

// lunarMonth is one month of one year.
type lunarMonth struct {
	month int
	leap  bool
	days  int // 29 or 30
	first int // day number of its first day
}

// lunarTable is worked out once, at first use, from the library's astronomy:
// afterwards every question is a look-up, and nothing can ask the library for
// a month that does not exist, which it answers with a panic.
var lunarTable = sync.OnceValue(func() [][]lunarMonth {
	table := make([][]lunarMonth, lastLunarYear-firstLunarYear+1)
	next := 0
	for i := range table {
		year := firstLunarYear + i
		months := calendar.NewLunarYear(year).GetMonthsInYear()
		for e := months.Front(); e != nil; e = e.Next() {
			m := e.Value.(*calendar.LunarMonth)
			if next == 0 {
				first := calendar.NewSolarFromJulianDay(m.GetFirstJulianDay())
				next = dayNumber(first.GetYear(), first.GetMonth(), first.GetDay())
			}
			month := m.GetMonth()
			table[i] = append(table[i], lunarMonth{month: max(month, -month), leap: month < 0, days: m.GetDayCount(), first: next})
			next += m.GetDayCount()
		}
	}
	return table
})

func findMonth(year, month int, leap bool) (lunarMonth, bool) {
	if year < firstLunarYear || year > lastLunarYear {
		return lunarMonth{}, false
	}
	for _, m := range lunarTable()[year-firstLunarYear] {
		if m.month == month && m.leap == leap {
			return m, true
		}
	}
	return lunarMonth{}, false
}

// dayNumber counts days from 1970-01-01.
func dayNumber(y, m, d int) int {
	return int(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func formatDay(n int) string {
	return time.Unix(int64(n)*86400, 0).UTC().Format(time.DateOnly)
}
