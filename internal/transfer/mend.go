package transfer

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
)

// mostMended bounds how many rows are tried again while somebody waits.
const mostMended = 500

// Mending is what a person says of a refused row: values by field, in API form
// or as a sheet would have them, in place of its cells. nil and "" take a cell away.
type Mending struct {
	Line   int            `json:"line"`
	Values map[string]any `json:"values"`
}

// RefusedRow is a row that was refused, with its cells.
type RefusedRow struct {
	RowFate
	Written map[string]string // by field, as the sheet has it
	Mended  map[string]any    // by field, as it was tried last
	First   int64             // the line of the row whose record it goes on with; 0: it is one of its own
}

// mending is one trial of refused rows.
type mending struct {
	importing
	said map[int]map[string]any // by line: what was said of it, now or before
	left map[int][]string       // by line: fields whose cells are left out, kept with the rest

	renew   bool      // rows update what bears their key already
	foresee bool      // nothing is written, not even what would become of the rows
	chunk   []RowFate // of the last transaction
	counts  Counts    // of the last transaction
	out     []RowFate
	in      Counts // of all
}

// Mend tries refused rows of an import once more, with cells as a person
// mended them, by the way the import itself went, or by another mode and key
// where way has them: rows that are there already may become updates. What
// goes in belongs to the import: it is counted there and undone with it. What
// is refused again keeps what was said, with its new reasons. Errors: Invalid
// too_many_rows, unknown_field, those of Start for the way; Conflict
// import_ended unless the import is done, row_not_refused for a row that is in.
func (s *Service) Mend(ctx context.Context, a *access.Actor, id int64, list []Mending, way StartOptions) (out []RowFate, err error) {
	defer errs.Wrap(&err, "Service.Mend(%d, %d rows)", id, len(list))
	i, err := s.State(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if i.State != Done || i.DryRun {
		return nil, errs.New(errs.Conflict, "import_ended", errs.Params{"state": i.State})
	}
	if len(list) > mostMended {
		return nil, errs.RefuseField("rows", "too_many_rows", errs.Params{"max": mostMended})
	}
	m := &mending{importing: importing{s: s, Import: i, owners: owners{}}}
	if err := m.rights(ctx, a); err != nil {
		return nil, err
	}
	if way.Mode != "" {
		if err := s.checkStart(ctx, m.actor, m.t, i.Plan, way); err != nil {
			return nil, err
		}
		m.Mode, m.Key = way.Mode, way.Key
	}
	before, err := m.refused(ctx, list)
	if err != nil {
		return nil, err
	}
	return m.out, m.again(ctx, before)
}

// again tries refused rows, in the order of the sheet, with what is said of them.
func (m *mending) again(ctx context.Context, before []RefusedRow) error {
	rows, err := m.rows(ctx, before)
	if err != nil {
		return err
	}
	for len(rows) > 0 {
		c, err := m.resolve(ctx, rows)
		if err != nil {
			return err
		}
		if err := m.write(ctx, c); err != nil {
			return err
		}
		m.out = append(m.out, m.chunk...)
		m.in.join(m.counts)
		rows = rows[len(c.rows):]
	}
	return nil
}

// write writes a chunk and what became of its rows.
func (m *mending) write(ctx context.Context, c *chunk) error {
	note := func(tx db.Tx, results []record.BulkResult) error { return m.noted(ctx, tx, c, results) }
	c.draft = m.s.Store.Prepare(ctx, m.actor, c.ops, m.options())
	results, err := m.put(ctx, c, m.options(), note)
	switch {
	case err != nil || !m.DryRun:
		return err
	case m.foresee:
		m.fates(c, results)
		return nil
	}
	return m.s.DB.WriteAlone(ctx, func(tx db.Tx) error { return note(tx, results) })
}

// rights are those of the person in whose name the import's rows stand, as
// they are today; an administrator mends others' rows in their name.
func (m *mending) rights(ctx context.Context, a *access.Actor) (err error) {
	behalf := m.Behalf
	if behalf == 0 {
		behalf = m.Import.Actor
	}
	if m.t, err = m.s.importable(a, m.Type); err != nil {
		return err
	}
	who, err := m.s.standIn(ctx, a, behalf)
	if err != nil {
		return err
	}
	m.actor = who.From("import " + db.FormatID(m.ID))
	m.Behalf, m.Import.Actor = behalf, a.ID // as the ledger tells it: who mended, for whom
	m.links, m.beside = linksToItself(m.t, m.Plan), len(besidesOf(m.t, m.Plan)) > 0
	return nil
}

// refused looks up the rows that a person mended, in the order of the sheet.
func (m *mending) refused(ctx context.Context, list []Mending) ([]RefusedRow, error) {
	m.said = make(map[int]map[string]any, len(list))
	known := newMapper(m.t, m.s.hints(ctx, m.actor, Hints{}))
	for _, x := range list {
		for name := range x.Values {
			if known.field(name) == nil {
				return nil, errs.RefuseField("rows", "unknown_field", errs.Params{"field": name})
			}
		}
		m.said[x.Line] = x.Values
	}
	lines := slices.Sorted(maps.Keys(m.said))
	before, err := m.s.refusedAt(ctx, m.ID, 0, len(lines), lines)
	if err == nil && len(before) < len(lines) {
		err = errs.New(errs.Conflict, "row_not_refused", nil)
	}
	if err != nil {
		return nil, err
	}
	return m.s.whole(ctx, m.ID, before)
}

// whole adds the refused rows that go on with the same records.
func (s *Service) whole(ctx context.Context, id int64, rows []RefusedRow) ([]RefusedRow, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	firsts := map[int64]bool{}
	for _, r := range rows {
		firsts[cmp.Or(r.First, int64(r.Line))] = true
	}
	var lines []int
	err := s.DB.Read(ctx, func(tx db.Tx) error {
		lines = nil
		args := []any{id}
		for _, n := range slices.Sorted(maps.Keys(firsts)) {
			lines, args = append(lines, int(n)), append(args, n)
		}
		list, err := tx.Query(ctx, `SELECT line FROM sys_import_row WHERE import = ? AND first > 0 AND first IN (?`+strings.Repeat(", ?", len(args)-2)+`)`, args...)
		if err != nil {
			return err
		}
		defer list.Close()
		for list.Next() {
			var n int64
			if err := list.Scan(&n); err != nil {
				return err
			}
			lines = append(lines, int(n))
		}
		return list.Err()
	})
	if err != nil || len(lines) == len(rows) {
		return rows, err
	}
	slices.Sort(lines)
	return s.refusedAt(ctx, id, 0, len(lines), lines)
}

// rows reads refused rows from the sheet, with what is said of them now and
// was said before. Rows that go on with the record of the one above do so here too.
func (m *mending) rows(ctx context.Context, before []RefusedRow) ([]row, error) {
	lines := make([]int, len(before))
	for k, r := range before {
		lines[k] = r.Line
	}
	out := make([]row, 0, len(lines))
	err := m.s.rowsAt(ctx, m.t, m.Import, lines, func(f *feed, line int, cells []string) {
		said := maps.Clone(before[len(out)].Mended)
		if said == nil {
			said = map[string]any{}
		}
		maps.Copy(said, m.said[line])
		if first := int(before[len(out)].First); first > 0 {
			said = withSaid(said, saidOf(m.t, m.said[first]))
		}
		m.said[line] = said
		next := f.mended(m.t, cells, line, said)
		for _, name := range m.left[line] {
			f.leaveCell(name, cells, &next)
		}
		f.again(&next, int(before[len(out)].First))
		if k := len(out) - 1; f.firms == nil && k >= 0 && before[k+1].First > 0 && int64(out[k-out[k].with].line) == before[k+1].First {
			f.join(out, &next)
		}
		out = append(out, next)
	})
	return out, err
}

// leaveCell keeps the cell that a row goes in without.
func (r *feed) leaveCell(name string, cells []string, out *row) {
	for _, x := range r.fillings {
		if text := x.text(cells); x.name() == name && text != "" {
			out.of(x).leave(x.field, text, x.columns[0].Header)
		}
	}
	out.gather()
}

// again gives a row its place in the sheet: below the record of another, or not.
func (r *feed) again(next *row, first int) {
	if r.firms == nil {
		return
	}
	if first > 0 {
		next.first, next.same = first, r.firms.same
		next.values, next.key, next.keyText = nil, nil, ""
	}
	r.unnamed(next, nil)
}

// mended is a row with what a person said of it in place of its cells.
func (r *feed) mended(t *meta.Type, cells []string, line int, said map[string]any) row {
	out := r.row(cells, line)
	for name, v := range said {
		f, _ := fillingNamed(t, name)
		if f.rows != nil {
			out.inLine(f, v)
			out.values[f.rows.Name] = []any{out.lines[f.rows.Name].cells}
			continue
		}
		if f.beside != nil {
			out.mendBeside(f, v)
			continue
		}
		if text, ok := v.(string); v == nil || (ok && strings.TrimSpace(text) == "") {
			delete(out.values, name)
			v = nil
		} else {
			out.values[name] = v
		}
		other := func(p errs.Problem) bool { return p.Path == name }
		out.problems, out.notes = slices.DeleteFunc(out.problems, other), slices.DeleteFunc(out.notes, other)
		if name != r.key {
			continue
		}
		out.key, out.keyText, out.problems = nil, "", nil
		if text, ok := v.(string); ok {
			f, _ := t.Field(name)
			out.keyText = text
			out.key = r.keyValues(f, text, &out)
		}
	}
	return out
}

// mendBeside gives a record beside a row a value in place of its cell.
func (r *row) mendBeside(f filling, v any) {
	x := r.of(f)
	if text, ok := v.(string); v == nil || ok && strings.TrimSpace(text) == "" {
		delete(x.values, f.field.Name)
	} else {
		x.values[f.field.Name] = v
	}
	other := func(p errs.Problem) bool { return p.Path == f.name() }
	r.problems, r.notes = slices.DeleteFunc(r.problems, other), slices.DeleteFunc(r.notes, other)
	r.gather()
}

// rowsAt reads an import's sheet at some lines, given in rising order. A line
// that could not be read, or is no more there, has no cells.
func (s *Service) rowsAt(ctx context.Context, t *meta.Type, i Import, lines []int, use func(f *feed, line int, cells []string)) error {
	file, err := s.fetch(ctx, i)
	if err != nil {
		return err
	}
	defer discard(file)
	sh, _, err := openSheet(file, i.Plan.Format)
	if err != nil {
		return err
	}
	defer sh.close()
	f := s.newFeed(sh, t, i)
	var cells []string
	at, ended := 0, false
	for _, line := range lines {
		for at < line && !ended {
			if cells, at, err = f.next(); err != nil {
				cells = nil
				ended = errs.As(err).Code != "bad_row"
			} else if !blank(cells) {
				f.passed(cells, at)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if at == line && !ended {
			use(f, line, cells)
		} else {
			use(f, line, nil)
		}
	}
	return nil
}

// fates notes what became of the rows of a chunk.
func (m *mending) fates(c *chunk, out []record.BulkResult) []fate {
	m.counts, m.chunk = Counts{}, nil
	list := c.fates(out)
	m.counts.addBeside(c)
	for k := range list {
		f := &list[k]
		if m.DryRun && m.renew && f.action == rowRefused && len(f.problems) == 1 && f.problems[0].Code == "key_not_found" {
			*f = fate{action: rowUpdated} // what it would update stands above in the sheet
		}
		m.counts.add(*f)
		m.chunk = append(m.chunk, RowFate{Line: c.rows[k].line, Action: f.action, Record: f.record, Problems: f.problems})
	}
	return list
}

// noted writes what became of the rows of a chunk, beside their records. It
// may run again when its transaction does.
func (m *mending) noted(ctx context.Context, tx db.Tx, c *chunk, out []record.BulkResult) error {
	for k, f := range m.fates(c, out) {
		r := &c.rows[k]
		if m.DryRun {
			f.record, f.rev = 0, 0
		}
		n, err := tx.Exec(ctx, `UPDATE sys_import_row SET action = ?, record = ?, rev = ?, problems = ?, mended = ? WHERE import = ? AND line = ? AND action = ?`,
			f.action, f.record, f.rev, problemsText(f.problems), m.kept(r.line, f), m.ID, int64(r.line), rowRefused)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "row_not_refused", errs.Params{"line": r.line})
		}
	}
	if err := m.noteBeside(ctx, tx, c); err != nil {
		return err
	}
	x := m.counts
	if err := m.s.addBeside(ctx, tx, m.ID, x); err != nil {
		return err
	}
	err := one(tx.Exec(ctx, `UPDATE sys_import SET created = created + ?, updated = updated + ?, unchanged = unchanged + ?, joined = joined + ?, warned = warned + ?, refused = refused - ? WHERE id = ? AND state = ?`,
		x.Created, x.Updated, x.Unchanged, x.Joined, x.Warned, x.in(), m.ID, m.State))
	if err != nil || x.in() == 0 || m.State != Done {
		return err
	}
	return m.onRecord(ctx, tx, m.s.Clock().UnixMilli(), x)
}

// kept is what was said of a row that is still refused, for the next trial.
// What the record would keep sealed is not kept here in the clear.
func (m *mending) kept(line int, f fate) string {
	if f.action != rowRefused {
		return ""
	}
	said := maps.Clone(m.said[line])
	maps.DeleteFunc(said, func(name string, _ any) bool {
		f, ok := fillingNamed(m.t, name)
		return !ok || f.rows != nil || f.field.Sealed
	})
	if len(said) == 0 {
		return ""
	}
	text, err := json.Marshal(said)
	if err != nil {
		return ""
	}
	return string(text)
}

// RefusedRows lists the refused rows of an import after a line, with their
// cells, at most limit.
func (s *Service) RefusedRows(ctx context.Context, a *access.Actor, id, after int64, limit int) (out []RefusedRow, err error) {
	defer errs.Wrap(&err, "Service.RefusedRows(%d)", id)
	i, err := s.State(ctx, a, id)
	if err != nil {
		return nil, err
	}
	t, err := s.importable(a, i.Type)
	if err != nil {
		return nil, err
	}
	if out, err = s.refusedAt(ctx, id, after, limit, nil); err != nil || len(out) == 0 {
		return out, err
	}
	lines := make([]int, len(out))
	for k, r := range out {
		lines[k] = r.Line
	}
	k := 0
	return out, s.rowsAt(ctx, t, i, lines, func(f *feed, line int, cells []string) {
		out[k].Written = map[string]string{}
		for _, x := range f.fillings {
			if text := x.text(cells); text != "" {
				out[k].Written[x.name()] = text
			}
		}
		k++
	})
}

// refusedAt lists refused rows after a line, in order, without their cells;
// lines, when there are any, picks some.
func (s *Service) refusedAt(ctx context.Context, id, after int64, limit int, lines []int) (out []RefusedRow, err error) {
	query, args := `SELECT line, problems, mended, first FROM sys_import_row WHERE import = ? AND line > ? AND action = ?`, []any{id, after, rowRefused}
	if len(lines) > 0 {
		query += ` AND line IN (?` + strings.Repeat(", ?", len(lines)-1) + `)`
		for _, n := range lines {
			args = append(args, int64(n))
		}
	}
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		out = []RefusedRow{}
		rows, err := tx.Query(ctx, query+` ORDER BY line LIMIT ?`, append(args, limit)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			x := RefusedRow{RowFate: RowFate{Action: rowRefused}}
			var problems, mended string
			if err := rows.Scan(&x.Line, &problems, &mended, &x.First); err != nil {
				return err
			}
			if err := decodeInto(problems, &x.Problems); err != nil {
				return err
			}
			if err := decodeInto(mended, &x.Mended); err != nil {
				return err
			}
			out = append(out, x)
		}
		return rows.Err()
	})
	return out, err
}

// decodeInto reads JSON with its numbers as they are written; "" is nothing.
func decodeInto(text string, v any) error {
	if text == "" {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return d.Decode(v)
}
