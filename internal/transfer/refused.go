package transfer

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/text"
)

// Refused writes the rows that were refused as a sheet: the columns as they
// came, the line in the file, and the reasons in the person's language. Mended,
// it may be imported as it is.
func (s *Service) Refused(ctx context.Context, a *access.Actor, id int64, format string, w io.Writer) (err error) {
	defer errs.Wrap(&err, "Service.Refused(%d)", id)
	i, err := s.State(ctx, a, id)
	if err != nil {
		return err
	}
	t, err := s.importable(a, i.Type)
	if err != nil {
		return err
	}
	f, err := s.fetch(ctx, i)
	if err != nil {
		return err
	}
	defer discard(f)
	in, _, err := openSheet(f, i.Plan.Format)
	if err != nil {
		return err
	}
	defer in.close()
	out, err := newSheetWriter(w, format)
	if err != nil {
		return err
	}
	r := &refusing{s: s, i: i, t: t, lang: text.Lang(a.Lang), in: in, out: out}
	if f := feedOf(nil, t, i.Plan, nil); f.firms != nil {
		for _, x := range f.fillings {
			if x.beside == nil && (f.names(x) || f.numbers(x)) {
				for _, c := range x.columns {
					r.naming = append(r.naming, c.Index)
				}
			}
		}
	}
	if err := r.write(ctx); err != nil {
		return err
	}
	return out.close()
}

// refusing goes through a sheet beside the list of refused lines.
type refusing struct {
	s    *Service
	i    Import
	t    *meta.Type
	lang text.Lang
	in   sheet
	out  sheetWriter

	naming []int    // columns of what names the record, where rows belong to one above
	above  []string // the last row that names one
}

type refusal struct {
	line     int
	first    int64 // the line of the row that it goes with; 0: none
	problems []errs.Problem
}

func (r *refusing) write(ctx context.Context) error {
	header := []string{text.Message(r.lang, "column.line", nil), text.Message(r.lang, "column.reasons", nil)}
	for _, c := range r.i.Plan.Columns {
		header = append(header, c.Header)
	}
	if err := r.out.row(textCells(header)); err != nil {
		return err
	}
	for after := int64(0); ; {
		list, err := r.s.refusals(ctx, r.i.ID, after)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, x := range list {
			if err := r.one(x); err != nil {
				return err
			}
		}
		after = int64(list[len(list)-1].line)
	}
}

// one writes a refused row. A row that could not even be read has no cells.
func (r *refusing) one(x refusal) error {
	var cells []string
	for {
		next, line, err := r.in.next()
		if err != nil && errs.As(err).Code != "bad_row" {
			break
		}
		r.named(next, x.first > 0 && line == x.line)
		if line >= x.line {
			cells = next
			break
		}
	}
	row := append([]string{strconv.Itoa(x.line), r.reasons(x.problems)}, cells...)
	return r.out.row(textCells(row))
}

// named puts the name of the record above into a row that left it blank: by
// itself it would say of nobody. It remembers it of a row that has one.
func (r *refusing) named(cells []string, below bool) {
	blank := true
	for _, i := range r.naming {
		blank = blank && (i >= len(cells) || strings.TrimSpace(cells[i]) == "")
	}
	switch {
	case len(r.naming) == 0:
	case !blank:
		r.above = slices.Clone(cells)
	case below:
		for _, i := range r.naming {
			if i < len(cells) && i < len(r.above) {
				cells[i] = r.above[i]
			}
		}
	}
}

// reasons are sentences, each after the field's label.
func (r *refusing) reasons(ps []errs.Problem) string {
	list := make([]string, 0, len(ps))
	for _, p := range ps {
		list = append(list, r.label(p.Path)+r.sentence(p))
	}
	return strings.Join(list, " ")
}

// sentence is the rule's own where a rule of the type refused.
func (r *refusing) sentence(p errs.Problem) string {
	for _, rule := range r.t.Rules {
		if (rule.Refuse == p.Code || rule.Warn == p.Code) && rule.Says.In(string(r.lang)) != "" {
			return rule.Says.In(string(r.lang))
		}
	}
	if labels := meta.TextOf(p.Params["labels"]).In(string(r.lang)); labels != "" { // values are for programs
		p.Params = maps.Clone(p.Params)
		p.Params["known"] = labels
	}
	return text.Message(r.lang, p.Code, p.Params)
}

func (r *refusing) label(path string) string {
	f := fieldAt(r.t, path)
	switch {
	case f == nil:
		return ""
	case r.lang == text.En:
		return f.Label.In(string(r.lang)) + ": "
	}
	return f.Label.In(string(r.lang)) + "："
}

// fieldAt is the field that a path begins with; nil for none.
func fieldAt(t *meta.Type, path string) *meta.Field {
	if f, ok := fillingNamed(t, path); ok && (f.rows != nil || f.beside != nil) {
		return f.field
	}
	f, _ := t.Field(rootOf(path))
	return f
}

// rootOf is the name of the field that a path begins with.
func rootOf(path string) string {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return path
}

// refusals lists refused lines after a line, in order.
func (s *Service) refusals(ctx context.Context, id, after int64) (out []refusal, err error) {
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		out = nil
		rows, err := tx.Query(ctx, `SELECT line, problems, first FROM sys_import_row WHERE import = ? AND line > ? AND action = ? ORDER BY line LIMIT 1000`, id, after, rowRefused)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var x refusal
			var problems string
			if err := rows.Scan(&x.line, &problems, &x.first); err != nil {
				return err
			}
			if err := decodeInto(problems, &x.problems); err != nil {
				return err
			}
			out = append(out, x)
		}
		return rows.Err()
	})
	return out, err
}

// RowFate is what became of one row.
type RowFate struct {
	Line     int
	Action   string // created | updated | unchanged | joined | refused | undone | kept
	Record   int64  // 0 when refused
	Problems []errs.Problem
}

// Rows lists the rows of an import after a line, at most limit; actions, when
// there are any, picks some, told those that have problems or warnings.
func (s *Service) Rows(ctx context.Context, a *access.Actor, id, after int64, limit int, told bool, actions ...string) (out []RowFate, err error) {
	defer errs.Wrap(&err, "Service.Rows(%d)", id)
	if _, err := s.State(ctx, a, id); err != nil {
		return nil, err
	}
	query, args := `SELECT line, action, record, problems FROM sys_import_row WHERE import = ? AND line > ?`, []any{id, after}
	if len(actions) > 0 {
		query += ` AND action IN (?` + strings.Repeat(", ?", len(actions)-1) + `)`
		for _, x := range actions {
			args = append(args, x)
		}
	}
	if told {
		query += ` AND problems <> ''`
	}
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		out = []RowFate{}
		rows, err := tx.Query(ctx, query+` ORDER BY line LIMIT ?`, append(args, limit)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var f RowFate
			var problems string
			if err := rows.Scan(&f.Line, &f.Action, &f.Record, &problems); err != nil {
				return err
			}
			if problems != "" {
				if err := json.Unmarshal([]byte(problems), &f.Problems); err != nil {
					return err
				}
			}
			out = append(out, f)
		}
		return rows.Err()
	})
	return out, err
}
