package company

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kedang/internal/access"
	"kedang/internal/codes"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
)

// maxName is the longest name of a company, in characters.
const maxName = 100

// langs are the languages a company may choose.
var langs = []string{"zh-Hans", "zh-Hant", "en"}

// currencies by region, where none was chosen.
var currencies = map[string]string{"CN": "CNY", "HK": "HKD", "TW": "TWD", "MO": "MOP"}

// Options are what a Service stands on. DB and Ledger must be set.
type Options struct {
	DB     *db.DB
	Ledger *ledger.Ledger
	Clock  func() time.Time // time.Now unless told

	// ZoneFixed says that the command line names the zone, and would again at
	// the next start: it cannot be changed here.
	ZoneFixed bool

	// Changed is called after a change was stored; nil for nobody.
	Changed func(Settings)
}

// Service reads and changes a company's settings. The database is asked every
// time: several servers may share it, and it is one small table.
type Service struct{ opts Options }

// New makes a Service; the table must be there (see [Read]).
func New(o Options) *Service {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &Service{o}
}

// Settings reads them, with the usual language and currency where none was
// chosen.
func (s *Service) Settings(ctx context.Context) (c Settings, err error) {
	defer errs.Wrap(&err, "company.Settings")
	err = s.opts.DB.Read(ctx, func(tx db.Tx) error {
		c, err = read(ctx, tx)
		return err
	})
	return c.usual(), err
}

func (s Settings) usual() Settings {
	if s.Lang == "" {
		s.Lang = langs[0]
	}
	if s.Currency == "" {
		s.Currency = currencies[s.Region]
	}
	if s.Currency == "" {
		s.Currency = "CNY"
	}
	return s
}

// Changes are what an administrator asks for; nil leaves as it is.
type Changes struct {
	Name     *string `json:"name"`
	Zone     *string `json:"zone"`
	Lang     *string `json:"lang"`
	Currency *string `json:"currency"`
}

// Change stores changes, and puts what changed on record. A zone is in force
// from the next start. Errors: Forbidden not_administrator; Invalid per field;
// Conflict zone_fixed.
func (s *Service) Change(ctx context.Context, a *access.Actor, ch Changes) (after Settings, err error) {
	defer errs.Wrap(&err, "company.Change")
	if !a.Admin {
		return after, errs.New(errs.Forbidden, "not_administrator", nil)
	}
	if err := ch.check(); err != nil {
		return after, err
	}
	err = s.opts.DB.Write(ctx, func(tx db.Tx) error {
		before, err := read(ctx, tx)
		if err != nil {
			return err
		}
		after = before.usual()
		values, changed := map[string]string{}, map[string]fromTo{}
		for name, to := range map[string]*string{"name": ch.Name, "zone": ch.Zone, "lang": ch.Lang, "currency": ch.Currency} {
			at := after.places()[name]
			if to == nil || *at == *to {
				continue
			}
			values[name], changed[name] = *to, fromTo{*at, *to}
			*at = *to
		}
		if len(changed) == 0 {
			return nil
		}
		if _, zone := changed["zone"]; zone && s.opts.ZoneFixed {
			return errs.New(errs.Conflict, "zone_fixed", nil)
		}
		if err := put(ctx, tx, values); err != nil {
			return err
		}
		return s.note(ctx, tx, a, "company", changed)
	})
	if err == nil && s.opts.Changed != nil {
		s.opts.Changed(after)
	}
	return after, err
}

// fromTo is a setting before and after, as the log keeps it.
type fromTo struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// check tidies and refuses what no company can have.
func (c *Changes) check() error {
	var problems []errs.Problem
	refuse := func(path, code string, p errs.Params) {
		problems = append(problems, errs.Problem{Path: path, Code: code, Params: p})
	}
	if c.Name != nil {
		name := strings.TrimSpace(*c.Name)
		c.Name = &name
		switch n := utf8.RuneCountInString(name); {
		case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
			refuse("name", "bad_value", nil)
		case n > maxName:
			refuse("name", "too_long", errs.Params{"max": maxName, "length": n})
		}
	}
	if c.Zone != nil {
		if _, err := time.LoadLocation(*c.Zone); err != nil || *c.Zone == "" || *c.Zone == "Local" {
			refuse("zone", "bad_zone", errs.Params{"value": *c.Zone})
		}
	}
	if c.Lang != nil && !slices.Contains(langs, *c.Lang) {
		refuse("lang", "bad_choice", errs.Params{"value": *c.Lang, "known": strings.Join(langs, ", ")})
	}
	if c.Currency != nil && !codes.Currency(*c.Currency) {
		refuse("currency", "bad_currency", errs.Params{"value": *c.Currency})
	}
	return errs.Refuse(problems)
}

// note puts something about the company on record.
func (s *Service) note(ctx context.Context, tx db.Tx, a *access.Actor, action string, detail any) error {
	payload, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	return s.opts.Ledger.Append(ctx, tx, &ledger.Entry{At: s.opts.Clock().UnixMilli(), Kind: ledger.System, Actor: a.ID, ActorName: a.Name,
		Source: a.Source, Action: action, Payload: payload})
}
