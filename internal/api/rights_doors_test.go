package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// checks asks what a change of a row would come to, before it is made: the
// answer is the one the change gets, and tells no more.
func (o *organisation) checks(u, r int, field, value string) {
	row := o.rows[r]
	body := `{"id":"` + o.ids[r] + `","values":{"` + field + `":"` + value + `"}}`
	w := o.ask(u, "POST", "/api/v1/"+row.typ+":check", body)
	switch {
	case !o.has(u, "read", row.typ) && !o.has(u, "update", row.typ):
		o.expect(u, "check "+row.name, w.Code, 404)
	case !o.has(u, "update", row.typ):
		o.expect(u, "check "+row.name, w.Code, 403)
	case !o.may(u, "read", r):
		o.expect(u, "check unseen "+row.name, w.Code, 404)
		if strings.Contains(w.Body.String(), row.name) || strings.Contains(w.Body.String(), row.note) {
			o.t.Errorf("u%d check tells of %s: %s", u, row.name, w.Body)
		}
	case !o.may(u, "update", r):
		o.expect(u, "check "+row.name, w.Code, 403)
	default:
		o.expect(u, "check "+row.name, w.Code, 200)
		var got struct {
			Problems []struct{ Field, Code string }
		}
		o.must(json.Unmarshal(w.Body.Bytes(), &got))
		if refused := len(got.Problems) > 0; refused != (o.level(u, row.typ, field) < writable) {
			o.t.Errorf("u%d %v check %s.%s at level %d: %s", u, o.users[u].roles, row.name, field, o.level(u, row.typ, field), w.Body)
		}
	}
	o.checksLink(u, r)
}

// checksLink asks whether a new record could hang on a row: on one that is
// seen it may, on another the link is refused, as on one that does not exist.
func (o *organisation) checksLink(u, r int) {
	if o.rows[r].typ != "firm" || !o.has(u, "create", "deal") || r%3 != 0 {
		return
	}
	w := o.ask(u, "POST", "/api/v1/deal:check", `{"values":{"firm":"`+o.ids[r]+`","name":"a"}}`)
	o.expect(u, "check link to "+o.rows[r].name, w.Code, 200)
	var got struct {
		Problems []struct{ Field, Code string }
	}
	o.must(json.Unmarshal(w.Body.Bytes(), &got))
	unknown := false
	for _, p := range got.Problems {
		unknown = unknown || p.Field == "firm" && p.Code == "link_not_found"
	}
	if unknown == o.may(u, "read", r) {
		o.t.Errorf("u%d check link to %s: %s", u, o.rows[r].name, w.Body)
	}
}

// why asks where a row's cost comes from: it is told as far as get tells it.
func (o *organisation) why(u, r int) {
	row := o.rows[r]
	w := o.ask(u, "GET", "/api/v1/"+row.typ+"/"+o.ids[r]+"/why/cost", "")
	level := o.level(u, row.typ, "cost")
	switch {
	case !o.may(u, "read", r):
		o.unknown(u, w, "GET", row.typ, "/why/cost", "")
		return
	case level == hidden:
		o.expect(u, "why "+row.name, w.Code, 404)
		return
	}
	o.expect(u, "why "+row.name, w.Code, 200)
	var got struct {
		Value   any
		Hidden  bool
		Changed *struct{ From any }
	}
	o.must(json.Unmarshal(w.Body.Bytes(), &got))
	if clear := level >= readable; (got.Value == row.cost) != clear || got.Hidden == clear || strings.Contains(w.Body.String(), row.cost) != clear {
		o.t.Errorf("u%d why %s.cost at level %d: %s", u, row.name, level, w.Body)
	}
	if (got.Changed != nil) != o.may(u, "history", r) {
		o.t.Errorf("u%d why %s tells the past: %s", u, row.name, w.Body)
	}
}

// bulks lets everybody set the level of all rows of a type, foreseen and done:
// rows he may not see or write are refused, the others change.
func (o *organisation) bulks() {
	for u := range o.users {
		typ, value := []string{"firm", "deal"}[u%2], []string{"A", "B"}[o.rand.IntN(2)]
		var ids []string
		change, same, refused := int64(0), int64(0), int64(0)
		for r := range o.rows {
			if o.rows[r].typ != typ {
				continue
			}
			ids = append(ids, o.ids[r])
			switch {
			case !o.may(u, "read", r) || !o.may(u, "update", r):
				refused++
			case o.rows[r].level == value:
				same++
			default:
				change++
			}
		}
		list, err := json.Marshal(ids)
		o.must(err)
		body := fmt.Sprintf(`{"ids":%s,"set":{"level":"%s"}`, list, value)
		w := o.ask(u, "POST", "/api/v1/"+typ+":bulk", body+`,"preview":true}`)
		switch {
		case !o.has(u, "read", typ):
			o.expect(u, "bulk "+typ, w.Code, 404)
			continue
		case !o.has(u, "update", typ):
			o.expect(u, "bulk "+typ, w.Code, 403)
			continue
		}
		var p struct{ Total, Change, Same, Refused int64 }
		o.must(json.Unmarshal(w.Body.Bytes(), &p))
		if w.Code != 200 || p.Change != change || p.Same != same || p.Refused != refused {
			o.t.Errorf("u%d foresees %+v; the model says %d change, %d same, %d refused", u, p, change, same, refused)
		}
		for r := range o.rows {
			if o.rows[r].typ == typ && !o.may(u, "read", r) && strings.Contains(w.Body.String(), o.rows[r].name) {
				o.t.Errorf("u%d is told of %s by a preview", u, o.rows[r].name)
			}
		}
		o.runBulk(u, typ, body+"}", value, [3]int64{change, same, refused})
	}
}

func (o *organisation) runBulk(u int, typ, body, value string, want [3]int64) {
	var b struct {
		ID, State              string
		Changed, Same, Refused int64
	}
	w := o.ask(u, "POST", "/api/v1/"+typ+":bulk", body)
	o.expect(u, "bulk "+typ, w.Code, 202)
	o.must(json.Unmarshal(w.Body.Bytes(), &b))
	o.await(u, b.ID, &b.State)
	o.who[u].ok("GET", "/api/v1/sys/bulks/"+b.ID, "", &b)
	if got := [3]int64{b.Changed, b.Same, b.Refused}; b.State != "done" || got != want {
		o.t.Errorf("u%d bulk %s: %s %v; the model says %v", u, typ, b.State, got, want)
	}
	for other := range o.users {
		if other != u {
			o.expect(other, "another's bulk", o.ask(other, "GET", "/api/v1/sys/bulks/"+b.ID, "").Code, 404)
			break
		}
	}
	for r := range o.rows {
		if o.rows[r].typ == typ && o.may(u, "read", r) && o.may(u, "update", r) {
			o.rows[r].level = value
		}
	}
}

func (o *organisation) await(u int, id string, state *string) {
	for *state != "done" && *state != "failed" {
		var b struct{ State string }
		o.who[u].ok("GET", "/api/v1/sys/bulks/"+id, "", &b)
		*state = b.State
		time.Sleep(2 * time.Millisecond)
	}
}
