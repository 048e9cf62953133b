package transfer

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/han"
	"kedang/internal/meta"
	"kedang/internal/record"
)

// placed is a record beside a row on its way in.
type placed struct {
	*aside
	row    int        // of the chunk; hides the aside's own
	parent int64      // the record it belongs to
	op     *record.Op // nil: nothing is to be written
	before int64      // the revision before an update
	trial  bool       // in a check: stands for the row's record, which was not stored
	into   *placed    // it is the same as that one, of a row before it
	keys   [][]string
	in     bool // the write went in
	fate   fate
}

// parent is the record that a row's asides belong to.
type parent struct {
	id    int64
	fresh bool // it is made in this chunk, or would be
}

// besidesOf are the declarations of records beside a type that a plan fills.
func besidesOf(t *meta.Type, p Plan) (out []*meta.Beside) {
	for _, c := range p.Columns {
		if f, ok := fillingNamed(t, c.Field); ok && f.beside != nil && !slices.Contains(out, f.beside) {
			out = append(out, f.beside)
		}
	}
	return out
}

// withFirst are a new record's values with what the first beside it fills.
func (w *importing) withFirst(r *row) record.Values {
	x := r.lead
	if len(r.asides) > 0 {
		x = r.asides[0]
	}
	if x == nil {
		return r.values
	}
	values := maps.Clone(r.values)
	for own, theirs := range x.of.First {
		f, ok := w.t.Field(own)
		if v := x.values[theirs]; ok && v != nil && values[own] == nil && w.actor.Level(w.t, f) == meta.Write {
			values[own] = v
		}
	}
	return values
}

// place makes the writes of the records beside a chunk's rows: each belongs to
// its row's record, and is one that is there already where the declaration's
// keys say so.
func (w *importing) place(ctx context.Context, c *chunk) error {
	c.above = make([]int, len(c.rows))
	if !w.beside {
		return nil
	}
	for _, op := range c.own {
		if op != nil && op.Verb == "create" {
			op.ID = w.s.IDs.Next()
		}
	}
	parents, err := w.parents(ctx, c)
	if err != nil {
		return err
	}
	there := map[*meta.Beside]map[int64][]stood{}
	for k := range c.rows {
		for _, x := range c.rows[k].asides {
			if !parents[k].fresh && parents[k].id != 0 && there[x.of] == nil {
				if there[x.of], err = w.standing(ctx, x.of, parents); err != nil {
					return err
				}
			}
			if parents[k].id != 0 {
				w.placeOne(c, &placed{aside: x, row: k, parent: parents[k].id}, there[x.of][parents[k].id])
			}
		}
	}
	return nil
}

// placeOne is what one record beside a row comes to.
func (w *importing) placeOne(c *chunk, p *placed, there []stood) {
	r := &c.rows[p.row]
	p.keys = w.keysOf(p)
	c.beside = append(c.beside, p)
	for _, other := range c.beside[:len(c.beside)-1] {
		if other.of == p.of && other.parent == p.parent && alike(other.keys, p.keys) && other.into == nil && !other.trial {
			p.into = other
			p.mergeInto(r)
			return
		}
	}
	values := maps.Clone(p.values)
	for _, s := range there {
		if !alike(s.keys, p.keys) {
			continue
		}
		op := &record.Op{Verb: "update", Type: p.of.Of, ID: s.id, Values: record.Values{}, Add: record.Values{}}
		for name, v := range values {
			switch f, ok := p.of.Type.Field(name); {
			case name == p.of.Keys[0].Name:
			case ok && many(f):
				op.Add[name] = v
			default:
				op.Values[name] = v
			}
		}
		p.op, p.before = op, s.rev
		return
	}
	values[p.of.Via] = map[string]any{"id": db.FormatID(p.parent)}
	p.op = &record.Op{Verb: "create", Type: p.of.Of, Values: w.withRest(p.of.Type, &p.aside.row, values)}
}

// mergeInto gives what a second row says of somebody to the first: what is new;
// what differs is told.
func (p *placed) mergeInto(r *row) {
	for _, name := range slices.Sorted(maps.Keys(p.values)) {
		f, ok := p.of.Type.Field(name)
		values := p.into.op.Values
		if ok && many(f) && p.into.op.Verb == "update" {
			values = p.into.op.Add
		}
		v, had := p.values[name], values[name]
		text, is := v.(string)
		before, was := had.(string)
		switch {
		case name == p.of.Keys[0].Name:
		case had == nil:
			values[name] = v
		case !ok || had == v || slices.Contains(p.of.Keys, f) && !many(f):
		case is && was && many(f):
			values[name] = before + joint(f) + text
		default:
			note := errs.Problem{Path: besideName(p.of, p.nth) + "." + name, Code: "row_differs", Params: errs.Params{"line": p.into.line, "value": shown(f, text)}}
			r.notes = append(r.notes, note)
		}
	}
}

// parents finds the record that each row's asides belong to: the row's own, or
// that of a row above, in this chunk or stored before. A row stays out with the
// one that it belongs to.
func (w *importing) parents(ctx context.Context, c *chunk) ([]parent, error) {
	out, at := make([]parent, len(c.rows)), map[int]int{}
	var stored []int
	for k := range c.rows {
		c.above[k] = -1
		if r := &c.rows[k]; r.first == 0 {
			at[r.line] = k
			if op := c.own[k]; op != nil {
				out[k] = parent{op.ID, op.Verb == "create"}
			}
		} else if first, here := at[r.first]; here {
			c.above[k], out[k] = first, out[first]
		} else {
			stored = append(stored, r.first)
		}
	}
	fates, err := w.stored(ctx, stored)
	if err != nil {
		return nil, err
	}
	for k := range c.rows {
		r := &c.rows[k]
		if r.first == 0 || c.above[k] >= 0 || len(r.problems) > 0 {
			continue
		}
		f, known := fates[r.first]
		switch {
		case f.record != 0:
			out[k] = parent{id: f.record}
		case w.DryRun && f.action != rowRefused && w.Mode != Update:
			out[k] = w.try(c, k)
		case !w.DryRun || known && f.action == rowRefused:
			r.problems = []errs.Problem{{Code: "row_goes_with", Params: errs.Params{"line": r.first}}}
		}
	}
	for k := range c.rows {
		if len(c.rows[k].problems) > 0 {
			out[k] = parent{}
		}
	}
	return out, nil
}

// try makes a record in the place of one that a check did not store: what names
// it, without what only one may bear.
func (w *importing) try(c *chunk, k int) parent {
	values := maps.Clone(c.rows[k].same)
	maps.DeleteFunc(values, func(name string, _ any) bool { f, ok := w.t.Field(name); return !ok || identifies(f) })
	op := &record.Op{Verb: "create", Type: w.Type, ID: w.s.IDs.Next(), Values: values}
	c.beside = append(c.beside, &placed{aside: &aside{}, row: k, op: op, trial: true})
	return parent{op.ID, true}
}

// stored is what became of rows that earlier chunks took.
func (w *importing) stored(ctx context.Context, lines []int) (map[int]fate, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	args := []any{w.ID}
	for _, n := range lines {
		args = append(args, int64(n))
	}
	out := map[int]fate{}
	return out, w.s.DB.Read(ctx, func(tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT line, action, record FROM sys_import_row WHERE import = ? AND line IN (?`+strings.Repeat(", ?", len(lines)-1)+`)`, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var line int64
			var f fate
			if err := rows.Scan(&line, &f.action, &f.record); err != nil {
				return err
			}
			out[int(line)] = f
		}
		return rows.Err()
	})
}

// stood is a record that is there already, by its keys.
type stood struct {
	id, rev int64
	keys    [][]string
}

// standing reads the records of a type below those that were there before.
func (w *importing) standing(ctx context.Context, b *meta.Beside, parents []parent) (map[int64][]stood, error) {
	out := map[int64][]stood{}
	if w.actor.Scope(b.Type, "read").None() {
		return out, nil
	}
	var ids []string
	for _, p := range parents {
		if p.id != 0 && !p.fresh {
			ids = append(ids, `"`+db.FormatID(p.id)+`"`)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	fields := []string{"rev", b.Via}
	for _, f := range b.Keys {
		if w.actor.Level(b.Type, f) >= meta.Read {
			fields = append(fields, f.Name)
		}
	}
	q := record.ListQuery{Filter: b.Via + " in [" + strings.Join(ids, ", ") + "]", Fields: fields}
	return out, w.s.Store.Each(ctx, w.actor, "read", b.Of, q, func(items []byte) error {
		var list []map[string]any
		if err := decodeInto(string(items), &list); err != nil {
			return err
		}
		for _, x := range list {
			w.stand(b, x, out)
		}
		return nil
	})
}

// stand notes one record of a list by what it belongs to.
func (w *importing) stand(b *meta.Beside, x map[string]any, out map[int64][]stood) {
	link, _ := x[b.Via].(map[string]any)
	id, _ := x["id"].(string)
	above, _ := link["id"].(string)
	to, bad := db.ParseID(above)
	own, worse := db.ParseID(id)
	rev, _ := x["rev"].(json.Number)
	n, _ := rev.Int64()
	if bad == nil && worse == nil {
		out[to] = append(out[to], stood{own, n, w.keyTexts(b, x)})
	}
}

func (w *importing) keysOf(p *placed) [][]string { return w.keyTexts(p.of, p.values) }

// keyTexts are the values of a declaration's keys as they are compared.
func (w *importing) keyTexts(b *meta.Beside, values map[string]any) [][]string {
	in := &meta.Input{Loose: true, Zone: w.s.Store.Zone, Region: cmp.Or(w.Plan.Region, w.s.Store.Region), Now: w.s.Clock()}
	out := make([][]string, len(b.Keys))
	for k, f := range b.Keys {
		v, ok := values[f.Name]
		if !ok || v == nil {
			continue
		}
		stored, _ := f.Kind.Parse(f, v, in)
		switch x := stored.(type) {
		case nil:
		case []meta.Item:
			for _, item := range x {
				out[k] = append(out[k], fmt.Sprint(item.Value))
			}
		case string:
			out[k] = []string{han.Fold(x)}
		default:
			out[k] = []string{fmt.Sprint(x)}
		}
	}
	return out
}

// alike tells whether keys are of one record: the first is equal, and the others
// share something where both have any.
func alike(a, b [][]string) bool {
	for k := range a {
		blank := len(a[k]) == 0 || len(b[k]) == 0
		shared := slices.ContainsFunc(a[k], func(v string) bool { return slices.Contains(b[k], v) })
		if !shared && (k == 0 || !blank) {
			return false
		}
	}
	return len(a) > 0
}
