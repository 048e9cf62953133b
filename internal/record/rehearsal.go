package record

import (
	"hash/fnv"

	"kedang/internal/meta"
)

// A Rehearsal is what the new rows of a dry run would bear, kept from one bulk
// to the next: nothing is stored, and later rows are judged beside the earlier
// ones all the same — by unique values, as likely doubles, and by the names that
// links may give. It keeps hashes, some 60 bytes a row, and takes up no more
// beyond rehearsedMost of them. It belongs to one dry run at a time.
type Rehearsal struct {
	keys  map[int64]struct{}  // match keys
	texts map[uint64]struct{} // unique values, numbers and titles
}

// rehearsedMost bounds what a rehearsal keeps.
const rehearsedMost = 2_000_000

// NewRehearsal begins one.
func NewRehearsal() *Rehearsal {
	return &Rehearsal{keys: map[int64]struct{}{}, texts: map[uint64]struct{}{}}
}

// borne is what one row would bear.
type borne struct {
	keys  []matchKey
	texts []uint64
}

func (r *Rehearsal) add(rows []borne) {
	for _, row := range rows {
		if len(r.keys)+len(r.texts) > rehearsedMost {
			return
		}
		for _, k := range row.keys {
			if !k.like {
				r.keys[k.key] = struct{}{}
			}
		}
		for _, text := range row.texts {
			r.texts[text] = struct{}{}
		}
	}
}

func (r *Rehearsal) hasKey(key int64) bool {
	if r == nil {
		return false
	}
	_, ok := r.keys[key]
	return ok
}

func (r *Rehearsal) has(text uint64) bool {
	_, ok := r.texts[text]
	return ok
}

// named tells whether a row before would be found by a reference.
func (r *Rehearsal) named(t *meta.Type, by meta.Ref) bool {
	return r != nil && ((by.By == "number" || by.By == "*") && r.has(rehearsedText(t.Table+"\x00number\x00", by.Value)) ||
		(by.By == "title" || by.By == "*") && r.has(rehearsedText(t.Table+"\x00title\x00", by.Value)))
}

// names are by what a row would be found.
func (b borne) names(row *Row) borne {
	if row.Number != "" {
		b.texts = append(b.texts, rehearsedText(row.Type.Table+"\x00number\x00", row.Number))
	}
	if row.Title != "" {
		b.texts = append(b.texts, rehearsedText(row.Type.Table+"\x00title\x00", row.Title))
	}
	return b
}

func rehearsedText(what, text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(what))
	h.Write([]byte(text))
	return h.Sum64()
}
