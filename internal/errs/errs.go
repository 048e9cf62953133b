package errs

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"syscall"
)

// Kind says what the caller can do about an error.
type Kind int

// The kinds, from the commonest to the rarest.
const (
	Internal        Kind = iota // a fault of ours; the operator's log has the story
	Invalid                     // the input is wrong: see Problems, mend, send again
	NotFound                    // no such thing, or none the caller may know of
	Forbidden                   // seen but not allowed
	Unauthenticated             // sign in first
	Conflict                    // clashes with what is stored (unique, edit conflict)
	Stale                       // the state moved on (schema, page token, lock); reload and retry
	TooLarge                    // more than a documented limit
	TooMany                     // too often; wait
	Unavailable                 // not now: starting, stopping, disk full, database away
	Canceled                    // the caller went away or stopped it
)

var kindNames = [...]string{"internal", "invalid", "not_found", "forbidden", "unauthenticated",
	"conflict", "stale", "too_large", "too_many", "unavailable", "canceled"}

// String returns the kind's name as it stands in logs and problem documents.
func (k Kind) String() string { return kindNames[k] }

// Params are the values that a code's sentence is made with.
type Params map[string]any

// Problem is one reason why one field was refused.
type Problem struct {
	Path   string `json:"path"`             // "name", "phones[1]", "lines[2].quantity"; "" is the record itself
	Code   string `json:"code"`             // a stable word: "required", "too_long"
	Params Params `json:"params,omitempty"` // values for the sentence
}

// Error is the one error type that crosses package borders with a meaning.
type Error struct {
	Kind     Kind
	Code     string
	Params   Params
	Problems []Problem // per field, for Invalid and Conflict
	Err      error     // the cause, for operators; may be nil
	story    []string  // outermost last
}

// Error tells the whole chain, for operators.
func (e *Error) Error() string {
	var b strings.Builder
	for i := len(e.story) - 1; i >= 0; i-- {
		b.WriteString(e.story[i])
		b.WriteString(": ")
	}
	b.WriteString(e.Code)
	if len(e.Params) > 0 {
		b.WriteString(" " + e.Params.String())
	}
	for i, p := range e.Problems {
		if i == 5 {
			fmt.Fprintf(&b, "; and %d more", len(e.Problems)-i)
			break
		}
		fmt.Fprintf(&b, "; %s: %s", p.Path, p.Code)
		if len(p.Params) > 0 {
			b.WriteString(" " + p.Params.String())
		}
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// String prints the parameters in the order of their names.
func (p Params) String() string {
	names := make([]string, 0, len(p))
	for n := range p {
		names = append(names, n)
	}
	sort.Strings(names)
	for i, n := range names {
		names[i] = fmt.Sprintf("%s=%v", n, p[n])
	}
	return "(" + strings.Join(names, " ") + ")"
}

// New makes an error of a kind with a code and its parameters (nil for none).
func New(kind Kind, code string, params Params) *Error {
	return &Error{Kind: kind, Code: code, Params: params}
}

// Refuse makes an Invalid error from problems, or nil when there are none.
func Refuse(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: "invalid", Problems: problems}
}

// RefuseField makes an Invalid error with one problem.
func RefuseField(path, code string, params Params) error {
	return Refuse([]Problem{{Path: path, Code: code, Params: params}})
}

// NotFoundf makes the error for a thing (by its type's name) that is absent,
// or that the caller may not know of. Both look the same on purpose.
func NotFoundf(what string, id any) error {
	return New(NotFound, "not_found", Params{"type": what, "id": id})
}

// Wrap adds a line to *err's story when *err is not nil. Use it deferred.
// Kind, code and problems stay as they are.
func Wrap(err *error, format string, args ...any) {
	if *err == nil {
		return
	}
	line := fmt.Sprintf(format, args...)
	if e, ok := (*err).(*Error); ok {
		c := *e
		c.story = append(append([]string(nil), e.story...), line)
		*err = &c
		return
	}
	*err = fmt.Errorf("%s: %w", line, *err)
}

// As returns the Error in err's chain; other errors become Internal, or
// Canceled when a context ended, or Unavailable disk_full.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &Error{Kind: Canceled, Code: "canceled", Err: err}
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &Error{Kind: Unavailable, Code: "disk_full", Err: err}
	}
	return &Error{Kind: Internal, Code: "internal", Err: err}
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool { return err != nil && As(err).Kind == kind }
