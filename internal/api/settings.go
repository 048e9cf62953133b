package api

import (
	"net/http"

	"kedang/internal/access"
	"kedang/internal/errs"
	"kedang/internal/text"
)

// schema serves GET /sys/schema?lang=: the types and fields the actor may see.
func (s *Server) schema(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	l := lang(r)
	if asked := r.URL.Query().Get("lang"); asked != "" {
		l = text.Match(asked)
	}
	schema := s.Store.Schema()
	tag := `"` + schema.Version() + "-" + string(l) + `"`
	w.Header().Set("X-Schema-Version", schema.Version())
	w.Header().Set("Content-Language", string(l))
	w.Header().Set("ETag", tag)
	return writeRaw(w, http.StatusOK, schema.SchemaJSON(a, string(l)))
}

// roleJSON is one role that may be given to people.
type roleJSON struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Help  string `json:"help,omitempty"`
	Admin bool   `json:"admin,omitempty"`
}

// typeRights are what an actor may do with one type, and why.
type typeRights struct {
	Type   string            `json:"type"`
	Label  string            `json:"label"`
	Verbs  []verbRight       `json:"verbs"`
	Fields map[string]string `json:"fields"` // field -> level
}

type verbRight struct {
	Verb  string   `json:"verb"`
	Scope string   `json:"scope"`
	From  []string `json:"from"`
}

// roles serves GET /sys/roles?user=: all roles, and the rights that the actor's
// own (or for an administrator, somebody's) come to.
func (s *Server) roles(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	l := string(lang(r))
	roles := []roleJSON{}
	for _, x := range s.Access.Roles() {
		roles = append(roles, roleJSON{x.Name, x.Label.In(l), x.Help.In(l), x.Admin})
	}
	of, err := s.userOr(r.URL.Query().Get("user"), a)
	if err != nil {
		return err
	}
	judged := a
	if of != a.ID {
		if judged, err = s.Access.ActorOf(r.Context(), a, of); err != nil {
			return err
		}
	}
	rights := []typeRights{}
	for _, e := range access.Effective(judged, s.Store.Schema()) {
		t := typeRights{Type: e.Type.Name, Label: e.Type.Label.In(l), Verbs: []verbRight{}, Fields: map[string]string{}}
		for _, v := range e.Verbs {
			t.Verbs = append(t.Verbs, verbRight{v.Verb, v.Scope, v.From})
		}
		for _, f := range e.Fields {
			t.Fields[f.Field.Name] = f.Level.String()
		}
		rights = append(rights, t)
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": roles, "rights": rights})
}

// mustAdmin refuses whoever is no administrator.
func mustAdmin(a *access.Actor) error {
	if !a.Admin {
		return errs.New(errs.Forbidden, "not_administrator", nil)
	}
	return nil
}
