// Command floor is what the same database file gives without Kedang: bare
// prepared statements, the same JSON, no rights, no rules. make bench runs it
// beside Kedang and prints both.
package main

import (
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite"

	"kedang/bench/words"
	"kedang/internal/db"
	"kedang/internal/han"
)

const (
	listSQL   = `SELECT id, number, title, rev, name, level, contact_name, remark FROM r_customer WHERE level = 'A' AND archived_at IS NULL ORDER BY title_sort NULLS FIRST, id NULLS FIRST LIMIT 50`
	countSQL  = `SELECT count(*) FROM (SELECT 1 FROM r_customer WHERE level = 'A' AND archived_at IS NULL LIMIT 1001)`
	getSQL    = `SELECT id, number, title, rev, name, level, contact_name, remark FROM r_customer WHERE id = ?`
	searchSQL = `SELECT c.id, c.number, c.title, c.rev, c.name, c.level, c.contact_name, c.remark FROM
		(SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT 20) s JOIN r_customer c ON c.id = s.rowid`
)

var tables = []string{`CREATE TABLE IF NOT EXISTS floor_row (id bigint PRIMARY KEY, name TEXT, name__s TEXT, phone TEXT, level TEXT, json TEXT)`,
	`CREATE INDEX IF NOT EXISTS floor_1 ON floor_row (name__s)`, `CREATE INDEX IF NOT EXISTS floor_2 ON floor_row (level, name__s)`,
	`CREATE TABLE IF NOT EXISTS floor_history (id bigint PRIMARY KEY, record bigint, payload TEXT)`}

// floor answers from SQLite, or from PostgreSQL when pool is set (postgres.go).
type floor struct {
	list, count, get, search *sql.Stmt
	write                    *sql.DB
	mu                       sync.Mutex // guards the one writer
	next                     atomic.Int64
	words                    *words.Maker
	pool                     *pgxpool.Pool
}

func main() {
	file, addr := flag.String("db", "", "kedang.db"), flag.String("addr", "127.0.0.1:18088", "")
	url, schema := flag.String("url", "", "postgres://…"), flag.String("schema", "", "")
	flag.Parse()
	f := &floor{words: words.New()}
	f.next.Store(time.Now().UnixNano())
	if *url != "" {
		f.postgres(*url, *schema)
		log.Fatal(http.ListenAndServe(*addr, nil))
	}
	read := open(*file, 4)
	f.write = open(*file, 1)
	for _, x := range tables {
		_, err := f.write.Exec(strings.ReplaceAll(x, "bigint", "INTEGER"))
		check(err)
	}
	for s, text := range map[**sql.Stmt]string{&f.list: listSQL, &f.count: countSQL, &f.get: getSQL, &f.search: searchSQL} {
		var err error
		*s, err = read.Prepare(text)
		check(err)
	}
	http.HandleFunc("/list", func(w http.ResponseWriter, _ *http.Request) {
		var n int
		check(f.count.QueryRow().Scan(&n))
		f.rows(w, f.list, fmt.Appendf(nil, `],"total":{"count":%d}}`, n))
	})
	http.HandleFunc("/get", func(w http.ResponseWriter, r *http.Request) {
		id, _ := db.ParseID(r.URL.Query().Get("id"))
		f.rows(w, f.get, []byte("]}"), id)
	})
	http.HandleFunc("/search", func(w http.ResponseWriter, r *http.Request) {
		q := han.ParseQuery(r.URL.Query().Get("q"))
		f.rows(w, f.search, []byte("]}"), han.FTS5(han.AnyOf(q.Tier(han.Exact, nil), q.Tier(han.Starts, nil), q.Tier(han.Contains, nil))))
	})
	writes(f.insert, func(text string) {
		_, err := f.write.Exec(strings.Replace(text, "KEY", "rowid", 1))
		check(err)
	})
	log.Fatal(http.ListenAndServe(*addr, nil))
}

// writes answers what is written: one company, or many; and takes it away
// again, or those who search a kept file would find it.
func writes(insert func(n int), exec func(text string)) {
	http.HandleFunc("/clean", func(w http.ResponseWriter, _ *http.Request) {
		for _, text := range []string{"DELETE FROM search WHERE KEY IN (SELECT id FROM floor_row)", "DELETE FROM floor_row", "DELETE FROM floor_history"} {
			exec(text)
		}
		fmt.Fprint(w, "{}")
	})
	http.HandleFunc("/create", func(w http.ResponseWriter, _ *http.Request) { insert(1); fmt.Fprint(w, "{}") })
	http.HandleFunc("/import", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		begin := time.Now()
		for done := 0; done < n; done += 500 {
			insert(500)
		}
		fmt.Fprintf(w, `{"rate":%f}`, float64(n)/time.Since(begin).Seconds())
	})
}

func open(file string, conns int) *sql.DB {
	d, err := sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=cache_size(-8000)")
	check(err)
	d.SetMaxOpenConns(conns)
	d.SetMaxIdleConns(conns)
	return d
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// rows streams a statement's rows as JSON.
func (f *floor) rows(w http.ResponseWriter, s *sql.Stmt, tail []byte, args ...any) {
	rows, err := s.Query(args...)
	check(err)
	defer rows.Close()
	w.Write(append(items(rows.Next, rows.Scan), tail...))
}

// items writes rows.
func items(next func() bool, scan func(...any) error) []byte {
	out := append(make([]byte, 0, 16<<10), `{"items":[`...)
	for n := 0; next(); n++ {
		var id, rev int64
		var c [6]sql.NullString
		check(scan(&id, &c[0], &c[1], &rev, &c[2], &c[3], &c[4], &c[5]))
		if n > 0 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, `{"id":"%s","rev":%d`, db.FormatID(id), rev)
		for i, name := range [...]string{"number", "title", "name", "level", "contact_name", "remark"} {
			if c[i].Valid {
				out = strconv.AppendQuote(append(append(append(out, `,"`...), name...), `":`...), c[i].String)
			}
		}
		out = append(out, '}')
	}
	return out
}

// company makes the n-th: its row, and its search tokens.
func (f *floor) company(t *han.Tokens) (row []any, toks string, payload []byte) {
	id := f.next.Add(1)
	c := f.words.Company(int(id))
	payload, _ = json.Marshal(c)
	t.Reset()
	for _, text := range []string{c.Name, c.Contact} {
		t.Title(text, "")
	}
	t.Phone("+86"+c.Phone, "")
	for _, text := range []string{c.Address, c.Remark} {
		t.Body(text, "")
	}
	return []any{id, c.Name, han.SortKey(c.Name), c.Phone, c.Level, string(payload)}, strings.Join(t.List(), " "), payload
}

// insert writes n companies, their search entries and history rows in one COMMIT.
func (f *floor) insert(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	tx, err := f.write.Begin()
	check(err)
	var t han.Tokens
	for range n {
		row, toks, payload := f.company(&t)
		_, err = tx.Exec("INSERT INTO floor_row VALUES (?, ?, ?, ?, ?, ?)", row...)
		check(err)
		_, err = tx.Exec("INSERT INTO search (rowid, toks, type) VALUES (?, ?, 0)", row[0], toks)
		check(err)
		_, err = tx.Exec("INSERT INTO floor_history VALUES (?, ?, ?)", row[0], row[0], string(payload))
		check(err)
	}
	check(tx.Commit())
}
