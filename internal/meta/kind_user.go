package meta

// kindUser points to one person of the company: a link to the built-in type user.
type kindUser struct{ kindLink }

// Name is "user".
func (kindUser) Name() string { return "user" }

// Operators lists the filter operators offered.
func (kindUser) Operators() []string {
	return []string{"==", "!=", "me", "my_team", "missing", "present"}
}
