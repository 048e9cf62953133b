package meta

// kindDepartment points to one department or branch: a link to the built-in
// type department.
type kindDepartment struct{ kindLink }

// Name is "department".
func (kindDepartment) Name() string { return "department" }

// Operators lists the filter operators offered.
func (kindDepartment) Operators() []string {
	return []string{"==", "!=", "mine", "my_tree", "missing", "present"}
}
