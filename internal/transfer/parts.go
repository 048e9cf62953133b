package transfer

import (
	"slices"
	"strings"
	"unicode"

	"kedang/internal/codes"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// addressParts are what columns are headed that hold an address in pieces, from
// the largest to the smallest.
var addressParts = [][]string{
	{"省", "省份", "所在省", "所在省份", "省市", "state", "province", "state/province", "county"},
	{"市", "城市", "所在市", "所在城市", "地市", "地级市", "县市", "city", "town"},
	{"区", "区县", "县", "县区", "县市区", "市区", "所在区", "所在区县", "行政区", "乡镇市区", "区乡镇市", "district"},
	{"街道", "乡镇", "镇", "街道乡镇", "镇街"},
}

// addresses gives the pieces of an address to the field that its last piece
// fills, so that 省 市 区 详细地址 become one address with its division. A city
// alone is left where it is: it may be the firm's own word for a region.
func (m *mapper) addresses(out []Column) {
	at := slices.IndexFunc(out, func(c Column) bool {
		f, ok := m.t.Field(c.Field)
		return ok && f.KindName == "address"
	})
	if at < 0 {
		return
	}
	pieces := make([]int, len(addressParts))
	for level, words := range addressParts {
		pieces[level] = slices.IndexFunc(out, func(c Column) bool {
			return slices.ContainsFunc(words, func(w string) bool {
				rest, ok := strings.CutSuffix(headerKey(c.Header), headerKey(w))
				return ok && (rest == "" || len(w) > 3 && w[0] < 0x80 && plainRest(rest)) // Business City
			})
		})
	}
	if pieces[0] < 0 && pieces[2] < 0 && (pieces[1] < 0 || slices.Contains(addressParts[1], strings.ToLower(out[pieces[1]].Header))) {
		return
	}
	for level, i := range pieces {
		if i < 0 || i == at || slices.Contains(pieces[:level], i) {
			continue
		}
		out[i].Field, out[i].How, out[i].Part = out[at].Field, "synonym", level+1
	}
}

// westernAddress puts an address in pieces together as it is written without Han
// characters: street, city, state. false for one with them.
func westernAddress(columns []Column, cells []string) (string, bool) {
	var pieces []string
	for _, c := range columns {
		if c.Index < len(cells) && strings.TrimSpace(cells[c.Index]) != "" {
			pieces = append(pieces, strings.TrimSpace(cells[c.Index]))
		}
	}
	slices.Reverse(pieces)
	text := strings.Join(pieces, ", ")
	return text, !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// region tells where the telephone numbers of a sheet are dialled from: the
// company's own region unless most of them are no numbers there and nearly all
// are numbers elsewhere. A list from Taiwan says so by itself.
func (m *mapper) region(out []Column, rows [][]string) string {
	var numbers []string
	for _, c := range out {
		if f, ok := fillingNamed(m.t, c.Field); ok && (f.field.KindName == "phones" || f.field.KindName == "phone") {
			numbers = append(numbers, column(rows, c.Index)...)
		}
	}
	good := func(region string) (n int) {
		for _, s := range numbers {
			if found := codes.ParsePhones(s, region); len(found) > 0 && found[0].E164 != "" && found[0].Problem == "" {
				n++
			}
		}
		return n
	}
	if len(numbers) < 3 || 2*good(m.hints.Region) >= len(numbers) {
		return ""
	}
	for _, region := range []string{"CN", "TW", "HK", "MO"} {
		if region != m.hints.Region && 5*good(region) >= 4*len(numbers) {
			return region
		}
	}
	return ""
}

// dittos are what people write for what stands above.
var dittos = map[string]bool{"同上": true, "同前": true, "〃": true, "″": true, "々": true, "ditto": true, "do.": true}

// ditto puts for a mark of repetition what stood above it.
func (r *feed) ditto(cells []string) {
	for i, c := range cells {
		if len(c) <= len("ditto")+2 && dittos[han.Fold(c)] && i < len(r.above) && r.above[i] != "" {
			cells[i] = r.above[i]
		}
	}
	if len(r.above) < len(cells) {
		r.above = append(r.above, make([]string, len(cells)-len(r.above))...)
	}
	for i, c := range cells {
		if c != "" {
			r.above[i] = c
		}
	}
}

// joint is what stands between the cells of several columns that fill a field:
// nothing in an address told from the large to the small.
func joint(f *meta.Field) string {
	if f.KindName == "address" {
		return ""
	}
	return "; "
}

// nameParts are what columns are headed that hold a person's name in pieces:
// the family name, and the given one.
var nameParts = [][]string{
	{"姓", "姓氏", "surname", "last name", "family name", "lastname"},
	{"名", "given name", "first name", "forename", "firstname"},
}

// names gives 姓 and 名 to the field that names the record, unless a column
// has the name whole: a first name alone names nobody. A firm beside them is
// where the person works.
func (m *mapper) names(out []Column, taken map[*meta.Field]bool) {
	f := m.field(m.t.Title)
	if f == nil || f.KindName != "text" {
		return
	}
	usual := 0 // how far down the field's words 姓名 stands
	for _, x := range m.exact[headerKey("姓名")] {
		if x.field == f {
			usual = x.place
		}
	}
	for _, c := range out {
		list := m.exact[headerKey(c.Header)]
		if i := slices.IndexFunc(list, func(x meaning) bool { return x.field == f }); i >= 0 && (len(list) == 1 || list[i].place <= usual) {
			return
		}
	}
	var pieces []int
	for _, words := range nameParts {
		pieces = append(pieces, slices.IndexFunc(out, func(c Column) bool {
			return slices.ContainsFunc(words, func(w string) bool { return headerKey(w) == headerKey(c.Header) })
		}))
	}
	if slices.Contains(pieces, -1) {
		return
	}
	for k, i := range pieces {
		out[i].Field, out[i].How, out[i].Part = f.Name, "synonym", k+1
	}
	taken[f] = true
}

// whole puts a name together as its script does: 欧阳娜娜, John Smith.
func whole(family, given string) string {
	family, given = strings.TrimSpace(family), strings.TrimSpace(given)
	if strings.ContainsFunc(family+given, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return family + given
	}
	return strings.TrimSpace(given + " " + family)
}

// ownerWords head columns that mean the colleague in charge when colleagues
// stand below them; 负责人 may be the firm's own head as well.
var ownerWords = []string{"负责人", "负责人员", "责任人", "经办人", "所有者", "专员", "顾问", "销售顾问", "assigned to", "salesperson", "sales", "manager"}

// owners gives such a column to the owner, unless another says so by its name.
func (m *mapper) owners(out []Column, rows [][]string, taken map[*meta.Field]bool) {
	f := m.field("owner")
	if f == nil || m.hints.Colleagues == nil || slices.ContainsFunc(out, func(c Column) bool {
		return slices.ContainsFunc(m.exact[headerKey(c.Header)], func(x meaning) bool { return x.field == f })
	}) {
		return
	}
	for i, c := range out {
		names := column(rows, i)
		slices.Sort(names)
		names = slices.Compact(names)
		named := slices.ContainsFunc(ownerWords, func(w string) bool { return headerKey(w) == headerKey(c.Header) })
		if named && len(names) > 0 && m.hints.Colleagues(names) {
			out[i].Field, out[i].How, taken[f] = f.Name, "content", true
			return
		}
	}
}

// persons gives 联系人2 and 职务2, for which a record has no field of its own, to
// the telephones of 电话2: whose they are stands beside the number.
func (m *mapper) persons(out []Column) {
	for i, c := range out {
		n := behind(c.Header)
		if c.Field != "" || n == "" || !slices.ContainsFunc(m.exact[headerKey(c.Header)], func(x meaning) bool { return x.field.KindName == "text" }) {
			continue
		}
		at := slices.IndexFunc(out, func(p Column) bool {
			f := m.field(p.Field)
			return f != nil && f.KindName == "phones" && p.Names == 0 && behind(p.Header) == n
		})
		if at >= 0 {
			out[i].Field, out[i].How, out[i].Names = out[at].Field, "synonym", at+1
		}
	}
}

// behind is the number behind a header: 2 of 联系人2, 联系人（二）.
func behind(header string) string {
	runes := []rune(strings.TrimRight(han.Fold(header), ")] 】"))
	if len(runes) < 2 {
		return ""
	}
	switch last := runes[len(runes)-1]; {
	case last >= '1' && last <= '9':
		return string(last)
	case strings.ContainsRune("一二三四五", last):
		return string(rune('1' + slices.Index([]rune("一二三四五"), last)))
	}
	return ""
}
