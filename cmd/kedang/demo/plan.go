package demo

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/goccy/go-yaml"

	"kedang/internal/meta"
)

// plan is what the packs say is to be made.
type plan struct {
	seed        uint64
	departments []department
	users       []user
	words       map[string][]string
	records     []*handMade
	steps       []*step
}

type department struct {
	Code, Name, Parent string
	Branch             bool
}

type user struct {
	Name, Username, Role, Department, Manager, Lang string
}

// handMade is one record of records.yaml.
type handMade struct {
	Type, Key, Owner string
	Made             []yaml.MapSlice
	Values           yaml.MapSlice
	Changes          []*change
}

// change is what somebody did to a record after it was made: until then these
// fields had other values.
type change struct {
	On     string        // of a hand-made record: the moment
	Days   any           // of a step's: how long after the record was made
	By     string        // a user, or manager: the owner's; the owner else
	Chance *int          // percent of the records
	When   yaml.MapSlice // of its fields: only such records
	Was    yaml.MapSlice
}

// step makes records of one type: at the top, or for each parent.
type step struct {
	Type     string
	Count    any // a number or {min, max}
	Owner    owner
	Made     []yaml.MapSlice // when it is put on record, as for a date: the first whose when holds
	Values   yaml.MapSlice
	Changes  []*change
	Variants []*variant
	Make     []*step
	When     map[string]any // of the parent
	Chance   *int           // percent of the parents
}

// owner says who owns what a step makes.
type owner struct{ Role, User string }

// variant is one of several ways to fill a record.
type variant struct {
	Weight int
	Values yaml.MapSlice
	Make   []*step
}

// fraction is how much is left of a pack's steps that would replace the
// others' and may not: enough to look at its pages.
const fraction = 10

// readPlan reads the demo folders of packs, in their order. A pack that says
// replace: true takes the place of those before; without leave to, it comes
// along with a tenth.
func readPlan(packs []meta.Source, replace bool) (*plan, error) {
	p := &plan{words: map[string][]string{}, seed: 1}
	for _, pack := range packs {
		var words map[string][]string
		var records []*handMade
		var file struct {
			Replace     bool
			Seed        uint64
			Departments []department
			Users       []user
			Make        []*step
		}
		for name, into := range map[string]any{"words": &words, "records": &records, "make": &file} {
			if err := read(pack, "demo/"+name+".yaml", into); err != nil {
				return nil, err
			}
		}
		for name, list := range words {
			p.words[name] = list
		}
		if file.Replace && replace {
			p.departments, p.users, p.records, p.steps = nil, nil, nil, nil
		} else if file.Replace && len(p.steps) > 0 {
			for _, s := range file.Make {
				s.Count = max(number(s.Count)/fraction, 1)
			}
		}
		if file.Seed != 0 {
			p.seed = file.Seed
		}
		p.addPeople(file.Departments, file.Users)
		p.records = append(p.records, records...)
		p.steps = append(p.steps, file.Make...)
	}
	return p, nil
}

// shrink leaves a share, in percent, of what the steps make, and at least one
// of each; the records made by hand all stay.
func (p *plan) shrink(share int) {
	if share <= 0 || share >= 100 {
		return
	}
	for _, s := range p.steps {
		if n := number(s.Count); n > 0 {
			s.Count = max(n*share/100, 1)
		}
	}
}

// addPeople adds departments and users that are not there yet.
func (p *plan) addPeople(departments []department, users []user) {
	codes, names := map[string]bool{}, map[string]bool{}
	for _, d := range p.departments {
		codes[d.Code] = true
	}
	for _, u := range p.users {
		names[u.Username] = true
	}
	for _, d := range departments {
		if !codes[d.Code] {
			p.departments = append(p.departments, d)
		}
	}
	for _, u := range users {
		if !names[u.Username] {
			p.users = append(p.users, u)
		}
	}
}

func read(pack meta.Source, name string, into any) error {
	raw, err := fs.ReadFile(pack.FS, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = yaml.UnmarshalWithOptions(raw, into, yaml.UseOrderedMap())
	}
	if err != nil {
		return fmt.Errorf("%s/%s: %w", pack.Name, name, err)
	}
	return nil
}

// get is a key's value in an ordered map; nil when it is absent.
func get(m yaml.MapSlice, key string) any {
	for _, item := range m {
		if item.Key == key {
			return item.Value
		}
	}
	return nil
}
