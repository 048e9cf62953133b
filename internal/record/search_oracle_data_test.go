package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// invent makes the i-th record of the directory.
func invent(r *rand.Rand, i int) *known {
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	surname := pick(slices.Sorted(maps.Keys(oracleSurnames)))
	mobile := fmt.Sprintf("1%d%09d", 3+r.IntN(7), r.IntN(1_000_000_000))
	line := fmt.Sprintf("02158%06d", r.IntN(1_000_000))
	switch i % 5 {
	case 0, 1:
		k := &known{typ: "person", titles: []string{surname + pick(oracleGiven)}, phones: []string{"+86" + mobile},
			emails: []string{fmt.Sprintf("mail%04d@%s.example.com", r.IntN(10000), [...]string{"qq", "sina", "corp"}[r.IntN(3)])},
			codes:  []string{fmt.Sprintf("%06d19%02d%02d%02d%04d", 110000+r.IntN(500000), 50+r.IntN(50), 1+r.IntN(12), 1+r.IntN(28), r.IntN(10000))},
			bodies: []string{pick(oracleTexts)}, sealed: fmt.Sprintf("H%08d", r.IntN(100_000_000))}
		k.values = record.Values{"name": k.titles[0], "phones": []any{mobile}, "emails": []any{k.emails[0]}, "id_number": k.codes[0],
			"secret_number": k.sealed, "remark": k.bodies[0]}
		return k
	case 2, 3:
		k := &known{typ: "firm", titles: []string{pick(oracleCities) + surname + pick(oracleTrades) + "有限公司"}, phones: []string{"+86" + line[1:]},
			codes: []string{fmt.Sprintf("AB-%05d.%c", r.IntN(100000), 'A'+rune(r.IntN(26)))}}
		switch r.IntN(4) {
		case 0:
			k.titles[0] = pick(oracleTrad) + "股份有限公司"
		case 1:
			k.titles[0] = fmt.Sprintf("ＡＢＣ%d Trading Ｃo", r.IntN(500))
		case 2:
			k.titles = append(k.titles, surname+"记")
		}
		k.values = record.Values{"name": k.titles[0], "phones": []any{line}, "code": k.codes[0]}
		if len(k.titles) > 1 {
			k.values["short"] = k.titles[1]
		}
		return k
	}
	k := &known{typ: "note", titles: []string{"致" + surname + "先生"}, bodies: []string{pick(oracleTexts) + "，" + pick(oracleTexts)}}
	k.values = record.Values{"subject": k.titles[0], "body": k.bodies[0]}
	return k
}

// fill stores records for two owners and tells the oracle of them.
func fill(t *testing.T, e *recordtest.Env, n int, owners ...*access.Actor) []*known {
	t.Helper()
	ctx := context.Background()
	r := rand.New(rand.NewPCG(7, 11))
	all := make([]*known, n)
	byType := map[string][]*known{}
	for i := range all {
		all[i] = invent(r, i)
		all[i].owner = owners[r.IntN(len(owners))].ID
		all[i].values["owner"] = db.FormatID(all[i].owner)
		byType[all[i].typ] = append(byType[all[i].typ], all[i])
	}
	for typ, list := range byType {
		for chunk := range slices.Chunk(list, 400) {
			ops := make([]record.Op, len(chunk))
			for i, k := range chunk {
				ops[i] = record.Op{Verb: "create", Type: typ, Values: k.values}
			}
			out, err := e.Store.Bulk(ctx, e.Admin(), ops, record.WriteOptions{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i, res := range out {
				if res.Err != nil {
					t.Fatalf("%v: %s", chunk[i].values, code(res.Err))
				}
				chunk[i].id = res.ID
				if res.Number != "" {
					chunk[i].codes = append(chunk[i].codes, res.Number)
				}
			}
		}
	}
	return all
}

// ask makes the queries: what people type, taken from records, and some that
// find nothing.
func ask(all []*known) []string {
	r := rand.New(rand.NewPCG(5, 3))
	qs := []string{"王", "曾", "单", "仇", "解", "查", "任", "朴", "区", "尉", "尉迟", "台", "臺", "台积", "臺積", "台湾积体", "國際貿易", "国际贸易", "饭店", "飯店",
		"zeng", "shan", "qiu", "xie", "zha", "ren", "piao", "ou", "yuchi", "zs", "wxx", "zxx", "sjg", "tw", "twjtdl", "gdhlsy", "shanghai", "shanghaiwang",
		"ＡＢＣ", "abc12", "trading", "Ｔrading", "Trading Co", "安静", "安静的房间", "花生", "VIP", "quiet rooms", "发票", "付款及时", "記", "先生",
		"qq", "qqexample", "sina.example.com", "corp", "p0", "P0000", "F0001", "p000123", "c2026", "鑃", "xqz", "zzzz", "9999999999", "不存在的公司", "王 鑃", "有限公司酒店"}
	for range 14 {
		k := all[r.IntN(len(all)/5)*5] // a person
		name, phone, id := []rune(k.titles[0]), k.phones[0][3:], k.codes[0]
		said := ""
		for i, p := range say(k.titles[0]) {
			if i == 0 {
				said += p[len(p)-1] // the surname's reading
			} else {
				said += p[0]
			}
		}
		qs = append(qs, k.titles[0], string(name[len(name)-2:]), said, said[:len(said)-1], phone, phone[7:], phone[5:], phone[:5], phone[:3]+" "+phone[3:7]+" "+phone[7:],
			id[14:], id[12:], id[:8], k.emails[0][:8], k.sealed, k.sealed[5:], string(name[:1])+" "+phone[7:], string(name[:1])+phone[7:], k.codes[1])
	}
	for range 8 {
		k := all[r.IntN(len(all)/5)*5+2] // a firm
		qs = append(qs, k.titles[0], strings.ToLower(k.codes[0]), k.codes[0][3:], k.phones[0][5:], "0"+k.phones[0][3:9], string([]rune(k.titles[0])[:4])+" 公司")
	}
	slices.Sort(qs)
	return slices.Compact(qs)
}

func TestSearchFindsWhatTheOracleFinds(t *testing.T) {
	recordtest.Each(t, directory, func(t *testing.T, e *recordtest.Env) {
		boss, rep, other := e.User("boss1", "manager", ""), e.User("rep1", "rep", "sh"), e.User("rep2", "rep", "bj")
		if e.Store.DB.Dialect() == db.Postgres { // not analysed: 200 matches are many
			err := e.Store.DB.Write(context.Background(), func(tx db.Tx) error {
				_, err := tx.Exec(context.Background(), "ALTER TABLE search SET (autovacuum_enabled = false)")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		all := fill(t, e, 2000, rep, other)
		titleOf := map[string]string{}
		for _, k := range all {
			titleOf[db.FormatID(k.id)] = k.titles[0]
		}
		asked, filled := 0, 0
		for _, q := range ask(all) {
			for _, a := range []*access.Actor{boss, rep} {
				var want []string
				for _, k := range all {
					if (a == boss || k.owner == a.ID) && finds(k, q) {
						want = append(want, db.FormatID(k.id))
					}
				}
				asked++
				if len(want) > 0 {
					filled++
				}
				compare(t, e, a, q, want, titleOf)
			}
		}
		if asked < 400 || filled < 300 {
			t.Errorf("%d questions, %d with an answer", asked, filled)
		}
		for range 2 { // nearly all numbers begin with it: the walk, found out and then known
			raw, err := e.Store.Search(context.Background(), boss, record.SearchQuery{Q: "P00", Limit: 5}, nil)
			if err != nil || strings.Count(string(raw), `"id"`) != 5 {
				t.Errorf("P00 finds %s, %v", raw, err)
			}
		}
		if n := e.Store.CommonWords(); (n > 0) != (e.Store.DB.Dialect() == db.Postgres) {
			t.Errorf("%d matches are remembered as common", n)
		}
	})
}

// compare holds a search against the ids it should find; of more than a page,
// against some of them.
func compare(t *testing.T, e *recordtest.Env, a *access.Actor, q string, want []string, titleOf map[string]string) {
	t.Helper()
	raw, err := e.Store.Search(context.Background(), a, record.SearchQuery{Q: q, Limit: 100}, nil)
	if err != nil {
		t.Fatalf("%q: %v", q, err)
	}
	again, err := e.Store.Search(context.Background(), a, record.SearchQuery{Q: q, Limit: 100}, nil)
	if err != nil || string(again) != string(raw) {
		t.Errorf("%s: %q asked again finds something else: %v", a.Username, q, err)
	}
	var page struct{ Items []struct{ ID, Title string } }
	if err := json.Unmarshal(raw, &page); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range page.Items {
		if !slices.Contains(want, i.ID) {
			t.Errorf("%s: %q finds %s, which the oracle does not", a.Username, q, i.Title)
		}
		got = append(got, i.ID)
	}
	slices.Sort(got)
	slices.Sort(want)
	if len(want) > 100 {
		if len(got) != 100 {
			t.Errorf("%s: %q finds %d of %d", a.Username, q, len(got), len(want))
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		var missed []string
		for _, id := range want {
			if !slices.Contains(got, id) {
				missed = append(missed, titleOf[id])
			}
		}
		t.Errorf("%s: %q (%d expected, %d found) misses %q", a.Username, q, len(want), len(got), missed)
	}
}
