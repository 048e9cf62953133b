package record_test

import (
	"context"
	"testing"
	"testing/fstest"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// rivals has presences, which have no number and are called by their rival's
// name, that clerks may not read.
var rivals = []meta.Source{{Name: "rivals", FS: fstest.MapFS{
	"pack.yaml":  {Data: []byte("name: rivals\nlabel: 对手\nversion: \"1\"\n")},
	"roles.yaml": {Data: []byte("- {name: clerk, label: {zh-Hans: 店员, en: Clerk}}\n- {name: manager, label: {zh-Hans: 经理, en: Manager}}\n")},
	"types/rival.yaml": {Data: []byte(`
type: rival
label: {zh-Hans: 对手, en: Rival}
title: name
fields:
  - {name: name, kind: text, label: {zh-Hans: 名称, en: Name}, required: true}
access:
  manager: {read: all, create: all, update: all, history: all}
`)},
	"types/presence.yaml": {Data: []byte(`
type: presence
label: {zh-Hans: 对手动态, en: Presence}
title: "{rival} {product}"
fields:
  - {name: rival, kind: link, to: rival, label: {zh-Hans: 对手, en: Rival}}
  - {name: product, kind: text, label: {zh-Hans: 产品, en: Product}, search: title}
access:
  manager: {read: all, create: all, update: all, history: all}
  clerk: {read: all, create: all, update: all, history: all}
`)},
	"types/visit.yaml": {Data: []byte(`
type: visit
label: {zh-Hans: 拜访, en: Visit}
title: subject
fields:
  - {name: subject, kind: text, label: {zh-Hans: 题目, en: Subject}, required: true}
  - {name: presence, kind: link, to: presence, label: {zh-Hans: 动态, en: Presence}}
  - {name: others, kind: links, to: presence, label: {zh-Hans: 其他, en: Others}}
access:
  manager: {read: all, create: all, update: all, history: all}
  clerk: {read: all, create: all, update: all, history: all}
`)},
}}}

// TestATitleThatMayNotBeReadIsStoodInFor: of a type without numbers by what it
// is and its day, through every door; nothing of the title is told, nor may be
// asked.
func TestATitleThatMayNotBeReadIsStoodInFor(t *testing.T) {
	recordtest.Each(t, rivals, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		boss, clerk := e.User("boss1", "manager", "sh"), e.User("clerk1", "clerk", "sh")
		rival := create(t, e, boss, "rival", record.Values{"name": "秘密公司"})
		presence := create(t, e, boss, "presence", record.Values{"rival": db.FormatID(rival.ID), "product": "毛巾"})
		visit := create(t, e, boss, "visit", record.Values{"subject": "打听", "presence": db.FormatID(presence.ID), "others": []any{db.FormatID(presence.ID)}})
		want := "对手动态 " + db.TimeOf(presence.ID).In(e.Store.Zone).Format("2006-01-02")
		if got := get(t, e, clerk, "presence", presence.ID); got["title"] != want {
			t.Errorf("get: %v", got)
		}
		if got := get(t, e, clerk, "visit", visit.ID); got["presence"].(map[string]any)["title"] != want {
			t.Errorf("get, linked: %v", got)
		}
		if got := found(t, e, clerk, "毛巾"); len(got) != 1 || got[0] != want {
			t.Errorf("search: %v", got)
		}
		if got := found(t, e, clerk, "秘密"); got != nil {
			t.Errorf("search by what may not be read: %v", got)
		}
		grouped, err := e.Store.Group(ctx, clerk, "visit", record.GroupQuery{By: "presence"}, nil)
		if err != nil || items(t, grouped)[0]["value"].(map[string]any)["title"] != want {
			t.Errorf("group: %s %v", grouped, err)
		}
		if got := list(t, e, clerk, "presence", record.ListQuery{Fields: []string{"title"}}); len(got) != 1 || got[0]["title"] != want {
			t.Errorf("list: %v", got)
		}
		got := list(t, e, clerk, "visit", record.ListQuery{Fields: []string{"presence", "others"}})
		if one := got[0]["presence"].(map[string]any); one["title"] != want {
			t.Errorf("linked: %v", got)
		}
		if many := got[0]["others"].([]any)[0].(map[string]any); many["title"] != want {
			t.Errorf("linked, many: %v", got)
		}
		_, err = e.Store.Create(ctx, clerk, "visit", record.Values{"subject": "试探", "presence": "秘密公司 毛巾"}, record.WriteOptions{Loose: true})
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("a clerk linked by a title that he may not read: %v", err)
		}
	})
}
