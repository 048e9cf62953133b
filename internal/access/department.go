package access

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
)

// Department is one node of the tree; a branch is a department whose code
// stands in the numbers of its records.
type Department struct {
	ID        int64
	Name      string
	Code      string // "" for none; unique among those not archived
	Parent    int64  // 0: at the top
	Branch    bool
	InBranch  int64 // the nearest branch at or above, 0 for none
	Manager   int64 // 0: none
	Archived  bool
	Rev       int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// NewDepartment is what CreateDepartment needs: a name; a code too for a branch.
type NewDepartment struct {
	Parent     int64
	Code, Name string
	Branch     bool
	Manager    int64
}

// DepartmentPatch names what UpdateDepartment changes; nil leaves a thing as
// it is.
type DepartmentPatch struct {
	Name, Code       *string
	Parent, Manager  *int64
	Branch, Archived *bool
}

// CreateDepartment adds a department. For administrators. Errors: Invalid;
// Conflict code_taken.
func (s *Service) CreateDepartment(ctx context.Context, a *Actor, n NewDepartment) (id int64, err error) {
	defer errs.Wrap(&err, "Service.CreateDepartment")
	d := &Department{ID: s.opts.IDs.Next(), Name: strings.TrimSpace(n.Name), Code: strings.TrimSpace(n.Code), Parent: n.Parent, Branch: n.Branch, Manager: n.Manager}
	err = s.change(ctx, a, func(tx db.Tx) error {
		if err := checkDepartment(ctx, tx, &Department{}, d); err != nil {
			return err
		}
		now := ms(s.now())
		_, err := tx.Exec(ctx, `INSERT INTO sys_department (id, title, title_sort, name, code, parent, is_branch, manager, rev, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)`,
			d.ID, d.Name, s.opts.SortKey(d.Name), d.Name, text(d.Code), link(d.Parent), bit(d.Branch), link(d.Manager), now, now)
		if err != nil {
			return codeTaken(err)
		}
		if err := s.treeChanged(ctx, tx); err != nil {
			return err
		}
		return s.record(ctx, tx, a, ledger.Rights, "department_created", "department", d.ID, departmentChanges(&Department{}, d))
	})
	return d.ID, err
}

// MoveDepartment hangs a department, with all below it, under another (0: at
// the top). For administrators. Errors: NotFound; Invalid at "parent" with
// link_cycle or link_not_found.
func (s *Service) MoveDepartment(ctx context.Context, a *Actor, id, parent int64) error {
	return s.UpdateDepartment(ctx, a, id, DepartmentPatch{Parent: &parent})
}

// UpdateDepartment changes a department; rights follow on the next request.
// For administrators. Errors: NotFound; Invalid; Conflict code_taken, and
// department_in_use when one with people or departments is to be archived.
func (s *Service) UpdateDepartment(ctx context.Context, a *Actor, id int64, p DepartmentPatch) (err error) {
	defer errs.Wrap(&err, "Service.UpdateDepartment(%s)", db.FormatID(id))
	return s.change(ctx, a, func(tx db.Tx) error {
		old, err := readDepartment(ctx, tx, id)
		if err != nil {
			return err
		}
		d := p.apply(*old)
		diff := departmentChanges(old, d)
		if len(diff) == 0 {
			return nil
		}
		if err := checkDepartment(ctx, tx, old, d); err != nil {
			return err
		}
		if err := s.storeDepartment(ctx, tx, old, d); err != nil {
			return err
		}
		return s.record(ctx, tx, a, ledger.Rights, "department_changed", "department", id, diff)
	})
}

func (s *Service) storeDepartment(ctx context.Context, tx db.Tx, old, d *Department) error {
	now := ms(s.now())
	_, err := tx.Exec(ctx, `UPDATE sys_department SET title = ?, title_sort = ?, name = ?, code = ?, parent = ?, is_branch = ?, manager = ?,
			rev = rev + 1, updated_at = ? WHERE id = ?`,
		d.Name, s.opts.SortKey(d.Name), d.Name, text(d.Code), link(d.Parent), bit(d.Branch), link(d.Manager), now, d.ID)
	if err == nil && old.Archived != d.Archived {
		var at any
		if d.Archived {
			at = now
		}
		_, err = tx.Exec(ctx, `UPDATE sys_department SET archived_at = ? WHERE id = ?`, at, d.ID)
	}
	if err != nil {
		return codeTaken(err)
	}
	return s.treeChanged(ctx, tx)
}

func (p *DepartmentPatch) apply(d Department) *Department {
	set(&d.Name, p.Name, strings.TrimSpace)
	set(&d.Code, p.Code, strings.TrimSpace)
	if p.Parent != nil {
		d.Parent = *p.Parent
	}
	if p.Manager != nil {
		d.Manager = *p.Manager
	}
	if p.Branch != nil {
		d.Branch = *p.Branch
	}
	if p.Archived != nil {
		d.Archived = *p.Archived
	}
	return &d
}

// mostCode is the longest code of a department.
const mostCode = 20

func checkDepartment(ctx context.Context, tx db.Tx, old, d *Department) error {
	var ps []errs.Problem
	refuse := func(path, code string, params errs.Params) {
		ps = append(ps, errs.Problem{Path: path, Code: code, Params: params})
	}
	switch n := utf8.RuneCountInString(d.Name); {
	case n == 0:
		refuse("name", "required", nil)
	case n > mostName:
		refuse("name", "too_long", errs.Params{"max": mostName})
	}
	switch {
	case d.Code == "" && d.Branch:
		refuse("code", "required", nil)
	case len(d.Code) > mostCode:
		refuse("code", "too_long", errs.Params{"max": mostCode})
	case strings.Trim(d.Code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "":
		refuse("code", "bad_code", nil)
	}
	if d.Manager != 0 && d.Manager != old.Manager {
		ok, err := exists(ctx, tx, `SELECT count(*) FROM sys_user WHERE id = ?`, d.Manager)
		if err != nil {
			return err
		}
		if !ok {
			refuse("manager", "link_not_found", nil)
		}
	}
	code, err := parentProblem(ctx, tx, old, d)
	if err != nil {
		return err
	}
	if code != "" {
		refuse("parent", code, nil)
	}
	if len(ps) == 0 && d.Archived && !old.Archived {
		return unused(ctx, tx, d.ID)
	}
	return errs.Refuse(ps)
}

// parentProblem refuses a parent that is not there, is archived, or lies below
// the department itself.
func parentProblem(ctx context.Context, tx db.Tx, old, d *Department) (code string, err error) {
	if d.Parent == 0 || (d.Parent == old.Parent && d.Archived == old.Archived) || d.Archived {
		return "", nil
	}
	ok, err := exists(ctx, tx, `SELECT count(*) FROM sys_department WHERE id = ? AND archived_at IS NULL`, d.Parent)
	if err != nil {
		return "", err
	}
	if !ok {
		return "link_not_found", nil
	}
	circle, err := climbsTo(ctx, tx, `SELECT parent FROM sys_department WHERE id = ?`, d.Parent, d.ID)
	if circle {
		return "link_cycle", err
	}
	return "", err
}

// unused refuses when people or departments still hang on a department.
func unused(ctx context.Context, tx db.Tx, id int64) error {
	var n int64
	err := tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM sys_user WHERE department = ? AND active = 1)
		+ (SELECT count(*) FROM sys_department WHERE parent = ? AND archived_at IS NULL)`, []any{id, id}, &n)
	if err == nil && n > 0 {
		return errs.New(errs.Conflict, "department_in_use", errs.Params{"count": n})
	}
	return err
}

// treeChanged finds every department's nearest branch anew, and has every node
// read the tree again.
func (s *Service) treeChanged(ctx context.Context, tx db.Tx) error {
	list, err := listDepartments(ctx, tx)
	if err != nil {
		return err
	}
	at := map[int64]*Department{}
	for i := range list {
		at[list[i].ID] = &list[i]
	}
	for _, d := range list {
		branch := int64(0)
		for x, steps := at[d.ID], 0; x != nil && steps <= len(list); x, steps = at[x.Parent], steps+1 {
			if x.Branch {
				branch = x.ID
				break
			}
		}
		if branch == d.InBranch {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE sys_department SET branch = ? WHERE id = ?`, link(branch), d.ID); err != nil {
			return err
		}
	}
	return bumpOrg(ctx, tx)
}

// Departments lists the whole tree, archived ones too, by name. Everybody
// signed in may.
func (s *Service) Departments(ctx context.Context, _ *Actor) (out []Department, err error) {
	defer errs.Wrap(&err, "Service.Departments")
	err = s.opts.DB.Read(ctx, func(tx db.Tx) error {
		out, err = listDepartments(ctx, tx)
		return err
	})
	return out, err
}

const departmentColumns = `id, name, coalesce(code, ''), coalesce(parent, 0), is_branch, coalesce(branch, 0), coalesce(manager, 0),
	coalesce(archived_at, 0), rev, created_at, updated_at`

func listDepartments(ctx context.Context, tx db.Tx) (out []Department, err error) {
	rows, err := tx.Query(ctx, `SELECT `+departmentColumns+` FROM sys_department ORDER BY title_sort, id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		d, err := scanDepartment(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, *d)
	}
	return out, rows.Err()
}

func scanDepartment(scan func(...any) error) (*Department, error) {
	d := &Department{}
	var branch, archived, created, updated int64
	err := scan(&d.ID, &d.Name, &d.Code, &d.Parent, &branch, &d.InBranch, &d.Manager, &archived, &d.Rev, &created, &updated)
	d.Branch, d.Archived, d.CreatedAt, d.UpdatedAt = branch == 1, archived != 0, timeOf(created), timeOf(updated)
	return d, err
}

func readDepartment(ctx context.Context, tx db.Tx, id int64) (*Department, error) {
	d, err := scanDepartment(func(dest ...any) error {
		return tx.QueryRow(ctx, `SELECT `+departmentColumns+` FROM sys_department WHERE id = ?`, []any{id}, dest...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.NotFoundf("department", db.FormatID(id))
	}
	return d, err
}

func departmentChanges(old, d *Department) map[string]pair {
	out := map[string]pair{}
	for _, x := range []struct {
		name   string
		before any
		after  any
	}{
		{"name", old.Name, d.Name}, {"code", old.Code, d.Code}, {"parent", idText(old.Parent), idText(d.Parent)},
		{"manager", idText(old.Manager), idText(d.Manager)}, {"branch", old.Branch, d.Branch}, {"archived", old.Archived, d.Archived},
	} {
		if x.before != x.after {
			out[x.name] = pair{x.before, x.after}
		}
	}
	return out
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// codeTaken tells a second equal code from other errors.
func codeTaken(err error) error {
	if _, ok := db.UniqueViolation(err); ok {
		return &errs.Error{Kind: errs.Conflict, Code: "code_taken", Problems: []errs.Problem{{Path: "code", Code: "code_taken"}}}
	}
	return err
}
