package transfer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/errs"
	"kedang/internal/transfer"
)

func planned(p transfer.Plan) string {
	says := []string{fmt.Sprint(p.Header)}
	for _, c := range p.Columns {
		says = append(says, c.Header+":"+c.Field)
	}
	return strings.Join(says, " ")
}

// A list without a header is taken where it speaks for itself; where the header
// is, or that there is none, one may say.
func TestHeaderless(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		lines := []string{"王府酒店,13800138000,A1", "江南春,13800138001,A2", "云栖物业,13800138002,A3"}
		i := f.upload(a, transfer.Hints{Recall: true}, lines...)
		if got := planned(i.Plan); got != "0 :name :phones :" {
			t.Errorf("by content: %s", got)
		}
		i, err := f.svc.SetPlan(f.ctx, a, i.ID, transfer.Hints{Map: map[string]string{"#3": "code"}})
		f.check(err)
		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{}))
		f.wait(a, i.ID)
		if diff := cmp.Diff("王府酒店,138 0013 8000,A1\n江南春,138 0013 8001,A2\n云栖物业,138 0013 8002,A3\n", f.table(a, "name", "phones", "code")); diff != "" {
			t.Error(diff)
		}
		if again := f.upload(a, transfer.Hints{Recall: true}, "北 楼,库房,甲方", "南楼,库 房,乙方").Plan; again.Header != 1 {
			t.Errorf("words over words are a header, until one says otherwise: %s", planned(again))
		}
	})
}

func TestHeaderGiven(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		a := f.Admin()
		i := f.upload(a, transfer.Hints{}, "名称,等级", "客户,级别", "名称,代码", "甲,A1")
		for _, x := range []struct {
			header int
			want   string
		}{{0, "1 名称:name 等级:level"}, {3, "3 名称:name 代码:code"}, {transfer.NoHeader, "0 :name :"}} {
			now, err := f.svc.SetPlan(f.ctx, a, i.ID, transfer.Hints{Header: x.header})
			f.check(err)
			if got := planned(now.Plan); got != x.want && x.header != transfer.NoHeader {
				t.Errorf("%d: %s", x.header, got)
			}
		}
		kept, err := f.svc.SetPlan(f.ctx, a, i.ID, transfer.Hints{Map: map[string]string{"#2": "remark"}})
		f.check(err)
		if kept.Plan.Header != 0 || kept.Plan.Rows != 4 || kept.Plan.Columns[1].Field != "remark" {
			t.Errorf("what was said stays said: %s, %d rows", planned(kept.Plan), kept.Plan.Rows)
		}
		for _, line := range []int{4, 9} {
			if _, err := f.svc.SetPlan(f.ctx, a, i.ID, transfer.Hints{Header: line}); errs.As(err).Problems == nil || errs.As(err).Problems[0].Code != "no_such_header" {
				t.Errorf("line %d: %v", line, err)
			}
		}
	})
}
