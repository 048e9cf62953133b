package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"kedang/internal/codes"
	"kedang/internal/han"
)

// word is one of a list of words; "" when the packs have no such list.
func (m *maker) word(list string) string {
	words := m.plan.words[list]
	if len(words) == 0 {
		return ""
	}
	return words[m.rnd.IntN(len(words))]
}

// text fills a template: {x} is a word of the list x, a field of the record,
// or parent.x; {latin} and {digits} are made up.
func (m *maker) text(c *cell, arg any, _ yaml.MapSlice) any {
	var b strings.Builder
	rest := fmt.Sprint(arg)
	for {
		before, after, ok := strings.Cut(rest, "{")
		b.WriteString(before)
		name, tail, ok2 := strings.Cut(after, "}")
		if !ok || !ok2 {
			if b.Len() == 0 {
				return nil
			}
			return b.String()
		}
		rest = tail
		switch {
		case name == "latin":
			b.WriteString(strings.ReplaceAll(han.Pinyin(m.word("surname")+m.word("given_female")), " ", ""))
		case name == "digits":
			fmt.Fprintf(&b, "%04d", m.rnd.IntN(10000))
		case len(m.plan.words[name]) > 0:
			b.WriteString(m.word(name))
		default:
			if v := m.look(c, name); v != nil {
				fmt.Fprint(&b, v)
			}
		}
	}
}

// personOrFirm is a name: of a person, a firm, or a shop.
func (m *maker) personOrFirm(c *cell, arg any, options yaml.MapSlice) any {
	taiwan := get(options, "region") == "tw"
	switch arg {
	case "firm":
		return m.firm(taiwan)
	case "shop":
		return m.distinct(func() string { return m.word("brand_word") + m.word("shop_suffix") })
	}
	if taiwan {
		return m.word("tw_surname") + m.word("tw_given")
	}
	given := "given_male"
	if sex := m.look(c, "sex"); sex == "female" || sex == nil && m.rnd.IntN(2) == 0 {
		given = "given_female"
	}
	return m.word("surname") + m.word(given)
}

func (m *maker) firm(taiwan bool) string {
	if taiwan {
		return m.distinct(func() string { return m.word("tw_brand_word") + m.word("tw_firm_trade") + m.word("tw_firm_suffix") })
	}
	return m.distinct(func() string {
		return m.word("city") + m.word("brand_word") + m.word("firm_trade") + m.word("firm_suffix")
	})
}

// distinct tries for a name that nobody has; when words run out, the city goes
// in front.
func (m *maker) distinct(next func() string) string {
	var name string
	for range 12 {
		if name = next(); !m.names[name] {
			break
		}
	}
	for m.names[name] {
		name = m.word("city") + name
	}
	m.names[name] = true
	return name
}

// mobilePrefixes are numbers of the three operators of the mainland.
var mobilePrefixes = []string{"130", "133", "135", "136", "137", "138", "139", "150", "151", "157", "158", "159", "176", "177", "180", "181", "186", "187", "188", "189"}

// areas are area codes by the city an address begins with, and how many digits follow.
var areas = []struct {
	city, code string
	digits     int
}{{"上海", "021", 8}, {"北京", "010", 8}, {"苏州", "0512", 8}, {"无锡", "0510", 8}, {"杭州", "0571", 8}, {"宁波", "0574", 8}, {"南京", "025", 8},
	{"成都", "028", 8}, {"重庆", "023", 8}, {"深圳", "0755", 8}, {"广州", "020", 8}, {"佛山", "0757", 8}, {"武汉", "027", 8}}

// phone is a valid number, mobile or of the city of the record's address.
func (m *maker) phone(c *cell, arg any, options yaml.MapSlice) any {
	list := []any{m.numbered(c, fmt.Sprint(arg), options)}
	if also := get(options, "also"); also != nil && m.rnd.IntN(4) == 0 {
		list = append(list, m.numbered(c, fmt.Sprint(also), options))
	}
	if kindOf(c.field) == "phone" {
		return list[0].(map[string]any)["number"]
	}
	return list
}

func (m *maker) numbered(c *cell, form string, options yaml.MapSlice) map[string]any {
	var n string
	switch {
	case get(options, "region") == "tw":
		n = fmt.Sprintf("+8862%08d", 21000000+m.rnd.IntN(8000000))
	case form == "landline":
		area := areas[0]
		address := fmt.Sprint(m.look(c, "address"), m.look(c, "name"))
		for _, a := range areas {
			if strings.Contains(address, a.city) {
				area = a
			}
		}
		n = fmt.Sprintf("%s-%d%07d", area.code, 5+m.rnd.IntN(4), m.rnd.IntN(1e7))
	default:
		n = fmt.Sprintf("%s%08d", mobilePrefixes[m.rnd.IntN(len(mobilePrefixes))], m.rnd.IntN(1e8))
	}
	return map[string]any{"number": n}
}

// email is made of the readings of the record's name, in a domain that is
// nobody's (RFC 2606).
func (m *maker) email(c *cell, _ any, _ yaml.MapSlice) any {
	name := m.look(c, "contact_name")
	if name == nil {
		name = m.look(c, "name")
	}
	local := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, han.Pinyin(fmt.Sprint(name)))
	address := fmt.Sprintf("%.24s%02d@example.com", local, m.rnd.IntN(100))
	if kindOf(c.field) == "emails" {
		return []any{map[string]any{"address": address}}
	}
	return address
}

// address is a road of a list and a number, in the city that the record's name
// begins with when the list has one there.
func (m *maker) address(c *cell, arg any, _ yaml.MapSlice) any {
	roads := m.plan.words[fmt.Sprint(arg)]
	name, _ := m.look(c, "name").(string)
	for _, city := range m.plan.words["city"] {
		near := func(road string) bool { return strings.Contains(road, city) }
		if strings.HasPrefix(name, city) && slices.ContainsFunc(roads, near) {
			roads = slices.DeleteFunc(slices.Clone(roads), func(road string) bool { return !near(road) })
			break
		}
	}
	if len(roads) == 0 {
		return nil
	}
	road := roads[m.rnd.IntN(len(roads))]
	n := fmt.Sprintf("%s%d號", road, 1+m.rnd.IntN(400))
	if strings.HasPrefix(fmt.Sprint(arg), "tw") {
		return n
	}
	n = strings.Replace(n, "號", "号", 1)
	if m.rnd.IntN(3) == 0 {
		n += fmt.Sprintf("%d幢%d室", 1+m.rnd.IntN(20), 100*(1+m.rnd.IntN(25))+1+m.rnd.IntN(12))
	}
	return n
}

// districts are division codes that identity numbers begin with.
var districts = []string{"310115", "310112", "310104", "310106", "320508", "320571", "330106", "510107", "510105", "440305", "440106", "500103"}

// identity is a number whose check digits hold.
func (m *maker) identity(c *cell, arg any, _ yaml.MapSlice) any {
	switch arg {
	case "uscc":
		return creditCode(districts[m.rnd.IntN(len(districts))], m.rnd.IntN(1e8))
	case "resident_id":
		born, ok := m.read(m.look(c, "birth_date"))
		if !ok {
			born = m.today.AddDate(-20-m.rnd.IntN(45), 0, -m.rnd.IntN(365))
		}
		seq := 1 + m.rnd.IntN(499)*2
		if m.look(c, "sex") == "female" {
			seq++
		}
		return residentID(districts[m.rnd.IntN(len(districts))], born, seq)
	case "tw_ubn":
		for {
			n := fmt.Sprintf("%08d", 10000000+m.rnd.IntN(89999999))
			if _, _, problems := codes.ParseTaiwanUBN(n); problems == nil {
				return n
			}
		}
	}
	return nil
}

// creditCode makes a unified social credit code (GB 32100-2015) around an
// organisation code (GB 11714-1997).
func creditCode(district string, org int) string {
	body := fmt.Sprintf("%08d", org)
	sum := 0
	for i, w := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(body[i]-'0') * w
	}
	check := "0123456789X"[(11-sum%11)%11]
	code := "91" + district + body + string(check)
	const letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	sum = 0
	for i, w := range []int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28} {
		sum += strings.IndexByte(letters, code[i]) * w
	}
	return code + string(letters[(31-sum%31)%31])
}

// residentID makes a resident identity number (GB 11643-1999).
func residentID(district string, born time.Time, seq int) string {
	body := fmt.Sprintf("%s%s%03d", district, born.Format("20060102"), seq)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(body[i]-'0') * w
	}
	return body + string("10X98765432"[sum%11])
}
