package api

import "strings"

// prune drops the shared components that nothing leads to from the paths: a
// caller who sees no types is not told of their parts.
func prune(doc obj) {
	components := doc["components"].(obj)
	used := map[string]bool{}
	var visit func(v any)
	visit = func(v any) {
		switch x := v.(type) {
		case obj:
			if at, ok := x["$ref"].(string); ok && !used[at] {
				used[at] = true
				parts := strings.Split(at, "/") // # components KIND NAME
				visit(components[parts[2]].(obj)[parts[3]])
			}
			for _, member := range x {
				visit(member)
			}
		case []obj:
			for _, item := range x {
				visit(item)
			}
		}
	}
	visit(doc["paths"])
	for _, kind := range []string{"schemas", "parameters", "responses"} {
		for name := range components[kind].(obj) {
			if !used["#/components/"+kind+"/"+name] {
				delete(components[kind].(obj), name)
			}
		}
	}
}
