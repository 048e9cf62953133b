package meta

// longestName is the most characters of a type's or field's name.
const longestName = 41

// isName tells whether s is a name: [a-z][a-z0-9_]{0,40}.
func isName(s string) bool {
	if s == "" || len(s) > longestName || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// reservedTypes are fixed addresses of the API; a type of that name could not
// be reached.
var reservedTypes = map[string]bool{"session": true, "search": true, "sys": true, "me": true, "openapi": true, "types": true}

// reservedFields are words of the expression language and of the API's query.
var reservedFields = map[string]bool{"and": true, "or": true, "not": true, "in": true, "true": true, "false": true, "nil": true,
	"contains": true, "matches": true, "let": true, "if": true, "else": true, "record": true, "pos": true, "rights": true, "type": true}

// goodName reports a bad name.
func (l *loader) goodName(name string, at Pos) bool {
	if isName(name) {
		return true
	}
	l.problems.add(at, "bad_name", map[string]any{"name": name})
	return false
}
