package record

import (
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/meta"
)

// rollup tells what a roll-up adds up, and the list that shows it.
func (y *reasoning) rollup() error {
	f, p := y.f, y.f.Prog
	of, over := f.Rollup.Of, p.Over
	y.Expression = f.Rollup.Fn + "(" + of
	if p.Of != nil {
		y.Expression += "." + p.Of.Name
	}
	if p.Where != nil {
		y.Expression += ", " + p.Where.Source()
	}
	y.Expression += ")"
	says := errs.Params{"fn": f.Rollup.Fn}
	child := *y
	if over != nil {
		children, _ := y.r.Values[over.Slot].([]*meta.ChildRow)
		y.Records = &WhyRecords{Count: int64(len(children))}
		says["of"] = y.label(over)
	} else {
		child.t = p.Via.Of
		says["of"] = p.Via.Of.Label.In(y.a.Lang)
		if err := y.records(); err != nil {
			return err
		}
	}
	if p.Of != nil {
		says["field"] = y.label(p.Of)
	}
	if p.Where != nil && over == nil {
		says["where"] = child.words(p.Where.Outline(), nil)
	}
	if y.Records != nil {
		says["count"] = y.Records.Count
	}
	y.say("why_rollup_"+f.Rollup.Fn, says)
	return nil
}

// records counts what a roll-up counts, as far as the actor may see it, and
// writes the filter that lists it.
func (y *reasoning) records() error {
	via, where := y.f.Prog.Via, y.f.Prog.Where
	child := via.Of
	y.Records = &WhyRecords{}
	if y.a.Scope(child, "read").None() {
		y.Records.Hidden, y.Hidden = true, true
		return nil
	}
	y.Records.Type = child.Name
	y.Records.Filter = via.Name + ` == "` + db.FormatID(y.r.ID) + `"`
	cond, params := quote(via.Column)+" = ? AND archived_at IS NULL", []any{y.r.ID}
	if where != nil {
		y.Records.Filter += " and (" + where.Source() + ")"
		text, more, err := where.SQL("t", expr.Dialect(y.tx.Dialect()), y.a.Args(y.s.Clock()))
		if err != nil {
			return err
		}
		cond, params = cond+" AND ("+text+")", append(params, more...)
	}
	all, err := y.count(child, cond, params)
	if err != nil {
		return err
	}
	text, more, err := y.a.Scope(child, "read").SQL(y.a, "t", y.tx.Dialect(), y.s.Clock())
	if err != nil {
		text = "0 = 1" // a right that cannot be evaluated denies
	}
	y.Records.Count = all
	if text != "" {
		if y.Records.Count, err = y.count(child, cond+" AND ("+text+")", append(params, more...)); err != nil {
			return err
		}
	}
	y.Records.Hidden = y.Records.Count < all
	y.Hidden = y.Hidden || y.Records.Hidden
	return nil
}

func (y *reasoning) count(t *meta.Type, cond string, params []any) (n int64, err error) {
	err = y.tx.QueryRow(y.ctx, "SELECT count(*) FROM "+quote(t.Table)+" AS t WHERE "+cond, params, &n)
	return n, err
}
