package demo

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"kedang/internal/codes"
	"kedang/internal/db"
	"kedang/internal/record"
)

// How days and moments stand in the API.
const (
	dayForm    = "2006-01-02"
	momentForm = "2006-01-02T15:04:05.000Z"
)

// list is a list of words by name, or one written out.
func (m *maker) list(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	words := m.plan.words[fmt.Sprint(v)]
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}

// pick is one of a list, by weights when there are any.
func (m *maker) pick(c *cell, arg any, options yaml.MapSlice) any {
	list := m.list(arg)
	if len(list) == 0 {
		return nil
	}
	weights, _ := get(options, "weights").([]any)
	total := 0
	for i := range list {
		total += weight(weights, i)
	}
	n := m.rnd.IntN(total)
	for i := range list {
		if n -= weight(weights, i); n < 0 {
			return m.literal(c.field, list[i])
		}
	}
	return nil
}

func weight(weights []any, i int) int {
	if i < len(weights) {
		return number(weights[i])
	}
	return 1
}

// picks is several different ones of a list.
func (m *maker) picks(c *cell, arg any, options yaml.MapSlice) any {
	list := slices.Clone(m.list(arg))
	m.rnd.Shuffle(len(list), func(i, k int) { list[i], list[k] = list[k], list[i] })
	n := 2
	if v := get(options, "n"); v != nil {
		n = m.count(v)
	}
	out := make([]any, 0, n)
	for _, v := range list[:min(n, len(list))] {
		out = append(out, m.literal(c.field, v))
	}
	return out
}

// sort tells what a value of the record is counted among: by says which word in
// it means which, {华东: [上海, 江苏]}; nothing when no word is in it.
func (m *maker) sort(c *cell, arg any, options yaml.MapSlice) any {
	text, _ := m.look(c, fmt.Sprint(arg)).(string)
	by, _ := get(options, "by").(yaml.MapSlice)
	for _, item := range by {
		words, _ := item.Value.([]any)
		for _, w := range words {
			if strings.HasPrefix(text, fmt.Sprint(w)) {
				return m.literal(c.field, item.Key)
			}
		}
	}
	return nil
}

// span reads "-900d", "8y", "-1m" against today.
func (m *maker) span(v any) time.Time {
	t, _ := m.relative(fmt.Sprint(v))
	return t
}

// relative reads a day relative to today, with a time behind it or not:
// "-12d", "+2d 10:00". Without a time it is ten o'clock.
func (m *maker) relative(s string) (time.Time, bool) {
	s, clock, timed := strings.Cut(s, " ")
	if len(s) < 2 || !(s[0] == '-' || s[0] == '+' || s[0] >= '0' && s[0] <= '9') {
		return m.today, false
	}
	n, err := strconv.Atoi(strings.TrimPrefix(s[:len(s)-1], "+"))
	if err != nil {
		return m.today, false
	}
	t := m.today
	switch s[len(s)-1] {
	case 'd':
		t = t.AddDate(0, 0, n)
	case 'm':
		t = t.AddDate(0, n, 0)
	case 'y':
		t = t.AddDate(n, 0, 0)
	default:
		return m.today, false
	}
	hour, minute := 10, 0
	if timed {
		if _, err := fmt.Sscanf(clock, "%d:%d", &hour, &minute); err != nil {
			return m.today, false
		}
	}
	return t.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute), true
}

// day is a day in a span, or after another field's. What follows from a
// parent's day has happened: it is not later than today.
func (m *maker) day(c *cell, arg any) (time.Time, bool) {
	spec, ok := arg.(yaml.MapSlice)
	if !ok {
		return m.today, false
	}
	after, _ := get(spec, "after").(string)
	if after == "" {
		from, to := m.span(get(spec, "from")), m.span(get(spec, "to"))
		if c.rec.parent != nil && m.tells(c) && from.Before(c.rec.parent.at) { // nothing happens with somebody before his file is opened
			from = m.midnight(c.rec.parent.at)
		}
		days := int(to.Sub(from).Hours()/24 + 0.5)
		return from.AddDate(0, 0, m.rnd.IntN(max(days, 0)+1)), true
	}
	base, ok := m.read(m.look(c, after))
	if !ok {
		return m.today, false
	}
	t := base.AddDate(0, 0, m.count(get(spec, "days")))
	if strings.HasPrefix(after, "parent.") && t.After(m.today) && !base.After(m.today) {
		t = base.AddDate(0, 0, m.rnd.IntN(int(m.today.Sub(base).Hours()/24+0.5)+1))
	}
	return t, true
}

// tells is true of the field that says when a record's matter happened.
func (m *maker) tells(c *cell) bool {
	mark := c.rec.typ.Mark
	return mark != nil && c.row == nil && c.field != nil && c.field.Name == mark.At
}

func (m *maker) midnight(t time.Time) time.Time {
	y, mo, d := t.In(m.Zone).Date()
	return time.Date(y, mo, d, 0, 0, 0, 0, m.Zone)
}

// read is the day of a date or moment of the API.
func (m *maker) read(v any) (time.Time, bool) {
	s, _ := v.(string)
	if t, err := time.ParseInLocation(dayForm, s, m.Zone); err == nil {
		return t, true
	}
	if t, err := time.Parse(momentForm, s); err == nil {
		return m.midnight(t), true
	}
	return m.today, false
}

func (m *maker) date(c *cell, arg any, _ yaml.MapSlice) any {
	t, ok := m.day(c, arg)
	if !ok {
		return nil
	}
	return t.Format(dayForm)
}

// datetime is a moment of a day, between the hours given.
func (m *maker) datetime(c *cell, arg any, options yaml.MapSlice) any {
	t, ok := m.day(c, arg)
	if !ok {
		return nil
	}
	from, to := 9, 18
	if h, ok := get(options, "hours").(yaml.MapSlice); ok {
		from, to = number(get(h, "from")), number(get(h, "to"))
	}
	y, mo, d := t.Date()
	minutes := from*60 + m.rnd.IntN(max((to-from)*60, 1))/5*5
	return time.Date(y, mo, d, 0, minutes, 0, 0, m.Zone).UTC().Format(momentForm)
}

// yearly is a birthday, in the lunar calendar for so many percent.
func (m *maker) yearly(c *cell, arg any, options yaml.MapSlice) any {
	t, ok := m.day(c, arg)
	if !ok {
		return nil
	}
	day := t.Format(dayForm)
	if c.field.Lunar && m.rnd.IntN(100) < number(get(options, "lunar")) {
		if l, ok := codes.ToLunar(day); ok {
			return l.String()
		}
	}
	return day
}

// steps is a number of min, min+step … max; low leans to the small ones.
func (m *maker) steps(arg any) float64 {
	spec, _ := arg.(yaml.MapSlice)
	lo, hi, step := real(get(spec, "min")), real(get(spec, "max")), real(get(spec, "step"))
	if step <= 0 {
		step = 1
	}
	r := m.rnd.Float64()
	if get(spec, "low") == true {
		r = r * r * r
	}
	return lo + math.Floor(r*(math.Floor((hi-lo)/step)+1))*step
}

func (m *maker) integer(_ *cell, arg any, _ yaml.MapSlice) any {
	return json.Number(strconv.FormatFloat(m.steps(arg), 'f', 0, 64))
}

func (m *maker) decimal(c *cell, arg any, _ yaml.MapSlice) any {
	return strconv.FormatFloat(m.steps(arg), 'f', min(c.field.Decimals(), 2), 64)
}

func (m *maker) boolean(_ *cell, arg any, _ yaml.MapSlice) any { return m.rnd.IntN(100) < number(arg) }

// times is a number times a field, at the scale of the field it fills.
func (m *maker) times(c *cell, arg any, _ yaml.MapSlice) any {
	list, _ := arg.([]any)
	if len(list) != 2 {
		return nil
	}
	x, ok := new(big.Rat).SetString(fmt.Sprint(m.look(c, fmt.Sprint(list[0]))))
	y, ok2 := new(big.Rat).SetString(fmt.Sprint(list[1]))
	if !ok || !ok2 {
		return nil
	}
	return x.Mul(x, y).FloatString(c.field.Decimals())
}

// running counts on: "YJ-{n:4}" is YJ-0001, YJ-0002 …
func (m *maker) running(_ *cell, arg any, _ yaml.MapSlice) any {
	pattern := fmt.Sprint(arg)
	before, rest, ok := strings.Cut(pattern, "{n:")
	width, after, ok2 := strings.Cut(rest, "}")
	if !ok || !ok2 {
		return pattern
	}
	m.counts[pattern]++
	return fmt.Sprintf("%s%0*d%s", before, number(width), m.counts[pattern], after)
}

// link is the id of a record: of any of a type, the parent, or one beside it.
func (m *maker) link(c *cell, arg any, options yaml.MapSlice) any {
	name := fmt.Sprint(arg)
	var pool []*made
	switch sibling, ok := strings.CutPrefix(name, "sibling "); {
	case name == "parent":
		if c.rec.parent == nil {
			return nil
		}
		return db.FormatID(c.rec.parent.id)
	case ok:
		if c.rec.parent == nil {
			return nil
		}
		pool = c.rec.parent.kids[sibling]
	default:
		pool = m.pools[name]
	}
	where, _ := get(options, "where").(yaml.MapSlice)
	for range 50 { // a pool of thousands is not filtered for each record
		if len(pool) == 0 {
			return nil
		}
		r := pool[m.rnd.IntN(len(pool))]
		if !slices.ContainsFunc(where, func(item yaml.MapItem) bool { return !oneOf(r.values[item.Key.(string)], item.Value) }) {
			return db.FormatID(r.id)
		}
	}
	return nil
}

// user is somebody of a role, or the record's owner.
func (m *maker) user(c *cell, arg any, _ yaml.MapSlice) any {
	p := m.ofRole(fmt.Sprint(arg))
	if arg == "owner" {
		p = c.rec.owner
	}
	if p == nil {
		return nil
	}
	return db.FormatID(p.id)
}

// rows are child rows, each field of each filled in turn.
func (m *maker) rows(c *cell, arg any, _ yaml.MapSlice) any {
	spec, _ := arg.(yaml.MapSlice)
	each, _ := get(spec, "each").(yaml.MapSlice)
	n := m.count(get(spec, "n"))
	out := make([]any, 0, n)
	for range n {
		row := record.Values{}
		for _, item := range each {
			f, ok := c.field.Row(item.Key.(string))
			if !ok {
				continue
			}
			if v, err := m.value(&cell{rec: c.rec, row: row, field: f}, item.Value); err == nil && v != nil {
				row[f.Name] = v
			}
		}
		out = append(out, map[string]any(row))
	}
	return out
}
