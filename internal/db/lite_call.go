package db

import (
	"fmt"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Here SQLite is called as its C interface is. Its driver for database/sql asks
// for the name and the declared type of every column with every query, copies
// each argument into memory of its own and locks the connection around each
// value: a third of the time of a request for one wide row. A connection here belongs to
// one goroutine at a time, so that SQLite need not lock it.

// lite is a connection in SQLite's own terms.
type lite struct {
	tls *libc.TLS
	db  uintptr // sqlite3*
	out uintptr // room for two pointers that a call answers with
}

// liteFault is an error of SQLite.
type liteFault struct {
	code    int32 // the extended code
	message string
}

func (f *liteFault) Error() string { return fmt.Sprintf("%s (%d)", f.message, f.code) }

// openCall opens a database file, given as a file: URI.
func openCall(uri string) (*lite, error) {
	c := &lite{tls: libc.NewTLS()}
	if c.out = libc.Xcalloc(c.tls, 2, pointerSize); c.out == 0 {
		c.tls.Close()
		return nil, errMemory()
	}
	name, err := libc.CString(uri)
	if err != nil {
		c.close()
		return nil, err
	}
	defer libc.Xfree(c.tls, name)
	rc := sqlite3.Xsqlite3_open_v2(c.tls, name, c.out,
		sqlite3.SQLITE_OPEN_READWRITE|sqlite3.SQLITE_OPEN_CREATE|sqlite3.SQLITE_OPEN_URI|sqlite3.SQLITE_OPEN_NOMUTEX, 0)
	c.db = c.answer(0)
	if rc == sqlite3.SQLITE_OK {
		rc = sqlite3.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	}
	if rc != sqlite3.SQLITE_OK {
		err := c.fault(rc)
		c.close()
		return nil, err
	}
	return c, nil
}

const pointerSize = libc.Tsize_t(unsafe.Sizeof(uintptr(0)))

func errMemory() error { return &liteFault{sqlite3.SQLITE_NOMEM, "out of memory"} }

// answer is the i-th pointer that a call left in out.
func (c *lite) answer(i uintptr) uintptr {
	return *(*uintptr)(pointer(c.out + i*uintptr(pointerSize)))
}

// pointer turns an address of C memory, which Go's collector does not move,
// into a pointer.
func pointer(address uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&address))
}

// fault is what SQLite says of a call that ended with rc.
func (c *lite) fault(rc int32) error {
	message := libc.GoString(sqlite3.Xsqlite3_errstr(c.tls, rc))
	if c.db != 0 {
		if more := libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db)); more != message {
			message += ": " + more
		}
	}
	return &liteFault{rc, message}
}

// changes is how many rows the last statement that changes any has changed.
func (c *lite) changes() int64 { return int64(sqlite3.Xsqlite3_changes(c.tls, c.db)) }

// close closes the connection; its statements are finalized already.
func (c *lite) close() (err error) {
	if c.db != 0 {
		if rc := sqlite3.Xsqlite3_close(c.tls, c.db); rc != sqlite3.SQLITE_OK {
			err = c.fault(rc)
		}
	}
	libc.Xfree(c.tls, c.out)
	c.tls.Close()
	c.db, c.out = 0, 0
	return err
}

// call is a prepared statement.
type call struct {
	*lite
	stmt   uintptr // sqlite3_stmt*
	params int     // how many arguments it takes
	room   uintptr // C memory that holds the arguments while it runs
	size   int     // of room
}

// roomKept bounds the memory that a statement keeps for its next arguments.
const roomKept = 16 << 10

// prepare compiles the first statement of query; rest is what follows it. The
// call is nil when there is none: a comment.
func (c *lite) prepare(query string) (_ *call, rest string, err error) {
	text, err := libc.CString(query)
	if err != nil {
		return nil, "", err
	}
	defer libc.Xfree(c.tls, text)
	rc := sqlite3.Xsqlite3_prepare_v2(c.tls, c.db, text, int32(len(query)), c.out, c.out+uintptr(pointerSize))
	if rc != sqlite3.SQLITE_OK {
		return nil, "", c.fault(rc)
	}
	stmt, tail := c.answer(0), c.answer(1)
	rest = query[min(len(query), int(tail-text)):]
	if stmt == 0 {
		return nil, rest, nil
	}
	return &call{lite: c, stmt: stmt, params: int(sqlite3.Xsqlite3_bind_parameter_count(c.tls, stmt))}, rest, nil
}

// bind gives the statement its arguments, of the kinds that [argument] makes.
func (s *call) bind(args []any) error {
	if len(args) != s.params {
		return fmt.Errorf("db: %d arguments for %d parameters", len(args), s.params)
	}
	size := 1 // even an empty text has an address
	for _, a := range args {
		switch x := a.(type) {
		case string:
			size += len(x)
		case []byte:
			size += len(x)
		}
	}
	if err := s.reserve(size); err != nil {
		return err
	}
	at := s.room
	for i, a := range args {
		rc, n := int32(sqlite3.SQLITE_MISUSE), int32(i+1)
		switch x := a.(type) {
		case nil:
			rc = sqlite3.Xsqlite3_bind_null(s.tls, s.stmt, n)
		case int64:
			rc = sqlite3.Xsqlite3_bind_int64(s.tls, s.stmt, n, x)
		case float64:
			rc = sqlite3.Xsqlite3_bind_double(s.tls, s.stmt, n, x)
		case string:
			copy(unsafe.Slice((*byte)(pointer(at)), len(x)), x)
			rc = sqlite3.Xsqlite3_bind_text(s.tls, s.stmt, n, at, int32(len(x)), 0)
			at += uintptr(len(x))
		case []byte:
			if x == nil {
				rc = sqlite3.Xsqlite3_bind_null(s.tls, s.stmt, n)
				break
			}
			copy(unsafe.Slice((*byte)(pointer(at)), len(x)), x)
			rc = sqlite3.Xsqlite3_bind_blob(s.tls, s.stmt, n, at, int32(len(x)), 0)
			at += uintptr(len(x))
		default:
			return fmt.Errorf("db: argument of type %T", a)
		}
		if rc != sqlite3.SQLITE_OK {
			return s.fault(rc)
		}
	}
	return nil
}

// reserve sees that room has size bytes.
func (s *call) reserve(size int) error {
	if size <= s.size {
		return nil
	}
	libc.Xfree(s.tls, s.room)
	size = max(size, 128)
	if s.room = libc.Xmalloc(s.tls, libc.Tsize_t(size)); s.room == 0 {
		s.size = 0
		return errMemory()
	}
	s.size = size
	return nil
}

// step runs the statement to its next row; row is false at the end.
func (s *call) step() (row bool, err error) {
	switch rc := sqlite3.Xsqlite3_step(s.tls, s.stmt); rc {
	case sqlite3.SQLITE_ROW:
		return true, nil
	case sqlite3.SQLITE_DONE:
		return false, nil
	default:
		return false, s.fault(rc)
	}
}

// reset ends the statement's run. What it answers has been told by step.
func (s *call) reset() {
	sqlite3.Xsqlite3_reset(s.tls, s.stmt)
	if s.size > roomKept {
		sqlite3.Xsqlite3_clear_bindings(s.tls, s.stmt)
		libc.Xfree(s.tls, s.room)
		s.room, s.size = 0, 0
	}
}

// finalize drops the statement.
func (s *call) finalize() {
	sqlite3.Xsqlite3_finalize(s.tls, s.stmt)
	libc.Xfree(s.tls, s.room)
}

func (s *call) columns() int { return int(sqlite3.Xsqlite3_column_count(s.tls, s.stmt)) }

// integer is a column that holds one.
func (s *call) integer(i int) (n int64, ok bool) {
	if sqlite3.Xsqlite3_column_type(s.tls, s.stmt, int32(i)) != sqlite3.SQLITE_INTEGER {
		return 0, false
	}
	return sqlite3.Xsqlite3_column_int64(s.tls, s.stmt, int32(i)), true
}

// value is a column of the row: nil, int64, float64, string or []byte.
func (s *call) value(i int) any {
	n := int32(i)
	switch sqlite3.Xsqlite3_column_type(s.tls, s.stmt, n) {
	case sqlite3.SQLITE_INTEGER:
		return sqlite3.Xsqlite3_column_int64(s.tls, s.stmt, n)
	case sqlite3.SQLITE_FLOAT:
		return sqlite3.Xsqlite3_column_double(s.tls, s.stmt, n)
	case sqlite3.SQLITE_TEXT:
		p := sqlite3.Xsqlite3_column_text(s.tls, s.stmt, n)
		return string(s.bytes(p, i))
	case sqlite3.SQLITE_BLOB:
		p := sqlite3.Xsqlite3_column_blob(s.tls, s.stmt, n)
		return append([]byte{}, s.bytes(p, i)...)
	}
	return nil
}

// bytes are those at p, of column i, until the next step.
func (s *call) bytes(p uintptr, i int) []byte {
	n := sqlite3.Xsqlite3_column_bytes(s.tls, s.stmt, int32(i))
	if p == 0 || n <= 0 {
		return nil
	}
	return unsafe.Slice((*byte)(pointer(p)), n)
}

// interrupt makes what the connection runs end soon; from any goroutine.
func (c *lite) interrupt() {
	tls := libc.NewTLS()
	defer tls.Close()
	sqlite3.Xsqlite3_interrupt(tls, c.db)
}
