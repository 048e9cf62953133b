package api_test

import (
	"encoding/json"
	"strings"
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
