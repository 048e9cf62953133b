package meta

import "strings"

// Linked finds a field of a linked record by a path across one link, such as
// customer.level: the link, which has one value, and the field, which is one
// that lists can show.
func (t *Type) Linked(path string) (link, f *Field, ok bool) {
	name, rest, found := strings.Cut(path, ".")
	if !found {
		return nil, nil, false
	}
	link, ok = t.Field(name)
	if !ok || link.Target == nil || link.Name == "id" || !link.System && link.Kind.Storage() != InColumn {
		return nil, nil, false
	}
	f, ok = link.Target.Field(rest)
	switch {
	case !ok:
		return nil, nil, false
	case f.System:
		ok = !link.Target.Builtin || f.Name == "id" || f.Name == "number" || f.Name == "title"
	default:
		ok = f.Kind.Storage() == InColumn || f.Kind.Storage() == InSide
	}
	return link, f, ok
}
