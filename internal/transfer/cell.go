package transfer

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"kedang/internal/errs"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// Cells that are no values, and lines that are no records.

// cellErrors are what a spreadsheet shows in place of a value.
var cellErrors = map[string]bool{"#REF!": true, "#NAME?": true, "#VALUE!": true, "#DIV/0!": true, "#N/A": true, "#NULL!": true, "#NUM!": true, "#SPILL!": true, "#CALC!": true, "#GETTING_DATA": true, "#FIELD!": true}

// forever are the words for a day that never comes.
var forever = []string{"长期", "长期有效", "永久", "永久有效", "永续", "无期限", "无固定期限", "无限期", "不限期", "long term", "permanent", "indefinite", "9999-12-31", "9999/12/31", "9999年12月31日", "99991231"}

// leftOut tells whether a cell is no value of its field, and does what has to
// be done instead: an error of a formula is left out and told, 长期 in the
// place of a day ticks the field that stands for it, and a text field stays
// empty where others would: 无, —, N/A.
func (r *feed) leftOut(f *meta.Field, text string, out *row) bool {
	text = strings.TrimSpace(text)
	needed := r.needed(f)
	if cellErrors[text] {
		p := errs.Problem{Path: f.Name, Code: "cell_error", Params: errs.Params{"value": text}}
		if needed {
			out.problems = append(out.problems, p)
		} else {
			out.notes = append(out.notes, p)
		}
		return true
	}
	switch f.KindName {
	case "date":
		if slices.Contains(forever, han.Fold(text)) && f.Forever != "" {
			out.values[f.Forever] = true
			return true
		}
	case "text", "number":
		if !needed && meta.Blank(text) {
			return true
		}
	}
	if strings.ContainsRune(text, unicode.ReplacementChar) && r.plan.Format.Kind != "xlsx" {
		out.notes = append(out.notes, errs.Problem{Path: f.Name, Code: "undecoded"})
	}
	return false
}

// needed tells whether a record cannot do without a field's value.
func (r *feed) needed(f *meta.Field) bool {
	return f.Required == "true" || f.Of == r.t && f.Name == r.key || slices.Contains(titleFields(f.Of), f)
}

// unread leaves out a cell that its field cannot read: the row goes in with a
// warning, and what stood there is kept in the field that takes the rest.
func (r *feed) unread(f filling, text string, out *row) bool {
	if f.field.System || r.needed(f.field) {
		return false
	}
	in := *r.in
	in.Warn = nil
	v, problems := f.field.Kind.Parse(f.field, text, &in)
	if len(problems) == 0 {
		problems = f.field.Kind.Check(f.field, v, &in)
	}
	if len(problems) == 0 || problems[0].Code == "bad_checksum" {
		return false
	}
	out.leave(f.field, text, f.columns[0].Header)
	return true
}

// leave notes a cell that is left out.
func (r *row) leave(f *meta.Field, text, header string) {
	header = cmp.Or(header, f.Label.In("zh-Hans"))
	r.notes = append(r.notes, errs.Problem{Path: f.Name, Code: "cell_left_out", Params: errs.Params{"value": text}})
	if !f.Sealed && f.Personal == "" {
		r.rest = append(r.rest, header+"："+text)
	}
}

// foreign tells a column that fills a long text beside others without being
// headed as it: its header says what is meant and stays with the cell.
func (f filling) foreign(c Column) bool {
	return len(f.columns) > 1 && f.field.KindName == "longtext" && c.How != "name" && c.How != "synonym" && c.Header != "" && !goesBy(f.field, c.Header)
}

func goesBy(f *meta.Field, header string) bool {
	key := headerKey(header)
	return slices.ContainsFunc(append([]string{f.Name, f.Label.ZhHans, f.Label.ZhHant, f.Label.En}, f.Synonyms...), func(w string) bool { return headerKey(w) == key })
}

// plainCell takes off what stands around a value in a cell and is no part of
// it: ="0012" as programs write it to keep a spreadsheet from counting, and
// white space and byte order marks around one line.
func plainCell(f *meta.Field, text string) string {
	if inner, ok := strings.CutPrefix(text, `="`); ok && strings.HasSuffix(inner, `"`) && !strings.Contains(inner[:len(inner)-1], `"`) {
		text = inner[:len(inner)-1]
	}
	if f.KindName == "longtext" || f.KindName == "json" {
		return text
	}
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' })
}

// titleFields are the fields that a type's title is made of.
func titleFields(t *meta.Type) (out []*meta.Field) {
	for _, p := range t.TitleParts {
		if p.Field != nil {
			out = append(out, p.Field)
		}
	}
	return out
}

// sums are how people head a line of totals.
var sums = map[string]bool{"合计": true, "合計": true, "总计": true, "總計": true, "小计": true, "小計": true, "共计": true, "共計": true, "累计": true, "累計": true, "total": true, "totals": true, "sum": true, "grand total": true, "subtotal": true}

// remark is how people begin the lines below a table.
var remark = regexp.MustCompile(`^(?:(?:制表|製表|编制|編制|填表|填报|填報|审核|審核|复核|複核|审批|打印|列印|导出|導出|匯出|统计|統計|更新)(?:人|单位|單位|部门|部門|日期|时间|時間)?\s*[:：]|(?:备注|備註|注|註|说明|說明|附注|附註|note|notes|remark)\s*\d*\s*[:：]|第\s*\d+\s*[页頁]|page \d+|共\s*\d+\s*[页頁条條户戶家]|-*\s*以下空白|以下无正文|以下無正文|本[表页頁](?:数据|數據|资料|資料|由|共|为|為|仅|僅|保密|完)|end of (?:list|report))`)

// noRecord tells why a line is no record, whatever its columns mean: a sum, the
// header once more as printed pages have it, a remark below the table. "" for
// what may be one.
func (r *feed) noRecord(cells []string) string {
	first, others, numbers := "", 0, 0
	header := len(r.plan.Columns) > 0
	for i, c := range cells {
		c = strings.TrimSpace(c)
		if header && (i >= len(r.plan.Columns) && c != "" || i < len(r.plan.Columns) && c != r.plan.Columns[i].Header) {
			header = false
		}
		switch {
		case c == "":
		case first == "":
			first = c
		default:
			others++
			if _, err := strconv.ParseFloat(strings.NewReplacer(",", "", "¥", "", "￥", "", "$", "").Replace(c), 64); err == nil || sums[sumWord(c)] {
				numbers++
			}
		}
	}
	switch {
	case header:
		return "header_row"
	case others == numbers && total(first) && (others > 0 || len(r.plan.Columns) > 1):
		return "total_row"
	case remark.MatchString(strings.ToLower(first)) && len([]rune(first)) < 200 && r.remarkable(cells):
		return "note_row"
	}
	return ""
}

// remarkable tells whether a line that begins as a remark is one: it holds
// little besides. A firm may be called 本页.
func (r *feed) remarkable(cells []string) bool {
	return len(r.plan.Columns) > 1 && 2*filled(cells) <= max(2, filled(headers(r.plan.Columns)))+1
}

func headers(columns []Column) (out []string) {
	for _, c := range columns {
		out = append(out, c.Header)
	}
	return out
}

func sumWord(s string) string {
	return strings.ToLower(strings.TrimRight(strings.TrimSpace(s), ":： "))
}

// total tells a sum's head: 合计, 本页小计, 合计（华东）.
func total(first string) bool {
	word := sumWord(first)
	if at := strings.IndexAny(word, "(（"); at > 0 {
		word = strings.TrimSpace(word[:at])
	}
	if sums[word] {
		return true
	}
	for _, w := range []string{"合计", "合計", "小计", "小計", "总计", "總計"} {
		if rest, ok := strings.CutSuffix(word, w); ok && len([]rune(rest)) <= 6 {
			return true
		}
	}
	return false
}

// ruled tells a line drawn with signs: ----, ====.
func ruled(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool {
		return strings.Trim(strings.TrimSpace(c), "-=_—─*~|:+") != ""
	})
}
