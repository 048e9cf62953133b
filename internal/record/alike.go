package record

import (
	"strconv"

	"kedang/internal/errs"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// alikeMost is how many records with a like name are named; alikeLook how many
// are looked at, so that a reader of few records finds his among many.
const (
	alikeMost = 8
	alikeLook = 200
)

// alike warns of records whose names are like the one being typed without
// having its key: 王府酒店 and 张江王府酒店管理有限公司. Each name is kept under a few
// keys more (han.AlikeKeys), so that one statement of equalities finds them; only
// records the actor may see are named, and nothing is said of others.
func (x *trial) alike() error {
	for _, m := range x.w.t.Match {
		f := likeField(x.w.t, m)
		if f == nil || x.w.actor.Level(x.w.t, f) < meta.Read {
			continue
		}
		name, _ := x.w.row.Values[f.Slot].(string)
		if name == "" || (x.w.old != nil && sameValue(x.w.old.Values[f.Slot], name)) {
			continue
		}
		if err := x.alikeName(m, f, name); err != nil {
			return err
		}
	}
	return nil
}

func (x *trial) alikeName(m *meta.Match, f *meta.Field, name string) error {
	asked := han.AlikeAsked(name)
	if len(asked) == 0 {
		return nil
	}
	keys := make([]int64, len(asked))
	for i, text := range asked {
		keys[i] = likeHash(x.w.t, m, text)
	}
	ids, err := x.likely(f, name, padded(keys))
	if err != nil {
		return err
	}
	named := 0
	for _, id := range ids {
		found, err := x.w.load.follow(x.w.t, id)
		if err != nil {
			return err
		}
		env, ok := found.(*rowEnv)
		if !ok {
			continue
		}
		if ok, _ := x.w.s.allowed(x.w.actor, "read", env.row, x.w.load); !ok {
			continue
		}
		x.warnOnce(errs.Problem{Path: f.Name, Code: m.Code, Params: x.w.s.named(x.w.actor, env.row)})
		if named++; named == alikeMost {
			break
		}
	}
	return nil
}

// likely finds living records, within what the actor may read, that bear one of
// the keys and are indeed alike: a key may be met by the ends of both names.
func (x *trial) likely(f *meta.Field, name string, keys []any) ([]int64, error) {
	w := x.w
	text := "SELECT DISTINCT t.id, t." + quote(f.Column) + " FROM sys_match AS m JOIN " + quote(w.t.Table) + " AS t ON t.id = m.record WHERE m.key IN (" +
		marks(len(keys)) + ") AND t.id <> ? AND t.archived_at IS NULL"
	args := append(keys, w.row.ID)
	cond, more, err := w.actor.Scope(w.t, "read").SQL(w.actor, "t", w.tx.Dialect(), w.s.Clock())
	if err != nil {
		return nil, nil // a right that cannot be evaluated denies
	}
	if cond != "" {
		text, args = text+" AND ("+cond+")", append(args, more...)
	}
	rows, err := w.tx.Query(w.ctx, text+" ORDER BY t.id LIMIT "+strconv.Itoa(alikeLook), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		var other any
		if err := rows.Scan(&id, &other); err != nil {
			return nil, err
		}
		if han.AlikeNames(name, str(other)) {
			out = append(out, id)
		}
	}
	return out, rows.Err()
}

// warnOnce adds a warning of a record that no other names yet.
func (x *trial) warnOnce(p errs.Problem) {
	for _, known := range x.w.warnings {
		if known.Params["other"] == p.Params["other"] {
			return
		}
	}
	x.w.warnings = append(x.w.warnings, p)
}
