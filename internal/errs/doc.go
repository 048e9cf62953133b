// Package errs is the error vocabulary of Kedang.
//
// An [Error] has a [Kind] (what the caller can do about it), a code (a stable
// word such as "not_found"), parameters for the sentence that package text
// makes of it, and, for refused input, one [Problem] per field. It carries no
// texts for users: the same error is shown in three languages.
//
//	func (s *Store) Get(ctx context.Context, id int64) (_ *Row, err error) {
//		defer errs.Wrap(&err, "Store.Get(%d)", id)
//		…
//		return nil, errs.NotFoundf("customer", id)
//	}
//
// Wrapping adds a story for operators and never changes kind, code or
// problems. A function wraps at its top, returns, and does not log what it
// returns. "Not found" is an error, never (nil, nil).
//
// errs must never import another package of ours, hold a sentence for a user,
// or decide an HTTP status (package api does).
package errs
