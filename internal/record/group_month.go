package record

import (
	"context"
	"strconv"
	"strings"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// hasMonths tells whether a field's values lie in months: days of one calendar
// whose year is known, and moments.
func hasMonths(f *meta.Field) bool {
	return (f.KindName == "date" && !f.Yearly && !f.Lunar) || f.KindName == "datetime"
}

// byMonth makes the column the month of the field: of a day, the beginning of
// its text; of a moment, the number of its month in the reader's zone, which
// no database knows, so the months' first moments stand in the query.
func (g *grouping) byMonth(ctx context.Context, tx db.Tx, l *list) error {
	g.monthly = true
	if g.by.KindName == "date" {
		g.column = "substr(" + g.column + ", 1, 7)"
		return nil
	}
	first, last, err := span(ctx, tx, l, g.column)
	if err != nil {
		return err
	}
	zone := l.a.Zone
	if zone == nil {
		zone = time.UTC
	}
	end := time.UnixMilli(last).In(zone)
	begin := time.UnixMilli(first).In(zone)
	var text strings.Builder
	text.WriteString("CASE WHEN " + g.column + " IS NULL THEN NULL")
	g.months = []string{}
	for m := time.Date(begin.Year(), begin.Month(), 1, 0, 0, 0, 0, zone); !m.After(end); {
		if len(g.months) == mostGroups {
			return errs.RefuseField("by", "too_many_values", errs.Params{"max": mostGroups})
		}
		next := m.AddDate(0, 1, 0)
		text.WriteString(" WHEN " + g.column + " < " + strconv.FormatInt(next.UnixMilli(), 10) + " THEN " + strconv.Itoa(len(g.months)))
		g.months = append(g.months, m.Format("2006-01"))
		m = next
	}
	g.column = text.String() + " END"
	return nil
}

// span is the earliest and the latest moment of a list's column, in
// milliseconds; the first is later when there is none.
func span(ctx context.Context, tx db.Tx, l *list, column string) (first, last int64, err error) {
	rows, err := tx.Query(ctx, "SELECT min("+column+"), max("+column+")"+l.from(), l.args...)
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close()
	var low, high any
	for rows.Next() {
		if err := rows.Scan(&low, &high); err != nil {
			return 0, 0, err
		}
	}
	if low == nil {
		return 1, 0, rows.Err()
	}
	return integer(low), integer(high), rows.Err()
}
