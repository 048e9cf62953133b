// Package words makes up Chinese companies for measurements: the same for the
// same number, as many as wanted. The words were written for this; none of the
// firms exists on purpose.
package words

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed city.txt
var cityText string

//go:embed brand.txt
var brandText string

//go:embed trade.txt
var tradeText string

//go:embed road.txt
var roadText string

//go:embed surname.txt
var surnameText string

//go:embed given.txt
var givenText string

// Company is one row of a sheet.
type Company struct {
	Name, Contact, Phone, Level, Industry, Address, Remark string
}

// Header is the sheet's first line.
const Header = "客户名称,联系人,手机,级别,行业,地址,备注\n"

// Maker makes companies.
type Maker struct{ city, brand, trade, road, surname, given []string }

// New reads the lists.
func New() *Maker {
	return &Maker{strings.Fields(cityText), strings.Fields(brandText), strings.Fields(tradeText), strings.Fields(roadText),
		strings.Fields(surnameText), strings.Fields(givenText)}
}

// Company is the n-th.
func (m *Maker) Company(n int) Company {
	r := uint64(n)*0x9E3779B97F4A7C15 + 0x1234567 // splitmix64: spreads n over 64 bits
	next := func(of int) int {
		r += 0x9E3779B97F4A7C15
		z := (r ^ r>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		return int((z ^ z>>31) % uint64(of))
	}
	pick := func(list []string) string { return list[next(len(list))] }
	city, trade := pick(m.city), pick(m.trade)
	c := Company{Name: city + pick(m.brand) + pick(m.brand) + trade + "有限公司", Contact: pick(m.surname) + pick(m.given),
		Phone: fmt.Sprintf("13%d%08d", next(10), n%100000000), Industry: trade, Level: "C",
		Address: fmt.Sprintf("%s市%s%d号", city, pick(m.road), 1+next(900))}
	switch d := next(100); {
	case d < 8:
		c.Level = "A"
	case d < 35:
		c.Level = "B"
	}
	if next(4) == 0 {
		c.Remark = "由" + pick(m.surname) + pick(m.given) + "介绍，主营" + trade
	}
	return c
}

// CSV is the company as a line.
func (c Company) CSV() string {
	return strings.Join([]string{c.Name, c.Contact, c.Phone, c.Level, c.Industry, c.Address, c.Remark}, ",") + "\n"
}
