package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
	"kedang/internal/meta"
	"kedang/internal/record"
)

// Export writes a list as filtered and sorted into w, as csv or xlsx, and
// returns how many records. Columns are those asked for, the view's, or all
// the person may read; labels and choices are in lang (the person's when "").
// Masked fields stay masked; no cell can be taken for a formula. It needs the
// right to export, reaches no further than that, and is on record with its
// filter and the number of rows, even when it breaks off.
func (s *Service) Export(ctx context.Context, a *access.Actor, typ string, q record.ListQuery, format, lang string, w io.Writer) (n int64, err error) {
	defer errs.Wrap(&err, "Service.Export(%s)", typ)
	t, err := s.mayDo(a, "export", typ)
	if err != nil {
		return 0, err
	}
	if lang == "" {
		lang = a.Lang
	}
	x := &exporting{t: t, wording: s.wording(a, lang)}
	if err := x.choose(a, &q); err != nil {
		return 0, err
	}
	if x.sheet, err = newSheetWriter(w, format); err != nil {
		return 0, err
	}
	begun := false
	err = s.Store.Each(ctx, a, "export", typ, q, func(items []byte) error {
		if !begun {
			begun = true
			if err := x.header(); err != nil {
				return err
			}
		}
		return x.rows(items)
	})
	if err == nil && !begun {
		err = x.header()
	}
	if err == nil {
		err = x.sheet.close()
	}
	if x.n == 0 && err != nil {
		return 0, err
	}
	return x.n, errors.Join(err, s.onRecord(context.WithoutCancel(ctx), a, t, q, format, x))
}

// onRecord puts an export into the ledger.
func (s *Service) onRecord(ctx context.Context, a *access.Actor, t *meta.Type, q record.ListQuery, format string, x *exporting) error {
	payload, err := json.Marshal(struct {
		Filter  string   `json:"filter,omitempty"`
		View    string   `json:"view,omitempty"`
		Q       string   `json:"q,omitempty"`
		Format  string   `json:"format"`
		Columns []string `json:"columns"`
		Rows    int64    `json:"rows"`
	}{q.Filter, q.View, q.Q, format, q.Fields, x.n})
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Tx) error {
		return s.Ledger.Append(ctx, tx, &ledger.Entry{At: s.Clock().UnixMilli(), Kind: ledger.Export, Actor: a.ID, ActorName: a.Name,
			Source: a.Source, Type: t.ID, Action: "export", Payload: payload})
	})
}

// exporting is one export on its way.
type exporting struct {
	t       *meta.Type
	columns []outColumn
	wording
	sheet sheetWriter
	cells []cell
	n     int64
}

// choose finds the columns and asks for them by name.
func (x *exporting) choose(a *access.Actor, q *record.ListQuery) error {
	names := q.Fields
	asked := len(names) > 0 && names[0] != "*"
	switch v := x.t.View(q.View); {
	case asked:
	case q.View != "" && v != nil:
		names = v.Columns
		if !slices.Contains(names, "number") && x.t.Number != "" {
			names = append([]string{"number"}, names...)
		}
	default:
		names = everything(x.t)
	}
	q.Fields, q.Expand = nil, nil
	for _, name := range names {
		c := x.column(a, x.t, "export", name)
		if c.level > meta.Hidden {
			x.columns, q.Fields = append(x.columns, c), append(q.Fields, name)
		} else if f, ok := x.t.Field(name); asked && (!ok || a.Level(x.t, f) == meta.Hidden) {
			return errs.RefuseField("fields", "unknown_field", errs.Params{"field": name})
		}
	}
	if len(x.columns) == 0 {
		return errs.RefuseField("fields", "unknown_field", errs.Params{"field": strings.Join(names, ",")})
	}
	return nil
}

// everything names all columns that a sheet can hold.
func everything(t *meta.Type) []string {
	var names []string
	if t.Number != "" {
		names = append(names, "number")
	}
	for _, f := range t.Fields {
		names = append(names, f.Name)
	}
	return append(names, "owner", "department", "created_at", "updated_at")
}

func (x *exporting) header() error {
	labels := make([]string, len(x.columns))
	for i, c := range x.columns {
		labels[i] = c.label
	}
	return x.sheet.row(textCells(labels))
}

// rows writes a page of records.
func (x *exporting) rows(items []byte) error {
	var page []map[string]json.RawMessage
	if err := json.Unmarshal(items, &page); err != nil {
		return err
	}
	for _, item := range page {
		x.cells = x.cells[:0]
		for _, c := range x.columns {
			x.cells = append(x.cells, x.cell(c, item[c.name]))
		}
		if err := x.sheet.row(x.cells); err != nil {
			return err
		}
		x.n++
	}
	return nil
}

// cell is a field's value as people read it; a number stays one that a sheet
// can add up.
func (x *exporting) cell(c outColumn, raw json.RawMessage) cell {
	if string(raw) == hiddenRecord {
		return cell{}
	}
	f, masked := c.field, c.masked()
	switch f.KindName {
	case "integer", "decimal", "money", "rating":
		if f.ManyCurrencies() {
			break
		}
		if v, ok := decoded(raw); ok && v != nil && !masked && fits(f, v, x.in) {
			return cell{text: plain(v, ""), number: true}
		}
	}
	return cell{text: x.text(f, masked, raw)}
}

func fits(f *meta.Field, v any, in *meta.Input) bool {
	_, problems := f.Kind.Parse(f, v, in)
	return len(problems) == 0
}

// plain writes a value without knowing its kind: a mask, or what no longer
// fits its field.
func plain(v any, mark string) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case []any:
		var out []string
		for _, one := range v {
			out = append(out, plain(one, mark))
		}
		return strings.Join(out, mark)
	case map[string]any:
		for _, key := range []string{"masked", "number", "address", "text", "rest", "title"} {
			if s, ok := v[key].(string); ok {
				return s
			}
		}
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}
