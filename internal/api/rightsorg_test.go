package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"kedang/internal/access"
	"kedang/internal/api/apitest"
	"kedang/internal/db"
	"kedang/internal/meta"
)

// organisation is a model with the company made after it.
type organisation struct {
	model
	t      *testing.T
	c      *apitest.Company
	rand   *rand.Rand
	who    []client
	userID []string
	ids    []string // of rows
	number []string
	at     map[string]int // id -> row
	asked  int
}

var (
	scopes     = []string{"none", "own", "subordinates", "department", "tree", "all"}
	verbs      = []string{"read", "create", "update", "history", "import"}
	levelNames = []string{"hidden", "masked", "read", "write"}
)

func newOrganisation(t *testing.T, d *db.DB, seed uint64) *organisation {
	o := &organisation{t: t, rand: rand.New(rand.NewPCG(seed, 7)), at: map[string]int{}}
	o.roles = map[string]map[string]mGrant{}
	for i := range 5 {
		o.roles[fmt.Sprint("role", i)] = map[string]mGrant{"firm": o.grant(), "deal": o.grant()}
	}
	c, err := apitest.Open(context.Background(), apitest.Options{DB: d, Dir: t.TempDir(), Packs: []meta.Source{{Name: "random", FS: o.pack()}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	o.c = c
	o.people()
	o.records()
	return o
}

// grant is a random one; the wider scopes are rarer than the narrow ones.
func (o *organisation) grant() mGrant {
	g := mGrant{verbs: map[string]string{}, fields: map[string]int{}}
	for _, v := range verbs {
		g.verbs[v] = scopes[min(o.rand.IntN(6), o.rand.IntN(7))]
	}
	for _, f := range []string{"cost", "note"} {
		if o.rand.IntN(2) == 0 {
			g.fields[f] = o.rand.IntN(3)
		}
	}
	return g
}

// pack writes the roles as a pack of two types.
func (o *organisation) pack() fstest.MapFS {
	const fields = `
  - {name: name, kind: text, required: true, search: title, label: {zh-Hans: Name}, synonyms: [name]}
  - {name: level, kind: choice, label: {zh-Hans: Level}, synonyms: [level], choices: [{value: A, label: {zh-Hans: A}}, {value: B, label: {zh-Hans: B}}]}
  - {name: cost, kind: money, index: true, label: {zh-Hans: Cost}}
  - {name: note, kind: text, search: body, label: {zh-Hans: Note}}
`
	access := func(typ string) string {
		var b strings.Builder
		b.WriteString("access:\n")
		for _, role := range o.roleNames() {
			g := o.roles[role][typ]
			fmt.Fprintf(&b, "  %s: {", role)
			for _, v := range verbs {
				fmt.Fprintf(&b, "%s: %s, ", v, g.verbs[v])
			}
			b.WriteString("fields: {")
			for f, l := range g.fields {
				fmt.Fprintf(&b, "%s: %s, ", f, levelNames[l])
			}
			b.WriteString("}}\n")
		}
		return b.String()
	}
	roles := ""
	for _, role := range o.roleNames() {
		roles += "- {name: " + role + ", label: {zh-Hans: " + role + "}}\n"
	}
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	return fstest.MapFS{
		"pack.yaml":       file("name: random\nversion: 1.0.0\nlabel: {zh-Hans: Random}\n"),
		"roles.yaml":      file(roles),
		"types/firm.yaml": file("type: firm\nlabel: {zh-Hans: Firm}\nnumber: \"F-{seq:4}\"\ntitle: name\nfields:" + fields + "  - {name: parent, kind: link, to: firm, label: {zh-Hans: Parent}}\n" + access("firm")),
		"types/deal.yaml": file("type: deal\nlabel: {zh-Hans: Deal}\nnumber: \"D-{seq:4}\"\ntitle: name\nroot: firm\nfields:" + fields + "  - {name: firm, kind: link, to: firm, required: true, label: {zh-Hans: Firm}}\n  - {name: parent, kind: link, to: deal, label: {zh-Hans: Before}}\n" + access("deal")),
	}
}

func (o *organisation) roleNames() []string {
	var names []string
	for r := range o.roles {
		names = append(names, r)
	}
	sort.Strings(names)
	return names
}

// people makes departments, and people with managers and roles.
func (o *organisation) people() {
	ctx, system := context.Background(), access.System("test")
	var departments, users []int64
	for i := range 6 {
		n := access.NewDepartment{Name: fmt.Sprint("d", i), Code: fmt.Sprint("d", i)}
		above := o.rand.IntN(i+1) - 1
		if above >= 0 {
			n.Parent = departments[above]
		}
		id, err := o.c.Access.CreateDepartment(ctx, system, n)
		o.must(err)
		o.above, departments = append(o.above, above), append(departments, id)
	}
	for i := range 7 {
		u := mUser{department: o.rand.IntN(7) - 1, manager: o.rand.IntN(i+1) - 1}
		for _, r := range o.roleNames() {
			if o.rand.IntN(3) == 0 {
				u.roles = append(u.roles, r)
			}
		}
		n := access.NewUser{Username: fmt.Sprint("u", i), Name: fmt.Sprint("u", i), Roles: u.roles}
		if u.department >= 0 {
			n.Department = departments[u.department]
		}
		if u.manager >= 0 {
			n.Manager = users[u.manager]
		}
		id, err := o.c.Access.CreateUser(ctx, system, n)
		o.must(err)
		token, err := o.c.Access.CreateToken(ctx, system, id, "test", time.Time{})
		o.must(err)
		o.users, users = append(o.users, u), append(users, id)
		o.who, o.userID = append(o.who, client{o.t, o.c, token}), append(o.userID, db.FormatID(id))
	}
}

func (o *organisation) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// records makes firms and deals, owned by anybody, linked to anything before.
func (o *organisation) records() {
	boss := client{o.t, o.c, user(o.t, o.c, "boss", "administrator", "")}
	firms := 14
	for i := range firms + 18 {
		r := mRow{typ: "firm", owner: o.rand.IntN(len(o.users)), root: -1, parent: -1, name: word("nqx", i), note: word("tqw", i),
			level: []string{"A", "B"}[o.rand.IntN(2)], cost: fmt.Sprintf("%d.00", 10+10*o.rand.IntN(5))}
		r.department = o.users[r.owner].department
		v := map[string]any{"name": r.name, "level": r.level, "cost": r.cost, "note": r.note, "owner": o.userID[r.owner]}
		same := func(j int) bool { return j < len(o.rows) && o.rows[j].typ == r.typ }
		if i >= firms {
			r.typ, r.root = "deal", o.rand.IntN(firms)
			v["firm"] = o.ids[r.root]
		}
		if p := o.rand.IntN(i + 1); i > 0 && same(p) {
			r.parent, v["parent"] = p, o.ids[p]
		}
		raw, err := json.Marshal(v)
		o.must(err)
		var made struct{ ID, Number string }
		boss.ok("POST", "/api/v1/"+r.typ, string(raw), &made)
		o.rows, o.ids, o.number, o.at[made.ID] = append(o.rows, r), append(o.ids, made.ID), append(o.number, made.Number), i
	}
}

// word is one that no other record has, without digits, which records' numbers
// have too.
func word(head string, i int) string {
	return head + strings.Map(func(r rune) rune { return rune("bcdfghjklm"[r-'0']) }, fmt.Sprintf("%03d", i)) + "zv"
}
