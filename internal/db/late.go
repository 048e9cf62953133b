package db

import "context"

// Late is work that a transaction does once, before its COMMIT, however many
// requests added to it. It runs after their functions, so no request sees what
// it writes; every request's COMMIT includes it.
type Late interface {
	Flush(ctx context.Context, tx Tx) error
}

// lates is what a transaction has put off.
type lates []Late

// lateTx is a transaction that can put work off: those of Write, not of Read.
type lateTx interface{ lates() *lates }

// Later returns the work of type T put off in tx, made by the first who asks.
// On SQLite the requests of a group share it.
func Later[T Late](tx Tx, first func() T) T {
	list := tx.(lateTx).lates()
	for _, l := range *list {
		if found, ok := l.(T); ok {
			return found
		}
	}
	made := first()
	*list = append(*list, made)
	return made
}

// flush runs what was put off.
func (l *lates) flush(ctx context.Context, tx Tx) error {
	for len(*l) > 0 {
		first := (*l)[0]
		*l = (*l)[1:]
		if err := first.Flush(ctx, tx); err != nil {
			*l = nil
			return err
		}
	}
	return nil
}
