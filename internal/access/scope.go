package access

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"kedang/internal/db"
	"kedang/internal/expr"
	"kedang/internal/meta"
)

// Scope is how far a right reaches: the union of its parts. The zero Scope
// reaches nothing.
type Scope struct {
	All          bool
	Own          bool         // root_owner is me
	Subordinates bool         // root_owner is me or one of my subordinates
	Department   bool         // root_department is mine
	Tree         bool         // root_department is mine or below it
	Where        []*expr.Expr // one of these holds
}

// Subject is the row a right is judged on.
type Subject struct {
	Owner, Department         int64    // 0: none
	RootOwner, RootDepartment int64    // the customer's, or the same as above
	Row                       expr.Row // for conditions; may be nil when the scope has none
}

// None tells that the scope reaches nothing.
func (s Scope) None() bool {
	return !s.All && !s.Own && !s.Subordinates && !s.Department && !s.Tree && len(s.Where) == 0
}

// with adds what one grant says.
func (s Scope) with(spec meta.ScopeSpec) Scope {
	switch spec.Name {
	case "all":
		s.All = true
	case "own":
		s.Own = true
	case "subordinates":
		s.Subordinates = true
	case "department":
		s.Department = true
	case "tree":
		s.Tree = true
	case "":
		if spec.Prog != nil && !slices.Contains(s.Where, spec.Prog) {
			s.Where = append(s.Where[:len(s.Where):len(s.Where)], spec.Prog)
		}
	}
	return s
}

// settled drops what a wider part covers.
func (s Scope) settled() Scope {
	if s.All {
		return Scope{All: true}
	}
	s.Own = s.Own && !s.Subordinates
	s.Department = s.Department && !s.Tree
	return s
}

// covers tells that s surely reaches every row that o reaches.
func (s Scope) covers(o Scope) bool {
	switch {
	case s.All:
		return true
	case o.All,
		o.Subordinates && !s.Subordinates,
		o.Own && !s.Own && !s.Subordinates,
		o.Tree && !s.Tree,
		o.Department && !s.Department && !s.Tree:
		return false
	}
	for _, w := range o.Where {
		if !slices.ContainsFunc(s.Where, func(x *expr.Expr) bool { return x == w || x.Source() == w.Source() }) {
			return false
		}
	}
	return true
}

// Allows tells whether the row lies within the scope. When no other part
// allows it and a condition cannot be evaluated, it is denied, with the error.
func (s Scope) Allows(a *Actor, x Subject, now time.Time) (bool, error) {
	if s.All || s.allowsByOwner(a, x.RootOwner) || s.allowsByDepartment(a, x.RootDepartment) {
		return true, nil
	}
	if len(s.Where) == 0 || x.Row == nil {
		return false, nil
	}
	args := a.Args(now)
	var failed error
	for _, w := range s.Where {
		ok, err := w.Test(x.Row, args)
		if err != nil {
			failed = err
		} else if ok {
			return true, nil
		}
	}
	return false, failed
}

func (s Scope) allowsByOwner(a *Actor, owner int64) bool {
	switch {
	case owner == 0:
		return false
	case s.Subordinates:
		return owner == a.ID || contains(a.Subordinates, owner)
	}
	return s.Own && owner == a.ID
}

func (s Scope) allowsByDepartment(a *Actor, department int64) bool {
	switch {
	case department == 0:
		return false
	case s.Tree:
		return contains(a.Tree, department)
	}
	return s.Department && department == a.Department
}

func contains(rising []int64, id int64) bool {
	_, ok := slices.BinarySearch(rising, id)
	return ok
}

// SQL prints the scope as a condition on a record table known as alias ("" for
// none), with '?' arguments: "" for every row, "0=1" for no row. A condition
// that cannot be printed is an error, and the caller must show nothing.
func (s Scope) SQL(a *Actor, alias string, d db.Dialect, now time.Time) (cond string, args []any, err error) {
	if s.All {
		return "", nil, nil
	}
	if alias != "" {
		alias += "."
	}
	p := condition{dialect: d}
	switch {
	case s.Subordinates:
		p.in(alias+"root_owner", a.people())
	case s.Own:
		p.in(alias+"root_owner", one(a.ID))
	}
	switch {
	case s.Tree:
		p.in(alias+"root_department", a.Tree)
	case s.Department:
		p.in(alias+"root_department", one(a.Department))
	}
	for _, w := range s.Where {
		text, more, err := w.SQL(strings.TrimSuffix(alias, "."), expr.Dialect(d), a.Args(now))
		if err != nil {
			return "0=1", nil, err
		}
		p.or("("+text+")", more...)
	}
	return p.text(), p.args, nil
}

// Branch is a condition on a record table that one index range satisfies.
type Branch struct {
	Cond string // an equality, which an index serves
	More string // " AND …", or nothing
	Args []any  // of both
}

// mostBranches is into how many ranges a scope is taken apart.
const mostBranches = 32

// Branches prints the scope as conditions of which each row in reach satisfies
// exactly one, and each of which is one range of an index by owner or by
// department: several such ranges can be merged in a list's order, where one
// condition with IN or OR has to be sorted. nil when it is one range already, or
// has a condition, or there would be too many.
func (s Scope) Branches(a *Actor, alias string) []Branch {
	if s.All || len(s.Where) > 0 {
		return nil
	}
	var owners, departments []int64
	switch {
	case s.Subordinates:
		owners = a.people()
	case s.Own:
		owners = one(a.ID)
	}
	switch {
	case s.Tree:
		departments = a.Tree
	case s.Department:
		departments = one(a.Department)
	}
	if n := len(owners) + len(departments); n < 2 || n > mostBranches {
		return nil
	}
	out := make([]Branch, 0, len(owners)+len(departments))
	owner, department := alias+".root_owner", alias+".root_department"
	for _, id := range departments {
		out = append(out, Branch{Cond: department + " = ?", Args: []any{id}})
	}
	not := condition{}
	if len(departments) > 0 {
		not.in(department, departments)
	}
	for _, id := range owners {
		b := Branch{Cond: owner + " = ?", Args: []any{id}}
		if len(departments) > 0 { // those were given already
			b.More = " AND (" + department + " IS NULL OR NOT " + not.text() + ")"
			b.Args = append(b.Args, not.args...)
		}
		out = append(out, b)
	}
	return out
}

// people are the actor and his subordinates, rising.
func (a *Actor) people() []int64 {
	if a.team != nil || a.ID == 0 {
		return a.team
	}
	return team(a.ID, a.Subordinates)
}

func team(me int64, subordinates []int64) []int64 {
	all := append(slices.Clone(subordinates), me)
	slices.Sort(all)
	return slices.Compact(all)
}

func one(id int64) []int64 {
	if id == 0 {
		return nil
	}
	return []int64{id}
}

// condition joins parts by OR.
type condition struct {
	dialect db.Dialect
	parts   []string
	args    []any
}

func (c *condition) or(part string, args ...any) {
	c.parts = append(c.parts, part)
	c.args = append(c.args, args...)
}

// mostPlaceholders is the longest list written out with one '?' each; longer
// ones travel as one argument, because both databases bound their number.
const mostPlaceholders = 64

// in adds "column is one of ids". Lists are filled up to a power of two with
// their last id, so that people with like teams share prepared statements.
func (c *condition) in(column string, ids []int64) {
	switch n := len(ids); {
	case n == 0:
	case n == 1:
		c.or(column+" = ?", ids[0])
	case n <= mostPlaceholders:
		size := 2
		for size < n {
			size *= 2
		}
		args := make([]any, size)
		for i := range args {
			args[i] = ids[min(i, n-1)]
		}
		c.or(column+" IN (?"+strings.Repeat(",?", size-1)+")", args...)
	case c.dialect == db.Postgres:
		c.or(column+" = ANY (CAST(CAST(? AS text) AS bigint[]))", "{"+joined(ids)+"}")
	default:
		c.or(column+" IN (SELECT value FROM json_each(?))", "["+joined(ids)+"]")
	}
}

func joined(ids []int64) string {
	b := make([]byte, 0, len(ids)*20)
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return string(b)
}

func (c *condition) text() string {
	switch len(c.parts) {
	case 0:
		return "0=1"
	case 1:
		return c.parts[0]
	}
	return "(" + strings.Join(c.parts, " OR ") + ")"
}
