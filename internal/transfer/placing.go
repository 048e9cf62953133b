package transfer

import (
	"context"
	"errors"
	"slices"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/record"
)

// joined is what becomes of a row that belongs to the record of one above.
func (c *chunk) joined(k int, fates []fate) fate {
	above := c.above[k]
	if above < 0 {
		f := fate{action: rowJoined}
		for _, p := range c.beside {
			if p.row == k && !p.trial {
				f.record = p.parent
			}
		}
		return f
	}
	if fates[above].action == rowRefused {
		return fate{action: rowRefused, problems: []errs.Problem{{Code: "row_goes_with", Params: errs.Params{"line": c.rows[above].line}}}}
	}
	return fate{action: rowJoined, record: fates[above].record}
}

// fatesBeside tells what became of the records beside the rows, out being the
// answers to their writes. A row one of whose records was refused is refused.
func (c *chunk) fatesBeside(fates []fate, out []record.BulkResult, revs map[int64]int64) {
	blind := map[int]bool{} // rows whose record a check could not make even for a trial
	defer func() {
		for _, p := range c.beside {
			p.in = p.in && (len(c.out) == 0 || fates[p.row].action != rowRefused)
		}
	}()
	for _, p := range c.beside {
		row := &fates[p.row]
		if p.in = false; p.op == nil {
			p.fate = fate{action: rowUnchanged}
			if p.into == nil || row.action == rowRefused {
				continue
			}
			if into := p.into; fates[into.row].action == rowRefused {
				*row = fate{action: rowRefused, problems: []errs.Problem{{Code: "row_goes_with", Params: errs.Params{"line": c.rows[into.row].line}}}}
			} else {
				p.fate.record, p.fate.rev = into.fate.record, into.fate.rev
			}
			continue
		}
		p.fate = fateOf(p.op, p.before, out[0], revs)
		out, p.in = out[1:], out[0].Err == nil
		if p.trial {
			blind[p.row] = !p.in
			continue
		}
		if blind[p.row] && !p.in {
			p.unlinked()
		}
		head := besideName(p.of, p.nth) + "."
		switch {
		case row.action == rowRefused && !p.in:
		case p.in:
			row.problems = append(row.problems, under(head, p.fate.problems)...)
		default:
			*row = fate{action: rowRefused, problems: under(head, p.fate.problems)}
		}
	}
}

// unlinked overlooks that a record beside a row links to one that is not there.
func (p *placed) unlinked() {
	p.fate.problems = slices.DeleteFunc(p.fate.problems, func(x errs.Problem) bool { return x.Path == p.of.Via && x.Code == "link_not_found" })
	if p.in = len(p.fate.problems) == 0; p.in {
		p.fate.action = rowCreated
	}
}

// errHalf rolls a chunk back of which a row would be half in.
var errHalf = errors.New("a row would be half in")

// put writes a chunk and what became of its rows. A row is in with all that
// stands beside it, or not at all: where some of it is refused, the chunk is
// written again without it.
func (w *importing) put(ctx context.Context, c *chunk, o record.WriteOptions, note func(db.Tx, []record.BulkResult) error) (out []record.BulkResult, err error) {
	if len(c.beside) == 0 {
		return c.draft.Write(ctx, note)
	}
	for {
		var half []int
		out, err = c.draft.Write(ctx, func(tx db.Tx, out []record.BulkResult) error {
			if half = c.half(out); len(half) > 0 {
				return errHalf
			}
			return note(tx, out)
		})
		if err == nil && o.DryRun { // nothing is stored
			c.half(out)
			return out, nil
		}
		if len(half) == 0 || !errors.Is(err, errHalf) {
			return out, err
		}
		c.withdraw(half)
		c.draft = w.s.Store.Prepare(ctx, w.actor, c.ops, o)
	}
}

// half finds the rows of a chunk that would be half in.
func (c *chunk) half(out []record.BulkResult) (half []int) {
	fates, next := c.fates(out), 0
	in := make([]bool, len(c.rows)) // something of the row went in
	for k, op := range c.own {
		if op != nil {
			in[k] = out[next].Err == nil
			next++
		}
	}
	for _, p := range c.beside {
		in[p.row] = in[p.row] || p.in && !p.trial
	}
	c.out = nil
	for k := range c.rows {
		if in[k] && fates[k].action == rowRefused {
			half = append(half, k)
			c.rows[k].problems = fates[k].problems
		}
	}
	for _, k := range half {
		if c.out == nil {
			c.out = map[int]bool{}
		}
		c.out[k] = true
	}
	return half
}

// withdraw takes rows out of a chunk with what belongs to them.
func (c *chunk) withdraw(half []int) {
	for _, k := range half {
		c.own[k] = nil
		for _, p := range c.beside {
			if p.row == k || c.above[p.row] == k {
				p.op = nil
			}
		}
	}
	c.gather()
}

// addBeside counts what became of the records beside a chunk's rows.
func (c *Counts) addBeside(x *chunk) {
	for _, p := range x.beside {
		if p.op != nil && p.in && !p.trial {
			c.of(p.of.Of).add(p.fate.action)
		}
	}
}

// noteBeside writes which records stand beside which rows.
func (w *importing) noteBeside(ctx context.Context, tx db.Tx, c *chunk) error {
	var list [][]any
	for _, p := range c.beside {
		if p.op != nil && p.in && !p.trial && !w.DryRun {
			list = append(list, []any{w.ID, int64(c.rows[p.row].line), p.of.Of, int64(p.nth), p.fate.action, p.fate.record, p.fate.rev, ""})
		}
	}
	if len(list) == 0 {
		return nil
	}
	return db.BulkInsert(ctx, tx, "sys_import_beside", []string{"import", "line", "type", "nth", "action", "record", "rev", "problems"}, list)
}

// addBeside adds to the counts of an import.
func (s *Service) addBeside(ctx context.Context, tx db.Tx, id int64, x Counts) error {
	if len(x.Beside) == 0 {
		return nil
	}
	now, err := readImport(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, b := range x.Beside {
		now.of(b.Type).join(b)
	}
	_, err = tx.Exec(ctx, `UPDATE sys_import SET beside = ? WHERE id = ?`, now.besideText(), id)
	return err
}
