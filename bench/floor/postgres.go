package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kedang/internal/db"
	"kedang/internal/han"
)

const searchPG = `SELECT c.id, c.number, c.title, c.rev, c.name, c.level, c.contact_name, c.remark FROM
	(SELECT id FROM search WHERE toks @@ CAST($1 AS tsquery) ORDER BY id DESC LIMIT 20) s JOIN r_customer c ON c.id = s.id`

// postgres answers the same by bare pgx.
func (f *floor) postgres(url, schema string) {
	ctx := context.Background()
	c, err := pgxpool.ParseConfig(url)
	check(err)
	c.ConnConfig.RuntimeParams["search_path"] = schema
	c.ConnConfig.RuntimeParams["jit"] = "off"
	f.pool, err = pgxpool.NewWithConfig(ctx, c)
	check(err)
	for _, x := range tables {
		_, err := f.pool.Exec(ctx, x)
		check(err)
	}
	answer := func(w http.ResponseWriter, tail, text string, args ...any) {
		rows, err := f.pool.Query(ctx, text, args...)
		check(err)
		defer rows.Close()
		w.Write(append(items(rows.Next, rows.Scan), tail...))
	}
	http.HandleFunc("/list", func(w http.ResponseWriter, _ *http.Request) {
		var n int
		check(f.pool.QueryRow(ctx, countSQL+" AS c").Scan(&n))
		answer(w, fmt.Sprintf(`],"total":{"count":%d}}`, n), listSQL)
	})
	http.HandleFunc("/get", func(w http.ResponseWriter, r *http.Request) {
		id, _ := db.ParseID(r.URL.Query().Get("id"))
		rows, err := f.pool.Query(ctx, "SELECT * FROM r_customer WHERE id = $1", id) // a whole record, as Kedang answers it
		check(err)
		defer rows.Close()
		rows.Next()
		values, err := rows.Values()
		check(err)
		out := []byte("{")
		for i, d := range rows.FieldDescriptions() {
			if values[i] != nil {
				raw, _ := json.Marshal(values[i])
				out = fmt.Appendf(out, `"%s":%s,`, d.Name, raw)
			}
		}
		w.Write(append(out[:len(out)-1], '}'))
	})
	http.HandleFunc("/search", func(w http.ResponseWriter, r *http.Request) {
		q := han.ParseQuery(r.URL.Query().Get("q"))
		answer(w, "]}", searchPG, pgx.QueryExecModeExec,
			han.TSQuery(han.AnyOf(q.Tier(han.Exact, nil), q.Tier(han.Starts, nil), q.Tier(han.Contains, nil))))
	})
	writes(f.insertPG, func(text string) {
		_, err := f.pool.Exec(ctx, strings.Replace(text, "KEY", "id", 1))
		check(err)
	})
}

// insertPG writes n companies in one COMMIT: one by INSERT, many by COPY.
func (f *floor) insertPG(n int) {
	ctx := context.Background()
	var t han.Tokens
	var rows, history [][]any
	var ids []int64
	var toks []string
	for range n {
		row, text, payload := f.company(&t)
		rows, history = append(rows, row), append(history, []any{row[0], row[0], string(payload)})
		ids, toks = append(ids, row[0].(int64)), append(toks, text)
	}
	check(pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) (err error) {
		if n == 1 {
			if _, err = tx.Exec(ctx, "INSERT INTO floor_row VALUES ($1, $2, $3, $4, $5, $6)", rows[0]...); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, "INSERT INTO floor_history VALUES ($1, $2, $3)", history[0]...)
		} else {
			if _, err = tx.CopyFrom(ctx, pgx.Identifier{"floor_row"}, []string{"id", "name", "name__s", "phone", "level", "json"}, pgx.CopyFromRows(rows)); err != nil {
				return err
			}
			_, err = tx.CopyFrom(ctx, pgx.Identifier{"floor_history"}, []string{"id", "record", "payload"}, pgx.CopyFromRows(history))
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO search (id, type, toks) SELECT x.id, 0, array_to_tsvector(string_to_array(x.toks, ' '))
			FROM unnest($1::bigint[], $2::text[]) AS x(id, toks)`, ids, toks)
		return err
	}))
}
