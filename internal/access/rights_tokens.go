package access

import (
	"strconv"
	"strings"

	"kedang/internal/meta"
)

// mostTokens is how many rights tokens a search bears; beyond it, looking at
// the rows found is cheaper.
const mostTokens = 64

// noToken stands in no row of the index.
const noToken = "_none"

// RowTokens are the rights tokens of a row in the search index: _o and the
// root owner's id, _d and the root department's, in base 36.
func RowTokens(owner, department int64) []string {
	out := make([]string, 0, 2)
	if owner != 0 {
		out = append(out, ownerToken(owner))
	}
	if department != 0 {
		out = append(out, departmentToken(department))
	}
	return out
}

// IsOwnerToken tells a token that names an owner from one of a department.
func IsOwnerToken(token string) bool { return strings.HasPrefix(token, "_o") }

func ownerToken(id int64) string { return "_o" + strconv.FormatInt(id, 36) }

func departmentToken(id int64) string { return "_d" + strconv.FormatInt(id, 36) }

// Tokens are the rights tokens of which a visible row of the type has at
// least one; the row check stays the authority. complete false means that
// rows without any may be visible too (a condition is part of the right, or
// there would be too many tokens): search without them. No tokens and complete
// means every row; a scope that reaches nothing answers a token no row has.
func (s Scope) Tokens(a *Actor, _ *meta.Type) (tokens []string, complete bool) {
	if s.All {
		return nil, true
	}
	if len(s.Where) > 0 {
		return nil, false
	}
	switch {
	case s.Subordinates:
		for _, id := range a.people() {
			tokens = append(tokens, ownerToken(id))
		}
	case s.Own && a.ID != 0:
		tokens = append(tokens, ownerToken(a.ID))
	}
	switch {
	case s.Tree:
		for _, id := range a.Tree {
			tokens = append(tokens, departmentToken(id))
		}
	case s.Department && a.Department != 0:
		tokens = append(tokens, departmentToken(a.Department))
	}
	if len(tokens) == 0 {
		return []string{noToken}, true
	}
	if len(tokens) > mostTokens {
		return nil, false
	}
	return tokens, true
}
