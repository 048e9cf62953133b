package record

import (
	"bytes"

	"kedang/internal/meta"
)

// sameValue compares two stored values of one field.
func sameValue(a, b any) bool {
	switch x := a.(type) {
	case []meta.Item:
		y, _ := b.([]meta.Item)
		return sameItems(x, y)
	case []*meta.ChildRow:
		y, _ := b.([]*meta.ChildRow)
		return sameChildren(x, y)
	case sealedValue:
		y, ok := b.(sealedValue)
		return ok && sameSealed(x, y)
	case meta.Ref:
		y, ok := b.(meta.Ref)
		return ok && x == y
	case nil:
		switch y := b.(type) {
		case []meta.Item:
			return len(y) == 0
		case []*meta.ChildRow:
			return len(y) == 0
		}
		return b == nil
	}
	switch b.(type) {
	case []meta.Item, []*meta.ChildRow, sealedValue, meta.Ref:
		return false
	}
	return a == b
}

func sameItems(a, b []meta.Item) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func sameChildren(a, b []*meta.ChildRow) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].ID != b[i].ID {
			return false
		}
		for k := range a[i].Values {
			if a[i].Values[k] != b[i].Values[k] {
				return false
			}
		}
	}
	return true
}

// sameSealed compares by ciphertext, or by plain text where both are known.
// A new plain text beside a stored ciphertext counts as changed.
func sameSealed(a, b sealedValue) bool {
	if a.cipher != nil && b.cipher != nil {
		return bytes.Equal(a.cipher, b.cipher)
	}
	return a.open_ && b.open_ && a.plain == b.plain
}
