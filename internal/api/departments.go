package api

import (
	"net/http"

	"kedang/internal/access"
	"kedang/internal/db"
)

// departmentJSON is one node of the tree; the client joins them by parent.
type departmentJSON struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Code     string `json:"code,omitempty"`
	Parent   string `json:"parent,omitempty"`
	Branch   bool   `json:"branch"`
	InBranch string `json:"in_branch,omitempty"`
	Manager  string `json:"manager,omitempty"`
	Archived bool   `json:"archived,omitempty"`
}

// departments serves GET /sys/departments: the whole tree, by name.
func (s *Server) departments(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	list, err := s.Access.Departments(r.Context(), a)
	if err != nil {
		return err
	}
	out := make([]departmentJSON, 0, len(list))
	for _, d := range list {
		out = append(out, departmentJSON{db.FormatID(d.ID), d.Name, d.Code, idOr(d.Parent), d.Branch, idOr(d.InBranch), idOr(d.Manager), d.Archived})
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": out})
}

// createDepartment serves POST /sys/departments.
func (s *Server) createDepartment(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	var b struct {
		Name    string `json:"name"`
		Code    string `json:"code"`
		Parent  string `json:"parent"`
		Branch  bool   `json:"branch"`
		Manager string `json:"manager"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	n := access.NewDepartment{Name: b.Name, Code: b.Code, Branch: b.Branch}
	var err error
	if n.Parent, err = idField("parent", b.Parent); err != nil {
		return err
	}
	if n.Manager, err = idField("manager", b.Manager); err != nil {
		return err
	}
	id, err := s.Access.CreateDepartment(r.Context(), a, n)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, map[string]any{"id": db.FormatID(id)})
}

// updateDepartment serves PATCH /sys/departments/{id}; moving it is a new parent.
func (s *Server) updateDepartment(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	var b struct {
		Name     *string `json:"name"`
		Code     *string `json:"code"`
		Parent   *string `json:"parent"`
		Branch   *bool   `json:"branch"`
		Manager  *string `json:"manager"`
		Archived *bool   `json:"archived"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	p := access.DepartmentPatch{Name: b.Name, Code: b.Code, Branch: b.Branch, Archived: b.Archived}
	if p.Parent, err = idPatch("parent", b.Parent); err != nil {
		return err
	}
	if p.Manager, err = idPatch("manager", b.Manager); err != nil {
		return err
	}
	if err := s.Access.UpdateDepartment(r.Context(), a, id, p); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
