package record

import (
	"slices"
	"strconv"

	"kedang/internal/meta"
)

// Moving, archiving and restoring a record takes what lies under it along,
// however much that is. What decides who sees a row — the columns of rights,
// the mark of an archived record — changes in the write's own transaction, one
// statement for each type below, so that no list is wrong for a moment. Search
// entries, and the roll-ups of other records that count what was archived,
// follow inside up to 1,000 rows, beyond that by job.

// trail is a way down from a record: links, each to what the one before it
// begins at.
type trail []*meta.Field

// end is the type whose records lie at the end.
func (tr trail) end(from *meta.Type) *meta.Type {
	if len(tr) == 0 {
		return from
	}
	return tr[len(tr)-1].Of
}

func (tr trail) down(f *meta.Field) trail { return append(slices.Clone(tr), f) }

// where is the condition on the table at the end, "lies under record ?".
// between is held by all records on the way; "" for no condition.
func (tr trail) where(between string) string {
	text := ""
	for i, f := range tr {
		if i == 0 {
			text = quote(f.Column) + " = ?"
			continue
		}
		text = quote(f.Column) + " IN (SELECT id FROM " + quote(tr[i-1].Of.Table) + " WHERE " + text + between + ")"
	}
	return text
}

// inheritBelow writes the rights columns of a record into everything rooted in
// it. Until the search entries have followed, searches do without rights tokens.
func (d *deriving) inheritBelow(r *Row, tr trail) error {
	for _, back := range tr.end(r.Type).Links {
		if back.Type.Root != back.Field.Name || back.Field.Parent != nil {
			continue
		}
		way := tr.down(back.Field)
		n, err := d.tx.Exec(d.ctx, "UPDATE "+quote(back.Type.Table)+" SET root_owner = ?, root_department = ? WHERE "+way.where(""),
			number(r.RootOwner), number(r.RootDepartment), r.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if d.done += int(n); d.done > inline {
			err = d.s.enqueueReindex(d.ctx, d.tx, way, r.ID, n)
		} else {
			err = d.reindexBelow(way, r.ID)
		}
		if err != nil {
			return err
		}
		if err := d.inheritBelow(r, way); err != nil {
			return err
		}
	}
	return nil
}

func (d *deriving) reindexBelow(way trail, id int64) error {
	rows, err := d.s.loadWhere(d.ctx, d.tx, way.end(nil), way.where(""), id)
	if err != nil {
		return err
	}
	return d.reindexed(rows)
}

// reindexed writes the search entries of rows, and remembers by what.
func (d *deriving) reindexed(rows []*Row) error {
	for _, r := range rows {
		before := r.searchHash
		if err := d.s.index(d.ctx, d.tx, []*Row{r}, false); err != nil {
			return err
		}
		if r.searchHash == before {
			continue
		}
		if _, err := d.tx.Exec(d.ctx, "UPDATE "+quote(r.Type.Table)+" SET search_hash = ? WHERE id = ?", r.searchHash, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// along lists the links by which records are archived with what they point to.
func along(t *meta.Type) []*meta.Field {
	var out []*meta.Field
	for _, back := range t.Links {
		f := back.Field
		follows := back.Type.Root == f.Name || f.OnArchive == "archive"
		if follows && f.OnArchive != "keep" && f.Parent == nil && f.Kind.Storage() == meta.InColumn {
			out = append(out, f)
		}
	}
	return out
}

// archiveBelow marks what goes along with an archived record. What was archived
// on its own before keeps its own mark, and so stays when the record comes back.
func (d *deriving) archiveBelow(r *Row, tr trail) error {
	stamp := " AND archived_at = " + strconv.FormatInt(r.ArchivedAt, 10)
	for _, f := range along(tr.end(r.Type)) {
		way := tr.down(f)
		n, err := d.tx.Exec(d.ctx, "UPDATE "+quote(f.Of.Table)+" SET archived_at = ? WHERE "+way.where(stamp)+" AND archived_at IS NULL", r.ArchivedAt, r.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		d.done += int(n)
		late := d.done > inline
		if err := d.archiveBelow(r, way); err != nil {
			return err
		}
		if late {
			err = d.s.enqueueAlong(d.ctx, d.tx, way, r.ID, r.ArchivedAt, n)
		} else {
			err = d.archivedAlong(way, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *deriving) archivedAlong(way trail, r *Row) error {
	rows, err := d.s.loadWhere(d.ctx, d.tx, way.end(nil), way.where("")+" AND archived_at = ? ORDER BY id", r.ID, r.ArchivedAt)
	if err != nil {
		return err
	}
	return d.counted(rows, 0)
}

// counted brings search and roll-ups up to date after rows were archived or
// came back; was is the mark that they had before.
func (d *deriving) counted(rows []*Row, was int64) error {
	if len(rows) == 0 {
		return nil
	}
	if err := d.reindexed(rows); err != nil {
		return err
	}
	olds := make([]*Row, len(rows))
	for i, r := range rows {
		olds[i] = r.clone()
		olds[i].ArchivedAt = was
	}
	return d.spreadAll(olds, rows, 1) // what counts them: the record itself, and others they point to
}

// restoreBelow brings back what went along with a record when it was archived
// at a moment. A row comes back as a whole, with its search entry: up to 1,000
// with the record, the others by job. Refused where something else has taken
// what must be unique.
func (d *deriving) restoreBelow(r *Row, at int64, tr trail) error {
	for _, f := range along(tr.end(r.Type)) {
		way := tr.down(f)
		ids, err := int64s(d.tx.Query(d.ctx, "SELECT id FROM "+quote(f.Of.Table)+" WHERE "+way.where("")+" AND archived_at = ? ORDER BY id", r.ID, at))
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			continue
		}
		if err := d.clash(way, r.ID, at); err != nil {
			return err
		}
		if d.done+len(ids) > inline {
			err = d.s.enqueueAlong(d.ctx, d.tx, way, r.ID, at, int64(len(ids)))
		} else {
			var rows []*Row
			if rows, err = d.s.loadWhere(d.ctx, d.tx, f.Of, way.where("")+" AND archived_at = ? ORDER BY id", r.ID, at); err == nil {
				err = d.restored(rows)
			}
		}
		d.done += len(ids)
		if err != nil {
			return err
		}
		if err := d.restoreBelow(r, at, way); err != nil {
			return err
		}
	}
	return nil
}

// restored brings rows back.
func (d *deriving) restored(rows []*Row) error {
	if len(rows) == 0 {
		return nil
	}
	was := rows[0].ArchivedAt
	for _, r := range rows {
		if _, err := d.tx.Exec(d.ctx, "UPDATE "+quote(r.Type.Table)+" SET archived_at = NULL WHERE id = ?", r.ID); err != nil {
			return uniqueOnRestore(err)
		}
		r.ArchivedAt = 0
	}
	return d.counted(rows, was)
}

// clash refuses to restore what bears a unique value that a living record has.
func (d *deriving) clash(way trail, id, at int64) error {
	taken, err := d.taken(way.end(nil), way.where("")+" AND archived_at = ?", id, at)
	if err == nil && len(taken) > 0 {
		err = errRestoreClash()
	}
	return err
}

// taken finds records among archived ones whose unique values living ones bear.
func (d *deriving) taken(t *meta.Type, where string, args ...any) ([]int64, error) {
	var out []int64
	tb := d.s.tables.of(t)
	var columns []string
	for _, c := range tb.columns {
		if c.field.Unique && (c.shadow == uniqueSuffix || c.shadow == blindSuffix) {
			columns = append(columns, c.name)
		}
	}
	for _, c := range tb.combos {
		columns = append(columns, c.name)
	}
	for _, c := range columns {
		ids, err := int64s(d.tx.Query(d.ctx, "SELECT id FROM (SELECT id, "+quote(c)+" AS u FROM "+quote(t.Table)+" WHERE "+where+") AS a WHERE u IS NOT NULL AND EXISTS (SELECT 1 FROM "+
			quote(t.Table)+" AS b WHERE b."+quote(c)+" = a.u AND b.archived_at IS NULL)", args...))
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
	}
	return out, nil
}
