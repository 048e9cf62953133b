package han_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver

	"kedang/internal/han"
)

// TestTokensSurviveFTS5: SQLite's tokeniser keeps every token whole and makes
// no other, and the printed queries say to SQLite what they say to us.
func TestTokensSurviveFTS5(t *testing.T) {
	d, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, statement := range []string{
		`CREATE VIRTUAL TABLE search USING fts5(toks, content='', contentless_delete=1, detail=none, tokenize="unicode61 remove_diacritics 0 tokenchars '_'")`,
		`CREATE VIRTUAL TABLE terms USING fts5vocab(search, row)`,
	} {
		if _, err := d.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	var all []string
	records := []record{{title: "张三丰", phone: "+8613800138000", code: "C2026-000001", email: "z.s@a-b.cn", body: "上海市 VIP 13912345678", mark: "x"},
		{title: "臺積電 TSMC", phone: "0227372535", body: strings.Join(pieces, "")}, {title: strings.Join(pieces, ""), code: strings.Join(pieces, "沪")}}
	for r := rune(0x3400); r <= 0x323AF; r += 497 { // through all planes that hold Han characters
		if r >= 0xD800 && r <= 0xDFFF {
			continue
		}
		records = append(records, record{title: string(r) + string(r+1), body: string(r + 2)})
	}
	lists := make([][]string, len(records))
	for i, r := range records {
		lists[i] = r.tokens().List()
		all = append(all, lists[i]...)
		if _, err := d.Exec(`INSERT INTO search(rowid, toks) VALUES (?, ?)`, i, strings.Join(lists[i], " ")); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(all)
	if diff := cmp.Diff(slices.Compact(all), texts(t, d, `SELECT term FROM terms ORDER BY term`)); diff != "" {
		t.Errorf("tokens changed (-ours +SQLite's):\n%s", diff)
	}
	for _, query := range []string{"张三", "张三丰", "zs", "zhangsan", "zsfeng", "8000", "138", "13800138", "c2026-0", "台积 tsmc", "浦东", "vip 139123", `"`, `'`, "* OR NEAR(", "🏨", "張三豐 38000", strings.Repeat("行长a1!", 800), strings.Repeat("a'b ", 800), strings.Repeat("xingchang", 400)} {
		q := han.ParseQuery(query)
		for tier := han.Exact; tier <= han.Body; tier++ {
			c := q.Tier(tier, []string{"x"})
			var want []string
			for i, list := range lists {
				if c.Holds(list) {
					want = append(want, fmt.Sprint(i))
				}
			}
			if diff := cmp.Diff(want, texts(t, d, `SELECT CAST(rowid AS TEXT) FROM search WHERE search MATCH ? ORDER BY rowid`, han.FTS5(c))); diff != "" {
				t.Errorf("%q tier %d (%s):\n%s", query, tier, han.FTS5(c), diff)
			}
		}
	}
}

func texts(t *testing.T, d *sql.DB, query string, args ...any) []string {
	t.Helper()
	rows, err := d.Query(query, args...)
	if err != nil {
		t.Fatalf("%s %v: %v", query, args, err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestPostgreSQLReadsQueries: PostgreSQL takes what is printed and finds what
// we find. It needs KEDANG_TEST_POSTGRES.
func TestPostgreSQLReadsQueries(t *testing.T) {
	url := os.Getenv("KEDANG_TEST_POSTGRES")
	if url == "" {
		t.Skip("no KEDANG_TEST_POSTGRES")
	}
	ctx := t.Context()
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	records := []record{{title: "张三丰", phone: "+8613800138000", code: "C2026-000001", email: "z.s@a-b.cn", body: "上海市 VIP 13912345678", mark: "x"},
		{title: "臺積電 TSMC", phone: "0227372535", body: strings.Join(pieces, "")}, {title: strings.Join(pieces, ""), code: strings.Join(pieces, "沪")}}
	for _, query := range append([]string{"张三丰", "zs", "zsfeng", "8000", "13800138", "台积 tsmc", "浦东", "vip 139123", `"`, `'`, `\`, "& | !", "🏨"}, pieces...) {
		q := han.ParseQuery(query)
		if q.Empty() {
			continue
		}
		for tier := han.Exact; tier <= han.Body; tier++ {
			condition := q.Tier(tier, []string{"x"})
			for _, r := range records {
				list := r.tokens().List()
				var got bool
				if err := c.QueryRow(ctx, `SELECT array_to_tsvector($1::text[]) @@ $2::tsquery`, list, han.TSQuery(condition)).Scan(&got); err != nil {
					t.Fatalf("%q: %s: %v", query, han.TSQuery(condition), err)
				}
				if want := condition.Holds(list); got != want {
					t.Errorf("%q in %+v, tier %d: PostgreSQL says %v: %s", query, r, tier, got, han.TSQuery(condition))
				}
			}
		}
	}
}
