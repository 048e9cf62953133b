package access

import (
	"context"
	"database/sql"
	"slices"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// org is the tree of departments and who reports to whom, as of a version. It
// never changes after it was read.
type org struct {
	version     int64
	departments map[int64]node
	below       map[int64][]int64 // department -> its children
	reports     map[int64][]int64 // user -> those he manages
}

// node is a department in the tree.
type node struct {
	parent int64
	branch int64 // nearest branch at or above
	code   string
}

// orgAt gives the organisation at a version: the one in memory, or read anew.
// Only what was read outside a writing transaction is kept, because a rolled
// back change would leave a version that comes again with other content.
func (s *Service) orgAt(ctx context.Context, tx db.Tx, version int64, keep bool) (*org, error) {
	if o := s.org.Load(); o != nil && o.version == version {
		return o, nil
	}
	o, err := readOrg(ctx, tx, version)
	if err == nil && keep {
		s.org.Store(o)
	}
	return o, err
}

func readOrg(ctx context.Context, tx db.Tx, version int64) (_ *org, err error) {
	defer errs.Wrap(&err, "readOrg(%d)", version)
	o := &org{version: version, departments: map[int64]node{}, below: map[int64][]int64{}, reports: map[int64][]int64{}}
	rows, err := tx.Query(ctx, `SELECT id, coalesce(parent, 0), coalesce(branch, 0), coalesce(code, '') FROM sys_department`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var n node
		if err := rows.Scan(&id, &n.parent, &n.branch, &n.code); err != nil {
			return nil, err
		}
		o.departments[id] = n
		if n.parent != 0 {
			o.below[n.parent] = append(o.below[n.parent], id)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return o, readReports(ctx, tx, o.reports)
}

// readReports reads who reports to whom. People who left count: what they had
// is their manager's to look after until it is handed over.
func readReports(ctx context.Context, tx db.Tx, into map[int64][]int64) error {
	rows, err := tx.Query(ctx, `SELECT id, manager FROM sys_user WHERE manager IS NOT NULL`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, manager int64
		if err := rows.Scan(&id, &manager); err != nil {
			return err
		}
		into[manager] = append(into[manager], id)
	}
	return rows.Err()
}

// tree is a department and all below it, rising; nil for no department.
func (o *org) tree(department int64) []int64 {
	if department == 0 {
		return nil
	}
	return reach(department, o.below)
}

// subordinates are all whose chain of managers leads to the user, rising.
func (o *org) subordinates(user int64) []int64 {
	all := reach(user, o.reports)
	i, _ := slices.BinarySearch(all, user)
	return slices.Delete(all, i, i+1)
}

// branch is the code of the nearest branch at or above a department.
func (o *org) branch(department int64) string {
	return o.departments[o.departments[department].branch].code
}

// reach lists from and all that hangs below it, rising. A circle, which is
// refused when stored, would end it all the same.
func reach(from int64, below map[int64][]int64) []int64 {
	out := []int64{from}
	seen := map[int64]bool{from: true}
	for i := 0; i < len(out); i++ {
		for _, id := range below[out[i]] {
			if !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
		}
	}
	slices.Sort(out)
	return out
}

// bumpOrg makes every node read the organisation anew.
func bumpOrg(ctx context.Context, tx db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE sys_state SET num = num + 1 WHERE name = 'org'`)
	return err
}

// climbsTo tells whether the chain of parents (or managers) that begins at
// from leads to id.
func climbsTo(ctx context.Context, tx db.Tx, query string, from, id int64) (bool, error) {
	seen := map[int64]bool{}
	for from != 0 && !seen[from] {
		if from == id {
			return true, nil
		}
		seen[from] = true
		var up sql.NullInt64
		if err := tx.QueryRow(ctx, query, []any{from}, &up); err != nil {
			return false, err
		}
		from = up.Int64
	}
	return false, nil
}
