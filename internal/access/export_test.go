package access

// VerbNames shows the verbs this package numbers.
func VerbNames() []string { return verbNames[:] }

// CheckPassword shows what passwords are refused.
var CheckPassword = checkPassword
