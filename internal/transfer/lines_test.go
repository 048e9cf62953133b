package transfer_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/access"
	"kedang/internal/record"
	"kedang/internal/transfer"
)

// orders brings a sheet of orders into the general pack and says what became of its rows.
func (f *fixture) orders(a *access.Actor, o transfer.StartOptions, rows ...string) (transfer.Import, string) {
	f.t.Helper()
	i, err := f.svc.Upload(f.ctx, a, "order", "订单.csv", strings.NewReader(strings.Join(rows, "\n")+"\n"), transfer.Hints{})
	f.check(err)
	f.check(f.svc.Start(f.ctx, a, i.ID, o))
	i = f.wait(a, i.ID)
	return i, strings.Join(f.codes(i.ID), ", ")
}

// stock makes a customer and products that orders name.
func (f *fixture) stock(a *access.Actor) {
	f.t.Helper()
	make := func(typ string, values record.Values) {
		_, err := f.Store.Create(f.ctx, a, typ, values, record.WriteOptions{})
		f.check(err)
	}
	make("customer", record.Values{"name": "王府酒店", "source": "visit"})
	make("customer", record.Values{"name": "江南春", "source": "visit"})
	for name, price := range map[string]string{"浴巾": "35", "床单": "120", "拖鞋": "2.5"} {
		make("product", record.Values{"name": name, "list_price": price})
	}
}

func (f *fixture) orderTable(a *access.Actor) string {
	f.t.Helper()
	var out strings.Builder
	_, err := f.svc.Export(f.ctx, a, "order", record.ListQuery{Fields: []string{"number", "customer", "amount"}, OrderBy: "number"}, transfer.CSV, "zh-Hans", &out)
	f.check(err)
	_, rows, _ := strings.Cut(strings.ReplaceAll(out.String(), "\r\n", "\n"), "\n")
	return regexp.MustCompile(`SO\d{6}`).ReplaceAllString(rows, "SO")
}

// A sheet with a row for each line of an order makes one order of the rows that
// name the same, however they do.
func TestOrderLines(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		f.stock(a)
		for _, x := range []struct {
			name string
			rows []string
			want string
			says string
		}{
			{"Number", []string{"订单号,客户名称,下单日期,品名,数量,单价", "D1,王府酒店,2026-01-05,浴巾,10,30", "D1,王府酒店,2026-01-05,床单,2,100", "D2,江南春,2026-01-06,拖鞋,100,", "D1,王府酒店,2026-01-05,拖鞋,4,1"},
				"D1,王府酒店,500.00\nD2,江南春,250.00\n", "created, joined, created, refused not_unique@number"},
			{"OtherNumber", []string{"订单号,客户单号,客户名称,下单日期,品名,数量,单价", "N1,PO7,王府酒店,2026-01-05,浴巾,10,30", "N2,PO7,王府酒店,2026-01-05,床单,2,100"},
				"N1,王府酒店,300.00\nN2,王府酒店,200.00\n", "created, created"},
			{"Blank", []string{"订单号,客户名称,下单日期,品名,数量,单价", "B1,王府酒店,2026-01-05,浴巾,10,30", ",,,床单,2,100", "合计,,,,12,", "B2,江南春,2026-01-06,拖鞋,100,2"},
				"B1,王府酒店,500.00\nB2,江南春,200.00\n", "created, joined, refused total_row, created"},
			{"NoNumber", []string{"客户名称,下单日期,产品,数量,单价", "王府酒店,2026-01-05,浴巾,10,30", "王府酒店,2026-01-05,床单,2,100", "王府酒店,2026-01-06,拖鞋,100,2"},
				"SO-0001,王府酒店,500.00\nSO-0002,王府酒店,200.00\n", "created, joined, created"},
			{"Refused", []string{"订单号,客户名称,下单日期,品名,数量,单价", "R1,王府酒店,2026-01-05,浴巾,10,30", "R1,王府酒店,2026-01-05,没有的货,2,100", "R2,没有的客户,2026-01-06,拖鞋,100,2", "R2,没有的客户,2026-01-06,浴巾,1,2", "R3,江南春,2026-01-06,拖鞋,多,2"},
				"", "refused row_goes_with, refused link_not_found@lines.product, refused link_not_found@customer, refused row_goes_with, refused not_a_number@lines.quantity"},
			{"NoLine", []string{"客户名称,下单日期,摘要", "王府酒店,2026-01-05,浴巾"}, "", "refused required@lines"},
		} {
			t.Run(x.name, func(t *testing.T) {
				i, says := f.orders(a, transfer.StartOptions{}, x.rows...)
				if diff := cmp.Diff(x.says, says); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(x.want, f.orderTable(a)); diff != "" {
					t.Error(diff)
				}
				f.check(f.svc.Undo(f.ctx, a, i.ID))
				f.wait(a, i.ID)
			})
		}
	})
}

// Refused orders come in whole: mended by hand at one of their rows, or as was
// decided before. A later sheet updates their lines.
func TestOrderLinesAgain(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		f.stock(a)
		head := "订单号,客户名称,下单日期,品名,数量,单价"
		i, _ := f.orders(a, transfer.StartOptions{}, head, "D1,王府酒店,2026-01-05,浴巾,10,30", "D1,王府酒店,2026-01-05,没有的货,2,100", "D2,没有的客户,2026-01-06,拖鞋,100,2", "D2,没有的客户,2026-01-06,浴巾,1,2")
		rows, err := f.svc.RefusedRows(f.ctx, a, i.ID, 0, 9)
		f.check(err)
		if got := rows[1].Written["lines.product"]; got != "没有的货" || len(rows) != 4 {
			t.Errorf("%d rows, %q", len(rows), got)
		}
		in, err := f.svc.Mend(f.ctx, a, i.ID, []transfer.Mending{{Line: 3, Values: map[string]any{"lines.product": "床单"}}, {Line: 4, Values: map[string]any{"customer": "江南春"}}}, transfer.StartOptions{})
		f.check(err)
		var says []string
		for _, r := range in {
			says = append(says, fmt.Sprint(r.Line, r.Action))
		}
		if diff := cmp.Diff("2created 3joined 4created 5joined", strings.Join(says, " ")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff("D1,王府酒店,500.00\nD2,江南春,202.00\n", f.orderTable(a)); diff != "" {
			t.Error(diff)
		}

		i, says2 := f.orders(a, transfer.StartOptions{Mode: transfer.Upsert, Key: "number"}, head, "D1,王府酒店,2026-01-05,浴巾,20,30", "D3,江南春,2026-02-01,拖鞋,10,2", "D3,江南春,2026-02-01,床单,1,90")
		if says2 != "updated, created, joined" {
			t.Error(says2)
		}
		if diff := cmp.Diff("D1,王府酒店,600.00\nD2,江南春,202.00\nD3,江南春,110.00\n", f.orderTable(a)); diff != "" {
			t.Error(diff)
		}
		f.check(f.svc.Undo(f.ctx, a, i.ID))
		if now := f.wait(a, i.ID); now.Undone != 2 || now.Kept != 0 {
			t.Errorf("%+v", now.Counts)
		}
		if diff := cmp.Diff("D1,王府酒店,500.00\nD2,江南春,202.00\n", f.orderTable(a)); diff != "" {
			t.Error(diff)
		}
	})
}

// What is decided of one of its rows brings the whole order in.
func TestOrderLinesDecided(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		f.stock(a)
		i, err := f.svc.Upload(f.ctx, a, "order", "订单.csv", strings.NewReader("订单号,客户名称,下单日期,品名,数量,单价\nD1,王府酒店,2026-01-05,浴巾,10,30\nD1,王府酒店,2026-01-05,大床单,2,100\n"), transfer.Hints{})
		f.check(err)
		_, err = f.svc.Decide(f.ctx, a, i.ID, []transfer.Decision{{Path: "lines.product", Code: "link_not_found", Do: transfer.Out, Means: map[string]any{"大床单": "床单"}}})
		f.check(err)
		shown, err := f.svc.Preview(f.ctx, a, i.ID, transfer.StartOptions{}, 9)
		f.check(err)
		if len(shown) != 2 || shown[0].Action != "created" || shown[1].Action != "joined" || shown[1].Written["lines.product"] != "大床单" {
			t.Errorf("%+v", shown)
		}
		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{}))
		if now := f.wait(a, i.ID); now.Created != 1 || now.Joined != 1 || now.Refused != 0 {
			t.Errorf("%+v", now.Counts)
		}
		if diff := cmp.Diff("D1,王府酒店,500.00\n", f.orderTable(a)); diff != "" {
			t.Error(diff)
		}
	})
}
