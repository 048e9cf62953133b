package meta

import (
	"slices"
	"strings"
)

// Index is one index that a type wants. Its name is made of table and columns,
// so that the same wish always has the same name.
type Index struct {
	Name    string
	Table   string
	Columns []string
	Unique  bool
	Beside  []string // columns kept with them, so that rights and filters are judged without the row
	Where   string   // condition of a partial index; "" for all rows
	Why     string   // unique order owner department link view search home side
}

// mostIndexes is how many indexes one type's table gets: each costs every write.
const mostIndexes = 12

// living is the condition of nearly all indexes: lists do not show archived
// records unless asked.
const living = "archived_at IS NULL"

// Indexes lists what a bound type wants indexed, the most needed first: what
// must be unique; the default order, alone, by owner and by department (rights
// cut every list); links that something hangs on; fields marked index; views;
// the other links. Those of side tables follow and do not count against the
// twelve. The list is the same for the same type.
func (t *Type) Indexes() []Index {
	if t.Builtin {
		return nil
	}
	w := &wishes{t: t}
	w.rights, w.filters = []string{"root_owner", "root_department"}, w.filterColumns()
	w.unique()
	sort := t.defaultSort()
	w.add("order", living, sort, "id")
	w.add("owner", living, "root_owner", sort, "id")
	w.add("department", living, "root_department", sort, "id")
	w.links(sort, t.carries)
	views := w.viewColumns(sort)
	w.fields(sort, views)
	for _, columns := range views {
		w.add("view", living, columns...)
	}
	w.links(sort, func(*Field) bool { return true })
	w.rest(sort)
	w.list = w.list[:min(len(w.list), mostIndexes)]
	w.newest()
	w.homes(sort)
	w.sides()
	return w.list
}

// newest serves lists that name no order: the newest records, all and one
// owner's; and the first view of one's own records, which its owner looks at
// all day, in its order. They stand beside the twelve.
func (w *wishes) newest() {
	w.add("order", living, "created_at", "id")
	w.add("order", living, "root_owner", "created_at", "id")
	for _, v := range w.t.Views {
		if len(v.Keys) > 0 && v.Prog.Filter != nil && slices.Contains(w.equal(v.Prog), "root_owner") {
			w.add("owner", living, "root_owner", v.Keys[0].Field.SortColumn(), "id")
			return
		}
	}
}

// homes serves what people see first each morning: a home's lists and counts
// of everybody's records, in their order — what runs out next, who owes most.
// They stand beside the twelve; most are of the few records that have the value.
func (w *wishes) homes(sort string) {
	for _, b := range w.t.homes {
		f, ok := w.t.byName[strings.TrimPrefix(b.Sort, "-")]
		if !ok || f.Sealed || f.Kind.Storage() != InColumn {
			continue
		}
		equal := w.equal(b.Prog)
		switch {
		case slices.ContainsFunc(equal, oneOwners), f.SortColumn() == sort:
		case len(equal) == 0 && !w.leads(f.SortColumn()):
			w.addSet("home", f, f.SortColumn(), "id")
		case len(equal) > 0 && !w.leads(equal[0]):
			w.add("home", living, equal[0], f.SortColumn(), "id")
		}
	}
}

// wishes gathers indexes; a wish that begins another is left out.
type wishes struct {
	t       *Type
	list    []Index
	rights  []string // what lists are cut by
	filters []string // what declared views filter by
}

// mostFilters is how many columns the owner's and the department's index keep
// for filters.
const mostFilters = 6

// filterColumns lists the short columns that declared views filter by. The
// owner's and the department's index keep them, so that any of those views of
// one person's records needs no index of its own.
func (w *wishes) filterColumns() []string {
	var out []string
	for _, v := range w.t.Views {
		if v.Prog.Filter == nil {
			continue
		}
		for _, name := range v.Prog.Filter.Paths() {
			f, ok := w.t.byName[name]
			if !ok || f.System || f.Sealed || f.Kind.Storage() != InColumn || slices.Contains(out, f.Column) || len(out) == mostFilters {
				continue
			}
			if f.Kind.Column(f) == IntColumn || f.KindName == "choice" {
				out = append(out, f.Column)
			}
		}
	}
	return out
}

func (w *wishes) add(why, where string, columns ...string) {
	columns = dedupe(columns)
	x := Index{Table: w.t.Table, Columns: columns, Beside: without(w.rights, columns), Where: where, Why: why}
	if why == "owner" || why == "department" {
		x.Beside = append(x.Beside, without(w.filters, columns)...)
	}
	also := x.Beside
	if x.Sparse() {
		also = append(slices.Clone(also), "set")
	}
	x.Name = named("ix_", w.t.Table, columns, also)
	for i, y := range w.list {
		if y.Unique || len(y.Columns) < len(columns) || !slices.Equal(y.Columns[:len(columns)], columns) {
			continue
		}
		if y.Where == where || y.Where == living {
			return
		}
		if where == living && len(y.Columns) == len(columns) { // all rows instead of some
			w.list[i] = x
			return
		}
	}
	w.list = append(w.list, x)
}

// addSet adds an index of the rows that have a value of a field: it serves who
// asks for one, and costs nothing where there is none, as with most links and
// papers of most records.
func (w *wishes) addSet(why string, f *Field, column string, more ...string) {
	where := living
	if f.Required != "true" || f.When != "" {
		where += ` AND "` + column + `" IS NOT NULL`
	}
	w.add(why, where, append([]string{column}, more...)...)
}

// Sparse tells that the index leaves out rows without a value of its first
// column.
func (x Index) Sparse() bool { return !x.Unique && x.Where != "" && x.Where != living }

func without(list, columns []string) []string {
	var out []string
	for _, c := range list {
		if !slices.Contains(columns, c) {
			out = append(out, c)
		}
	}
	return out
}

func dedupe(columns []string) []string {
	var out []string
	for _, c := range columns {
		if c != "" && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// longestIndexName keeps within PostgreSQL's 63 bytes for names.
const longestIndexName = 60

// named makes a name of all that an index is made of.
func named(prefix, table string, columns, beside []string) string {
	name := prefix + strings.TrimPrefix(table, "r_") + "__" + strings.Join(columns, "_")
	whole := name
	if len(beside) > 0 {
		whole += "__" + strings.Join(beside, "_")
	}
	if len(whole) <= longestIndexName {
		return whole
	}
	// FNV-1a of the whole name keeps cut names apart.
	h := uint64(14695981039346656037)
	for i := range len(whole) {
		h = (h ^ uint64(whole[i])) * 1099511628211
	}
	return name[:min(len(name), longestIndexName-14)] + "_" + string(appendID(nil, int64(h>>1)))
}

func (w *wishes) unique() {
	t := w.t
	add := func(where string, column string) {
		w.list = append(w.list, Index{Name: named("ux_", t.Table, []string{column}, nil), Table: t.Table, Columns: []string{column}, Unique: true, Where: where, Why: "unique"})
	}
	add("number IS NOT NULL", "number") // numbers are never used twice, archived or not
	for _, f := range t.Fields {
		switch {
		case f.Unique && f.Sealed:
			add(living+" AND "+f.Column+"__b IS NOT NULL", f.Column+"__b")
		case f.Unique:
			add(living+" AND "+f.Column+"__u IS NOT NULL", f.Column+"__u")
		}
	}
	for i := range t.Unique {
		add(living+" AND "+ComboColumn(i)+" IS NOT NULL", ComboColumn(i))
	}
}

// SortColumn is the column that orders by a field: title_sort for the title
// and the text that alone makes it, the sort key of other texts sorted by
// their readings, else its own.
func (f *Field) SortColumn() string {
	switch {
	case f.System && f.Name == "title":
		return "title_sort"
	case f.Of != nil && len(f.Of.TitleParts) == 1 && f.Of.TitleParts[0].Field == f && f.KindName == "text":
		return "title_sort"
	case f.Sort == "pinyin":
		return f.physical() + "__s"
	}
	return f.physical()
}

// defaultSort is the first column of the default view's order, or created_at.
func (t *Type) defaultSort() string {
	if v := t.DefaultView(); v != nil && len(v.Keys) > 0 {
		return v.Keys[0].Field.SortColumn()
	}
	return "created_at"
}

// carries tells that something hangs on a link: the record's rights, a roll-up,
// archiving, or a list on its target's page.
func (t *Type) carries(f *Field) bool {
	if f.Name == t.Root || f.OnArchive == "archive" {
		return true
	}
	for _, feed := range t.Feeds {
		if feed.Via == f {
			return true
		}
	}
	if f.Target == nil {
		return false
	}
	for _, b := range f.Target.Page.blocks() {
		if b.Via == f.Name && (b.Of == t.Name || slices.Contains(t.Alias, b.Of)) {
			return true
		}
	}
	return false
}

// links serve roll-ups, related lists and archiving. The root, on which most
// of that hangs, is first.
func (w *wishes) links(sort string, wanted func(*Field) bool) {
	if f, ok := w.t.byName[w.t.Root]; ok {
		w.addSet("link", f, f.Column, sort, "id")
	}
	for _, f := range w.t.Fields {
		if f.KindName == "link" && !f.Unique && wanted(f) {
			w.addSet("link", f, f.Column, sort, "id")
		}
	}
}

// viewColumns lists what declared views are served by: what the filter asks by
// equality, then the order. A view of one person's or one department's records
// needs none: the owner's and the department's index leave it few.
func (w *wishes) viewColumns(sort string) [][]string {
	var out [][]string
	for _, v := range w.t.Views {
		order := sort
		if len(v.Keys) > 0 {
			order = v.Keys[0].Field.SortColumn()
		}
		equal := w.equal(v.Prog)
		switch {
		case slices.Contains(equal, "root_owner"), slices.Contains(equal, "root_department"):
		case len(equal) > 0:
			out = append(out, append(equal[:min(2, len(equal))], order, "id"))
		case order != sort:
			out = append(out, []string{order, "id"})
		}
		for _, name := range [...]string{v.Kanban, v.Group} {
			if f, ok := w.t.byName[name]; ok && f.Kind.Storage() == InColumn {
				out = append(out, []string{f.physical(), order, "id"})
			}
		}
	}
	return out
}

// oneOwners tells a column by which somebody's own records are asked for.
func oneOwners(column string) bool {
	return column == "root_owner" || column == "root_department" || column == "owner"
}

// equal lists the columns that a view's or block's filter compares for equality.
func (w *wishes) equal(p Programs) []string {
	var out []string
	if p.Filter == nil {
		return nil
	}
	for _, b := range p.Filter.Indexable() {
		f, ok := w.t.byName[b.Field]
		if ok && (b.Op == "==" || b.Op == "missing") && b.Column != "" && f.Kind.Storage() == InColumn {
			out = append(out, b.Column)
		}
	}
	return out
}

// fields serve filters by fields marked index, in the shape in which a view
// uses them, if one does.
func (w *wishes) fields(sort string, views [][]string) {
	for _, f := range w.t.Fields {
		if !f.Index || f.Unique || f.Kind.Storage() != InColumn || w.leads(f.Column) {
			continue
		}
		switch i := slices.IndexFunc(views, func(v []string) bool { return v[0] == f.Column }); {
		case f.Sealed:
			w.addSet("search", f, f.Column+"__b")
		case i >= 0:
			w.add("search", living, views[i]...)
		case f.KindName == "choice": // lists are grouped by it, those without one too
			w.add("search", living, f.Column, sort, "id")
		case f.SortColumn() == sort: // equal names sort the same
			w.addSet("search", f, f.Column, "id")
		default:
			w.addSet("search", f, f.Column, sort, "id")
		}
	}
}

// leads tells whether an index begins with a column already.
func (w *wishes) leads(column string) bool {
	return slices.ContainsFunc(w.list, func(x Index) bool { return x.Columns[0] == column })
}

// rest is what is good to have where there is room.
func (w *wishes) rest(sort string) {
	for _, f := range w.t.Fields {
		if f.Sealed && !f.Unique {
			w.addSet("search", f, f.Column+"__b")
		}
	}
	w.add("order", living, "title_sort", "id")
	for _, f := range w.t.Fields {
		if f.KindName == "user" {
			w.addSet("link", f, f.Column, sort, "id")
		}
	}
}

// sides indexes side tables by value, and child rows by record and by links.
func (w *wishes) sides() {
	add := func(table, why string, columns ...string) {
		w.list = append(w.list, Index{Name: named("ix_", table, columns, nil), Table: table, Columns: columns, Why: why})
	}
	for _, f := range w.t.Fields {
		switch f.Kind.Storage() {
		case InSide:
			add(f.Table, "side", "value", "record")
		case InRows:
			add(f.Table, "side", "record", "pos")
			for _, sub := range f.Rows {
				if sub.Target != nil {
					add(f.Table, "link", sub.Column, "record")
				}
			}
		}
	}
}
