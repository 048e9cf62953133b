package record

import (
	"context"
	"hash/fnv"
	"slices"
	"sort"
	"strconv"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// A row of the index carries three kinds of tokens that rights are cut by: its
// type's, its type's class, and those of whom it belongs to (package access).
// Types that every role may read just as far are of one class, so that a
// search over forty types names three or four classes.

// classToken is the token of a type's class.
func classToken(t *meta.Type) string {
	roles := make([]string, 0, len(t.Access))
	for role := range t.Access {
		roles = append(roles, role)
	}
	sort.Strings(roles)
	h := fnv.New32a()
	for _, role := range roles {
		if spec, ok := t.Access[role].Verbs["read"]; ok && spec.Name != "none" {
			h.Write([]byte(role + "\x00" + spec.Name + "\x00" + spec.Where + "\x00"))
		}
	}
	return "_k" + strconv.FormatUint(uint64(h.Sum32()), 36)
}

// movingStep creates the table of jobs that rewrite search entries of records
// whose owner changed. While one is there, the rights tokens of some rows are
// old.
const movingStep = `CREATE TABLE sys_moving (job {int} PRIMARY KEY) {strict}`

// moving tells whether rights tokens may be old.
func moving(ctx context.Context, tx db.Tx) (bool, error) {
	jobs, err := int64s(tx.Query(ctx, "SELECT job FROM sys_moving LIMIT 1"))
	return len(jobs) > 0, err
}

// reach says, as tokens, which rows a search may find: of the types asked for,
// those that lie within the actor's right to read. narrow is false when every
// row may match. A type whose right tokens cannot tell (a condition, too many
// departments, rights that move) is let through whole: the row check decides.
func (s *Store) reach(a *access.Actor, types []*meta.Type, named, moving bool) (_ han.Condition, narrow bool) {
	g := reachGroups{named: named, seen: map[string]bool{}, bound: map[string][]string{}}
	for _, t := range types {
		scope := a.Scope(t, "read")
		var own []string
		complete := false
		if !scope.All && !moving {
			own, complete = scope.Tokens(a, t)
		}
		if !complete {
			own = nil
		}
		g.add(&s.tables.of(t).search, own)
	}
	all := 0
	for _, t := range s.Schema().Types {
		if !t.Builtin {
			all++
		}
	}
	return g.condition(len(types) == all)
}

// reachGroups gathers types that are cut by the same tokens.
type reachGroups struct {
	named bool
	seen  map[string]bool
	free  []string            // type or class tokens of types seen whole
	order []string            // own tokens, joined
	bound map[string][]string // own tokens, joined -> type or class tokens
}

func (g *reachGroups) add(p *searchPlan, own []string) {
	token := p.typeToken
	if !g.named {
		token = p.classToken
	}
	key := strings.Join(own, " ")
	if g.seen[key+"/"+token] {
		return
	}
	g.seen[key+"/"+token] = true
	if key == "" {
		g.free = append(g.free, token)
		return
	}
	if g.bound[key] == nil {
		g.order = append(g.order, key)
	}
	g.bound[key] = append(g.bound[key], token)
}

// condition joins the groups. With every type asked for, one bound group needs
// no classes beside it.
func (g *reachGroups) condition(every bool) (han.Condition, bool) {
	if len(g.order) == 0 && every {
		return han.Condition{}, false
	}
	g.merge()
	parts := []han.Condition{han.AnyToken(g.free...)}
	for _, key := range g.order {
		own := han.AnyToken(strings.Fields(key)...)
		if every && len(g.order) == 1 {
			parts = append(parts, own)
			continue
		}
		parts = append(parts, han.AllOf(han.AnyToken(g.bound[key]...), own))
	}
	return han.AnyOf(parts...), true
}

// merge puts a group into one that names the same departments and owners
// besides. The few rows it lets through too many are left to the row check; the
// index is spared a second look at the departments, and the classes of all
// their types.
func (g *reachGroups) merge() {
	for i := 0; i < len(g.order); i++ {
		small := strings.Fields(g.order[i])
		for _, key := range g.order {
			if key == g.order[i] || !widens(small, strings.Fields(key)) {
				continue
			}
			g.bound[key] = append(g.bound[key], g.bound[g.order[i]]...)
			g.order = slices.Delete(g.order, i, i+1)
			i--
			break
		}
	}
}

// widens tells that large has all of small, and owners besides.
func widens(small, large []string) bool {
	for _, token := range small {
		if !slices.Contains(large, token) {
			return false
		}
	}
	for _, token := range large {
		if !access.IsOwnerToken(token) && !slices.Contains(small, token) {
			return false
		}
	}
	return true
}
