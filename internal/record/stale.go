package record

import (
	"encoding/json"
	"strconv"

	"kedang/internal/errs"
)

// mergeStale judges a patch made against an older revision. Fields changed
// since that the patch does not name are left alone; where both changed one
// field to different values, the write is refused with mine, stored and
// original, so that a person can choose.
func (w *writing) mergeStale() error {
	if w.op.IfRev == 0 || w.op.IfRev == w.old.Rev {
		return nil
	}
	if w.op.IfRev > w.old.Rev {
		return errs.New(errs.Stale, "stale_revision", errs.Params{"rev": w.old.Rev})
	}
	original, err := w.changedSince(w.op.IfRev)
	if err != nil {
		return err
	}
	var problems []errs.Problem
	for _, in := range w.input {
		before, moved := original[in.field.ID]
		if !moved || sameValue(w.old.Values[in.field.Slot], in.value) {
			continue
		}
		problems = append(problems, errs.Problem{Path: in.field.Name, Code: "conflict", Params: errs.Params{
			"mine":     json.RawMessage(appendStored(nil, in.field, in.value)),
			"stored":   json.RawMessage(appendStored(nil, in.field, w.old.Values[in.field.Slot])),
			"original": before,
		}})
	}
	if len(problems) == 0 {
		return nil
	}
	return &errs.Error{Kind: errs.Stale, Code: "conflict", Params: errs.Params{"rev": w.old.Rev}, Problems: problems}
}

// changedSince maps the fields changed after a revision to their values then.
func (w *writing) changedSince(rev int64) (map[int64]json.RawMessage, error) {
	out := map[int64]json.RawMessage{}
	for before := int64(0); ; {
		entries, err := w.s.Ledger.OfRecord(w.ctx, w.tx, w.row.ID, before, 100)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.Kind != "write" {
				continue
			}
			if e.Rev <= rev {
				return out, nil
			}
			var raw map[string][2]json.RawMessage
			if err := json.Unmarshal(e.Payload, &raw); err != nil {
				continue // redacted
			}
			for key, pair := range raw {
				if id, err := strconv.ParseInt(key, 10, 64); err == nil {
					out[id] = pair[0]
				}
			}
		}
		if len(entries) < 100 {
			return out, nil
		}
		before = entries[len(entries)-1].ID
	}
}
