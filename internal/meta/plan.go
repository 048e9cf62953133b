package meta

import (
	"slices"
	"strings"
)

// Op is what a step of a plan does.
type Op string

// The operations, in the order in which a plan has them.
const (
	CreateTable Op = "create_table" // a type's table, with all its columns
	CreateSide  Op = "create_side"  // side table of a many-valued field: record, pos, value, extra
	CreateRows  Op = "create_rows"  // table of child rows: id, record, pos and the columns given
	AddColumn   Op = "add_column"   // one column more
	Refill      Op = "refill"       // a shadow column is new or means something else: compute it for all rows
)

// ColumnDef is one column of a table.
type ColumnDef struct {
	Name    string
	Type    Column
	NotNull bool
	Key     bool  // primary key
	FieldID int64 // whose value or shadow it is; 0 for built-in and combination columns
	Shadow  byte  // 'u' unique, 's' sort key, 'b' blind index, 'c' unique combination; 0 for none
}

// Step is one change to the database that a new catalogue asks for. The engine
// writes its DDL; indexes are asked for by themselves (Indexes).
type Step struct {
	Op      Op
	TypeID  int64
	FieldID int64 // of a side table or child rows
	Table   string
	Columns []ColumnDef // of a new table, in order; of AddColumn and Refill the one
}

// ComboColumn is the column of a type's i-th unique combination.
func ComboColumn(i int) string { return "unique_" + string(rune('a'+i)) + "__u" }

// Plan lists what makes a database of the old catalogue one of the new: tables
// and columns only ever come, since parked data stays. Equal catalogues give
// no step. The order is that of the catalogue, so one plan is one text.
func Plan(old, new Catalogue) []Step {
	p := planner{old: old, new: new, builtin: map[int64]bool{}}
	for _, t := range new.Types {
		if strings.HasPrefix(t.Table, "sys_") {
			p.builtin[t.ID] = true
			continue
		}
		p.planType(t)
	}
	for _, f := range new.Fields {
		if (f.Storage == InSide || f.Storage == InRows) && !p.builtin[f.TypeID] {
			p.planSide(f)
		}
	}
	return p.steps
}

type planner struct {
	old, new Catalogue
	builtin  map[int64]bool
	steps    []Step
}

func (p *planner) planType(t CatType) {
	columns := p.columnsOf(p.new, t.ID, 0)
	i := slices.IndexFunc(p.old.Types, func(c CatType) bool { return c.ID == t.ID })
	if i < 0 {
		all := append(builtinDefs(), columns...)
		for k := range t.Combos {
			all = append(all, comboDef(k))
		}
		p.steps = append(p.steps, Step{Op: CreateTable, TypeID: t.ID, Table: t.Table, Columns: all})
		return
	}
	p.addColumns(t.ID, 0, t.Table, columns, p.columnsOf(p.old, t.ID, 0))
	p.refill(t)
	was := p.old.Types[i].Combos
	for k, combo := range t.Combos {
		if k >= len(was) {
			p.steps = append(p.steps, Step{Op: AddColumn, TypeID: t.ID, Table: t.Table, Columns: []ColumnDef{comboDef(k)}})
		}
		if combo != "" && (k >= len(was) || was[k] != combo) {
			p.steps = append(p.steps, Step{Op: Refill, TypeID: t.ID, Table: t.Table, Columns: []ColumnDef{comboDef(k)}})
		}
	}
}

func comboDef(k int) ColumnDef { return ColumnDef{Name: ComboColumn(k), Type: TextColumn, Shadow: 'c'} }

func (p *planner) addColumns(typeID, fieldID int64, table string, columns, had []ColumnDef) {
	for _, c := range columns {
		if slices.ContainsFunc(had, func(h ColumnDef) bool { return h.Name == c.Name }) {
			continue
		}
		p.steps = append(p.steps, Step{Op: AddColumn, TypeID: typeID, FieldID: fieldID, Table: table, Columns: []ColumnDef{c}})
	}
}

// refill asks for shadows that come alive beside columns that were there
// before: those have values to make them from.
func (p *planner) refill(t CatType) {
	for _, f := range p.new.Fields {
		i := slices.IndexFunc(p.old.Fields, func(c CatField) bool { return c.ID == f.ID })
		if f.TypeID != t.ID || i < 0 {
			continue
		}
		for k := range len(f.Live) {
			if !strings.Contains(p.old.Fields[i].Live, f.Live[k:k+1]) {
				p.steps = append(p.steps, Step{Op: Refill, TypeID: t.ID, Table: t.Table, Columns: []ColumnDef{shadowDef(f, f.Live[k])}})
			}
		}
	}
}

func (p *planner) planSide(f CatField) {
	isNew := !slices.ContainsFunc(p.old.Fields, func(c CatField) bool { return c.ID == f.ID })
	if f.Storage == InSide {
		if isNew {
			p.steps = append(p.steps, Step{Op: CreateSide, TypeID: f.TypeID, FieldID: f.ID, Table: f.Column, Columns: []ColumnDef{
				{Name: "record", Type: IntColumn, NotNull: true, Key: true}, {Name: "pos", Type: IntColumn, NotNull: true, Key: true},
				{Name: "value", Type: f.Type, NotNull: true, FieldID: f.ID}, {Name: "extra", Type: TextColumn}}})
		}
		return
	}
	columns := p.columnsOf(p.new, f.TypeID, f.ID)
	if isNew {
		all := []ColumnDef{{Name: "id", Type: IntColumn, NotNull: true, Key: true}, {Name: "record", Type: IntColumn, NotNull: true}, {Name: "pos", Type: IntColumn, NotNull: true}}
		p.steps = append(p.steps, Step{Op: CreateRows, TypeID: f.TypeID, FieldID: f.ID, Table: f.Column, Columns: append(all, columns...)})
		return
	}
	p.addColumns(f.TypeID, f.ID, f.Column, columns, p.columnsOf(p.old, f.TypeID, f.ID))
}

// columnsOf lists the physical columns of a type's (or child rows') fields in
// a catalogue, parked ones too: they are there.
func (p *planner) columnsOf(c Catalogue, typeID, parentID int64) []ColumnDef {
	var out []ColumnDef
	for _, f := range c.Fields {
		if f.TypeID != typeID || f.ParentID != parentID || f.Storage != InColumn {
			continue
		}
		out = append(out, ColumnDef{Name: f.Column, Type: f.Type, FieldID: f.ID})
		for i := range len(f.Shadows) {
			out = append(out, shadowDef(f, f.Shadows[i]))
		}
	}
	return out
}

func shadowDef(f CatField, shadow byte) ColumnDef {
	d := ColumnDef{Name: f.Column + "__" + string(rune(shadow)), Type: TextColumn, FieldID: f.ID, Shadow: shadow}
	switch shadow {
	case 'u':
		d.Type = f.Type
	case 'b':
		d.Type = BlobColumn
	}
	return d
}

// builtinDefs are the columns that every record table begins with.
func builtinDefs() []ColumnDef {
	texts := map[string]bool{"number": true, "title": true, "title_sort": true}
	needed := map[string]bool{"id": true, "rev": true, "created_at": true, "updated_at": true, "title": true, "title_sort": true}
	out := make([]ColumnDef, len(builtinColumns))
	for i, name := range builtinColumns {
		out[i] = ColumnDef{Name: name, NotNull: needed[name], Key: name == "id"}
		if texts[name] {
			out[i].Type = TextColumn
		}
	}
	return out
}
