package db

import (
	"database/sql"
	"fmt"
	"strings"
	"unicode/utf8"

	"kedang/internal/errs"
)

// argument checks an argument and gives it one of the forms that both
// databases take: nil, int64, float64, string, []byte; or an array, which only
// PostgreSQL takes: []int64, []string.
func argument(v any) (any, error) {
	switch x := v.(type) {
	case nil, int64, float64, []byte, []int64:
		return v, nil
	case []string:
		for _, text := range x {
			if _, err := argument(text); err != nil {
				return nil, err
			}
		}
		return v, nil
	case string:
		if strings.IndexByte(x, 0) >= 0 {
			return nil, errs.New(errs.Invalid, "nul_in_text", nil)
		}
		if !utf8.ValidString(x) {
			return nil, errs.New(errs.Invalid, "invalid_utf8", nil)
		}
		return v, nil
	case int:
		return int64(x), nil
	case int32:
		return int64(x), nil
	case uint64:
		return int64(x), nil
	case bool:
		if x {
			return int64(1), nil
		}
		return int64(0), nil
	case sql.NullInt64:
		if !x.Valid {
			return nil, nil
		}
		return x.Int64, nil
	case sql.NullString:
		if !x.Valid {
			return nil, nil
		}
		return argument(x.String)
	}
	return nil, fmt.Errorf("db: argument of type %T", v)
}

// arguments checks arguments; what is right already is passed on as it is.
func arguments(args []any) ([]any, error) {
	var out []any
	for i, a := range args {
		v, err := argument(a)
		if err != nil {
			return nil, err
		}
		if out == nil {
			switch a.(type) {
			case nil, int64, float64, string, []byte:
				continue
			}
			out = append(make([]any, 0, len(args)), args[:i]...)
		}
		out = append(out, v)
	}
	if out == nil {
		return args, nil
	}
	return out, nil
}

// scan copies a column into dest.
func (s *call) scan(i int, dest any) error {
	switch d := dest.(type) {
	case *any:
		*d = s.value(i)
		return nil
	case *int64:
		if n, ok := s.integer(i); ok {
			*d = n
			return nil
		}
	case *int:
		if n, ok := s.integer(i); ok {
			*d = int(n)
			return nil
		}
	case *sql.NullInt64:
		if n, ok := s.integer(i); ok {
			d.Int64, d.Valid = n, true
			return nil
		}
	}
	return assign(dest, s.value(i))
}

// assign copies a value (nil, int64, float64, string, []byte, bool) into dest.
func assign(dest, v any) error {
	switch d := dest.(type) {
	case *any:
		*d = plain(v)
		return nil
	case *int64:
		return into(d, v)
	case *int:
		var n int64
		err := into(&n, v)
		*d = int(n)
		return err
	case *string:
		return into(d, v)
	case *[]byte:
		if v == nil {
			*d = nil
			return nil
		}
		return into(d, v)
	case *float64:
		if n, ok := v.(int64); ok {
			*d = float64(n)
			return nil
		}
		return into(d, v)
	case *bool:
		n, ok := plain(v).(int64)
		if !ok {
			return fmt.Errorf("cannot scan %T into *bool", v)
		}
		*d = n != 0
		return nil
	case *sql.NullInt64:
		d.Int64, d.Valid = 0, v != nil
		if v == nil {
			return nil
		}
		return into(&d.Int64, v)
	case *sql.NullString:
		d.String, d.Valid = "", v != nil
		if v == nil {
			return nil
		}
		return into(&d.String, v)
	case *sql.NullFloat64:
		d.Float64, d.Valid = 0, v != nil
		if v == nil {
			return nil
		}
		return assign(&d.Float64, v)
	}
	return fmt.Errorf("cannot scan into %T", dest)
}

// plain is the form of a value that a *any receives.
func plain(v any) any {
	switch x := v.(type) {
	case bool:
		return bit(x)
	case []byte:
		if x == nil {
			return []byte{} // an empty value, which is not a missing one
		}
	}
	return v
}

func into[T any](dest *T, v any) error {
	x, ok := plain(v).(T)
	if !ok {
		return fmt.Errorf("cannot scan %T into %T", v, dest)
	}
	*dest = x
	return nil
}

func errColumns(got, want int) error {
	return fmt.Errorf("db: %d destinations for %d columns", got, want)
}

func errColumn(i int, err error) error { return fmt.Errorf("db: column %d: %w", i, err) }
