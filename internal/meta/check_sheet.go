package meta

import "slices"

// checkSheet resolves which records of other types stand beside one of a type in
// its sheets.
func (l *loader) checkSheet(t *Type) {
	seen := map[string]bool{}
	for _, b := range t.Sheet {
		at := func(key string) Pos { return l.marks.at(b, key, b.Pos) }
		of, ok := l.schema.byName[b.Of]
		_, field := t.byName[b.Of]
		switch {
		case !ok || of.Builtin || of == t:
			l.problems.add(at("of"), "sheet_of", map[string]any{"name": b.Of, "near": nearest(b.Of, l.typeNames()), "known": joined(l.typeNames())})
			continue
		case of.Name != b.Of || field || seen[b.Of]:
			l.problems.add(at("of"), "sheet_name", map[string]any{"name": b.Of})
			continue
		}
		b.Type, seen[b.Of] = of, true
		l.checkSheetLink(t, b)
		b.Keys = nil
		for _, name := range b.Same {
			f, ok := of.byName[name]
			switch {
			case !ok:
				l.unknownField(of, at("same"), name)
			case !telling(f):
				l.problems.add(at("same"), "sheet_same", map[string]any{"name": name})
			default:
				b.Keys = append(b.Keys, f)
			}
		}
		if len(b.Same) == 0 {
			l.problems.add(b.Pos, "sheet_no_same", nil)
		}
		l.checkSheetFirst(t, b)
	}
}

// telling tells whether a field's values can be held against cells.
func telling(f *Field) bool {
	return !f.System && !f.Sealed && !f.Computed() && f.Target == nil && (f.Kind.Storage() == InColumn || f.Kind.Storage() == InSide)
}

// checkSheetLink finds the link by which records beside another belong to it.
func (l *loader) checkSheetLink(t *Type, b *Beside) {
	var links []string
	for _, f := range b.Type.Fields {
		if f.KindName == "link" && f.Target == t && f.Formula == "" && f.Snapshot == "" {
			links = append(links, f.Name)
		}
	}
	if b.Via == "" && len(links) == 1 {
		b.Via = links[0]
	}
	if !slices.Contains(links, b.Via) {
		l.problems.add(l.marks.at(b, "via", b.Pos), "sheet_via", map[string]any{"name": b.Via, "type": b.Of, "to": t.Name, "near": nearest(b.Via, links), "known": joined(links)})
		return
	}
	b.Link = b.Type.byName[b.Via]
}

// checkSheetFirst holds that a record's own field can take what the first record
// beside it has.
func (l *loader) checkSheetFirst(t *Type, b *Beside) {
	at := l.marks.at(b, "first", b.Pos)
	for _, name := range sortedKeys(b.First) {
		own, ok := t.byName[name]
		if !ok {
			l.unknownField(t, at, name)
			continue
		}
		theirs, ok := b.Type.byName[b.First[name]]
		if !ok {
			l.unknownField(b.Type, at, b.First[name])
			continue
		}
		if own.KindName != theirs.KindName || !telling(own) || !telling(theirs) {
			l.problems.add(at, "sheet_first", map[string]any{"name": name, "theirs": theirs.Name})
		}
	}
}
