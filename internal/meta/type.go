package meta

import (
	"slices"

	"kedang/internal/expr"
)

// A Type says what one kind of record is: everything an industry adds stands
// in values of this shape, read from packs/*/types/*.yaml.
type Type struct {
	Name       string            `yaml:"type"`        // [a-z][a-z0-9_]{0,40}
	Extend     string            `yaml:"extend"`      // adds to this type of another pack instead of making a new one
	Alias      []string          `yaml:"alias"`       // further names for the API's path and for links (hotel: guest = customer)
	Label      Text              `yaml:"label"`       // what people call one of them
	Plural     Text              `yaml:"plural"`      // menu and list title; the label when empty
	Help       Text              `yaml:"help"`        // one sentence: what is kept here and why
	Icon       string            `yaml:"icon"`        // a name from the web app's icon set
	Number     string            `yaml:"number"`      // pattern "C{yyyy}-{seq:6}"; "" for no number
	Title      string            `yaml:"title"`       // a field, or a text with {field} in it
	TitleHow   string            `yaml:"title_is"`    // public: the title may be read by whoever sees a link to it
	Search     string            `yaml:"search"`      // first: a search shows its records before others that match as well
	Root       string            `yaml:"root"`        // link field: rights, owner and archive state follow it
	Mark       *Mark             `yaml:"timeline"`    // how a record stands on another's timeline
	Fields     []*Field          `yaml:"fields"`      //
	Unique     [][]string        `yaml:"unique"`      // unique combinations of fields
	Rules      []*Rule           `yaml:"rules"`       //
	Sections   []*Section        `yaml:"sections"`    //
	Views      []*View           `yaml:"views"`       //
	Page       *Page             `yaml:"page"`        // header facts, tabs, side blocks, phone card
	Print      []*PrintForm      `yaml:"print"`       // papers a record is printed on
	AccessLike string            `yaml:"access_like"` // a list of grants.yaml; a role named in access has that instead
	Access     map[string]*Grant `yaml:"access"`      // role name -> what it may do; "*" is everyone signed in
	Flow       string            `yaml:"flow"`        // approval flow; package flow reads it
	Match      []*Match          `yaml:"match"`       // warn of a likely double on these fields
	Sheet      []*Beside         `yaml:"sheet"`       // records of other types that stand beside one of these in a sheet
	Was        string            `yaml:"was"`         // the name it had before: its records come along
	Builtin    bool              `yaml:"-"`           // user, department: published by access, read-only here

	ID    int64       `yaml:"-"` // permanent, from the catalogue (Bind)
	Table string      `yaml:"-"` // physical table, from the catalogue (Bind)
	Pack  string      `yaml:"-"` // where it was declared
	Pos   Pos         `yaml:"-"`
	Links []*Backlink `yaml:"-"` // link fields of any type that point here, child rows' links included

	Pattern      *Pattern     `yaml:"-"` // Number, parsed; nil for none
	TitleParts   []Part       `yaml:"-"` // Title, parsed
	FormulaOrder []*Field     `yaml:"-"` // formulas and roll-ups over own child rows, each after what it reads
	Dependents   []*Dependent `yaml:"-"` // formulas and titles that read this type through a link
	Feeds        []*Feed      `yaml:"-"` // roll-ups of other types that count records of this one
	Pure         bool         `yaml:"-"` // nothing evaluated on create follows a link

	byName map[string]*Field // fields and built-in columns
	homes  []*Block          // what roles' homes show of it
	byID   map[int64]*Field
	system []*Field
}

// A Field is one thing kept on a record.
type Field struct {
	Name       string    `yaml:"name"` // [a-z][a-z0-9_]{0,40}
	KindName   string    `yaml:"kind"`
	Label      Text      `yaml:"label"`
	Help       Text      `yaml:"help"`
	Section    string    `yaml:"section"`    // a section's name; "" is the first
	Required   string    `yaml:"required"`   // "true" or a condition
	When       string    `yaml:"when"`       // shown (and kept) only while this holds
	Readonly   string    `yaml:"readonly"`   // "true" or a condition: cannot be changed by people
	Default    string    `yaml:"default"`    // an expression, evaluated once on create; stays editable
	Snapshot   string    `yaml:"snapshot"`   // a path, read once on create, then locked
	Formula    string    `yaml:"formula"`    // an expression, always current; read-only
	Refresh    string    `yaml:"refresh"`    // "daily": the formula may name today(), and is computed again each night
	Rollup     *Rollup   `yaml:"rollup"`     // computed over other records that link here; read-only
	Unique     bool      `yaml:"unique"`     // among records not archived, compared folded
	Sealed     bool      `yaml:"sealed"`     // encrypted at rest, blind index for equality
	Personal   string    `yaml:"personal"`   // "" | personal | sensitive (PIPL article 28)
	Mask       string    `yaml:"mask"`       // how a masked reader sees it: phone | id | name | email | all
	To         string    `yaml:"to"`         // link, links: the target type
	Inverse    Text      `yaml:"inverse"`    // what the target's page calls the list of these
	OnArchive  string    `yaml:"on_archive"` // keep | archive, when the target is archived
	Scale      *int      `yaml:"scale"`      // decimals of money, decimal, percent (2, 4, 2 when absent)
	Min        string    `yaml:"min"`        // least value, in the kind's input form
	Max        string    `yaml:"max"`
	MinLen     int       `yaml:"min_len"`    // characters
	MaxLen     int       `yaml:"max_len"`    // characters; the kind's default when 0
	Choices    []*Choice `yaml:"choices"`    //
	List       string    `yaml:"list"`       // a named choice list of choices.yaml, instead of choices
	Rows       []*Field  `yaml:"fields"`     // child rows: their fields
	Forms      []string  `yaml:"forms"`      // identity number: resident_id, uscc, passport, tw_ubn, hk_id …, first = default; phones: mobile, landline
	Check      string    `yaml:"check"`      // warn | refuse (default) when a checksum does not hold
	Search     string    `yaml:"search"`     // title | key | body | none; the kind's default when ""
	Sort       string    `yaml:"sort"`       // pinyin: lists sorted by it follow the readings
	Index      bool      `yaml:"index"`      // wanted by filters beyond what views and links tell
	Yearly     bool      `yaml:"yearly"`     // date: comes back every year
	Lunar      bool      `yaml:"lunar"`      // date: may be given in the lunar calendar
	Due        bool      `yaml:"due"`        // date, datetime: late once it has passed
	Rest       bool      `yaml:"rest"`       // longtext: takes what an import leaves out of a new record
	Forever    string    `yaml:"forever"`    // date: the yes/no field that a cell with 长期 sets instead
	Reduction  bool      `yaml:"reduction"`  // percent: it is taken off, so that 9.2折 in a cell is 8
	Color      string    `yaml:"color"`      // bool: of the word beside the title, as a choice's
	Currencies string    `yaml:"currencies"` // money: one (default) | many
	Unit       Text      `yaml:"unit"`
	Synonyms   []string  `yaml:"synonyms"` // headers people write over this column, the likeliest first; see packs/README.md where fields share one
	Example    string    `yaml:"example"`
	Was        string    `yaml:"was"` // the name it had before: its values come along
	Off        bool      `yaml:"off"` // an overlay takes the field away; its values are parked

	ID     int64    `yaml:"-"` // permanent, from the catalogue
	Column string   `yaml:"-"` // physical column, from the catalogue; "" when many-valued
	Table  string   `yaml:"-"` // side table of a many-valued kind
	Kind   Kind     `yaml:"-"`
	Slot   int      `yaml:"-"` // position in Type.Fields, or in the Rows of its parent
	Of     *Type    `yaml:"-"` // the type it belongs to
	Parent *Field   `yaml:"-"` // the child-rows field it belongs to, or nil
	Target *Type    `yaml:"-"` // To, resolved
	System bool     `yaml:"-"` // a built-in column
	Pos    Pos      `yaml:"-"`
	Prog   Programs `yaml:"-"`
	Inputs []*Field `yaml:"-"` // what a computed field reads, directly; its level is the strictest of theirs

	folded    map[string]string // loose lookup of choices: folded text -> value
	meant     []meant           // the same words without marks, for what is nearly one of them
	low, high *int64            // Min and Max in the stored form, of number kinds
}

// Rollup computes a value over the records that link here through Via.
type Rollup struct {
	Of    string `yaml:"of"`    // a type, or one of this type's child-rows fields
	Via   string `yaml:"via"`   // the link field of that type that points here; found when there is one only
	Fn    string `yaml:"fn"`    // count | sum | min | max
	Field string `yaml:"field"` // what is summed …; not for count
	Where string `yaml:"where"` // condition on the counted record; archived ones never count
	Pos   Pos    `yaml:"-"`
}

// Mark says how a record stands on the timeline of the record it belongs to.
type Mark struct {
	On   string `yaml:"on"`   // link field
	At   string `yaml:"at"`   // date or date-time field
	Says string `yaml:"says"` // text with {field}
	Pos  Pos    `yaml:"-"`

	Head   string   `yaml:"head"`   // choice field whose word heads the entry; the type's label when empty
	Facts  []string `yaml:"facts"`  // fields behind the head, on the first line
	Text   []string `yaml:"text"`   // text fields below it, in full
	Amount string   `yaml:"amount"` // money field, at the right
	State  []string `yaml:"state"`  // fields shown as tags at the right
	Chips  []string `yaml:"chips"`  // fields shown with their labels below the text

	OnField *Field `yaml:"-"`
	AtField *Field `yaml:"-"`
	Parts   []Part `yaml:"-"` // Says, parsed
}

// Names lists the fields that an entry on the timeline shows, each once.
func (m *Mark) Names() []string {
	var out []string
	for _, names := range [...][]string{{m.Head}, m.Facts, m.Text, {m.Amount}, m.State, m.Chips} {
		for _, name := range names {
			if name != "" && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// Rule refuses or warns when its condition holds on write.
type Rule struct {
	Name   string   `yaml:"name"`
	When   string   `yaml:"when"`
	Refuse string   `yaml:"refuse"` // a code
	Warn   string   `yaml:"warn"`   // a code
	At     string   `yaml:"at"`     // the field the problem stands at
	Says   Text     `yaml:"says"`   // the sentence for people
	Off    bool     `yaml:"off"`
	Pos    Pos      `yaml:"-"`
	Prog   Programs `yaml:"-"`
}

// Section groups fields on the page and says whose they are (DOMAIN C10).
type Section struct {
	Name    string `yaml:"name"`
	Label   Text   `yaml:"label"`
	Purpose Text   `yaml:"purpose"`
	Filler  Text   `yaml:"filled_by"`
	When    string `yaml:"when"`
	Folded  bool   `yaml:"folded"`
	Off     bool   `yaml:"off"`
	Pos     Pos    `yaml:"-"`

	Prog Programs `yaml:"-"`
}

// View is a declared list: a filter, an order, columns.
type View struct {
	Name    string   `yaml:"name"`
	Label   Text     `yaml:"label"`
	Filter  string   `yaml:"filter"`
	Sort    string   `yaml:"sort"` // "-created_at,name"
	Columns []string `yaml:"columns"`
	Group   string   `yaml:"group"`
	Kanban  string   `yaml:"kanban"`
	Default bool     `yaml:"default"`
	Roles   []string `yaml:"roles"` // offered to these roles only; everyone when empty
	Off     bool     `yaml:"off"`
	Pos     Pos      `yaml:"-"`

	Prog Programs  `yaml:"-"` // Filter
	Keys []SortKey `yaml:"-"` // Sort, parsed
}

// Page declares what the record page is made of.
type Page struct {
	Header  []string `yaml:"header"` // facts in the header line; "owner+department" shares one
	Marks   []string `yaml:"marks"`  // choice, bool … fields shown as tags beside the title; a text as a warning
	Alerts  []string `yaml:"alerts"` // text fields that nobody may overlook, in red beside the title
	Key     []string `yaml:"key"`    // key facts, in order
	Card    []string `yaml:"card"`   // the phone card: the most telling fields
	Tabs    []*Tab   `yaml:"tabs"`
	Side    []*Block `yaml:"side"`
	Compose []string `yaml:"compose"` // types offered by the quick composer
	Pos     Pos      `yaml:"-"`
}

// Tab is one tab of the record page.
type Tab struct {
	Name   string   `yaml:"name"`
	Label  Text     `yaml:"label"`
	When   string   `yaml:"when"`   // shown only while it holds
	Before string   `yaml:"before"` // the tab it stands before; last when empty
	Blocks []*Block `yaml:"blocks"`
	Side   []*Block `yaml:"side"` // a right column of its own
	Pos    Pos      `yaml:"-"`

	Prog Programs `yaml:"-"` // When
}

// Block is one of the general blocks that the web app knows.
type Block struct {
	Block   string   `yaml:"block"` // fields | timeline | related | files | graph | history | tasks | chart | rhythm | topics | dates
	Label   Text     `yaml:"label"`
	Of      string   `yaml:"of"`  // related: type
	Via     string   `yaml:"via"` // related: link field of that type
	Section string   `yaml:"section"`
	Columns []string `yaml:"columns"`
	Filter  string   `yaml:"filter"`
	Sort    string   `yaml:"sort"`
	Limit   int      `yaml:"limit"`
	Group   string   `yaml:"group"`   // chart, topics, ageing: the field it is grouped by
	Total   string   `yaml:"total"`   // chart, ageing: this type's field that the block breaks down
	Against string   `yaml:"against"` // ageing: this type's field that the total is measured by
	Says    Text     `yaml:"says"`    // text: the paragraph, on paper
	Boxes   []Text   `yaml:"boxes"`   // sign: who signs, on paper
	Due     string   `yaml:"due"`     // list, count, dates: the date or date-time by which it stands
	Done    string   `yaml:"done"`    // list, tasks: what ticking a line off writes: "state = done"
	Pos     Pos      `yaml:"-"`

	Prog Programs `yaml:"-"` // Filter
}

// Choice is one value of a closed list.
type Choice struct {
	Value    string   `yaml:"value"` // stored and sent
	Label    Text     `yaml:"label"`
	Help     Text     `yaml:"help"`    // when it is chosen, what follows
	Group    Text     `yaml:"group"`   // what it stands under where choices head lines: topics
	Color    string   `yaml:"color"`   // grey blue green orange red purple …
	Retired  bool     `yaml:"retired"` // kept on old records, not offered
	Synonyms []string `yaml:"synonyms"`
	Pos      Pos      `yaml:"-"`
}

// Match names fields whose equality hints at a double.
type Match struct {
	Fields []string `yaml:"fields"`
	Code   string   `yaml:"code"` // duplicate_phone, duplicate_credit_code, duplicate_name …
	Pos    Pos      `yaml:"-"`
}

// Beside says that a sheet of a type may hold records of another that belong to
// it: the people of a firm beside the firm, one row for each or several in a row.
type Beside struct {
	Of    string            `yaml:"of"`    // their type; its name heads their columns: contact.name
	Via   string            `yaml:"via"`   // their link to this type; found when there is one only
	Same  []string          `yaml:"same"`  // what tells one that is there already: the first is equal, the others do not differ
	First map[string]string `yaml:"first"` // this type's field -> theirs: what the first of a new record fills, where no column does
	Off   bool              `yaml:"off"`
	Pos   Pos               `yaml:"-"`

	Type *Type    `yaml:"-"` // Of, resolved
	Link *Field   `yaml:"-"` // Via, resolved
	Keys []*Field `yaml:"-"` // Same, resolved
}

// Grant is what one role may do with one type.
type Grant struct {
	Verbs  map[string]ScopeSpec // verb -> how far
	Fields map[string]Level     // field -> level, where it differs from what the verbs say
	Pos    Pos
}

// Verbs of the rights vocabulary.
var Verbs = []string{"read", "create", "update", "archive", "export", "import", "assign", "merge", "history", "reveal", "purge"}

// ScopeSpec says how far a verb reaches: none own subordinates department tree all, or a condition.
type ScopeSpec struct {
	Name  string // "" when Where is set
	Where string
	Prog  *expr.Expr // Where, compiled; printable as SQL
}

var scopeNames = []string{"none", "own", "subordinates", "department", "tree", "all"}

// Level is how much of a field a reader sees; a wider level is larger.
type Level int

// Field levels.
const (
	Hidden Level = iota
	Masked
	Read
	Write
)

var levelNames = map[string]Level{"hidden": Hidden, "masked": Masked, "read": Read, "write": Write}

// String is the level's name as packs write it.
func (l Level) String() string { return [...]string{"hidden", "masked", "read", "write"}[l] }

// Role is a named set of rights; packs declare them, companies change them.
type Role struct {
	Name  string   `yaml:"name"`
	Label Text     `yaml:"label"`
	Help  Text     `yaml:"help"`
	Home  []*Block `yaml:"home"`
	Admin bool     `yaml:"admin"` // everything, everywhere
	Menu  []string `yaml:"menu"`  // names of menu items it sees; all it may read when empty
	Pos   Pos      `yaml:"-"`
}

// Backlink is a link field of another type that points to a type.
type Backlink struct {
	Type  *Type
	Field *Field
}

// Text is a text for people in the three languages.
type Text struct {
	ZhHans string `yaml:"zh-Hans" json:"zh-Hans,omitempty"`
	ZhHant string `yaml:"zh-Hant" json:"zh-Hant,omitempty"`
	En     string `yaml:"en" json:"en,omitempty"`
}

// Pos is where something was declared.
type Pos struct {
	File string
	Line int
	Path string // "fields[3].kind"
}
