package api

import (
	"testing"

	"kedang/internal/meta"
)

// TestEveryKindHasASchema fails where a kind is added and the document does not
// know how its values look.
func TestEveryKindHasASchema(t *testing.T) {
	for _, k := range meta.Kinds() {
		if kindSchemas[k.Name()] == nil {
			t.Errorf("kind %s has no line in kindSchemas", k.Name())
		}
	}
	for name := range kindSchemas {
		if meta.KindOf(name) == nil {
			t.Errorf("kindSchemas has %s, which is no kind", name)
		}
	}
}
