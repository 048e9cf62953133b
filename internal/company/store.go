package company

import (
	"context"
	"maps"
	"slices"
	"strings"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// Settings are what is decided about a company.
type Settings struct {
	Packs  []string
	Region string // phones without a country code: CN, HK, TW, MO
	Demo   string // "" for a real company; begun, done

	Name     string // as papers and the log-in page show it; "" until somebody says
	Zone     string // IANA name
	Lang     string // of people who chose none; "" is zh-Hans
	Currency string // ISO 4217; "" goes by the region
}

// tables create the table; never edit one that was released, append.
var tables = []string{
	`CREATE TABLE sys_company (name {text} PRIMARY KEY, value {text} NOT NULL) {strict}`,
}

// Read reads what is known of a company, making its table when there is none;
// a new one has no packs.
func Read(ctx context.Context, d *db.DB) (s Settings, err error) {
	defer errs.Wrap(&err, "company.Read")
	if err := d.Migrate(ctx, "company", tables...); err != nil {
		return s, err
	}
	err = d.Read(ctx, func(tx db.Tx) error {
		s, err = read(ctx, tx)
		return err
	})
	return s, err
}

func read(ctx context.Context, tx db.Tx) (s Settings, err error) {
	rows, err := tx.Query(ctx, "SELECT name, value FROM sys_company")
	if err != nil {
		return s, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return s, err
		}
		if name == "packs" {
			s.Packs = strings.Split(value, ",")
		} else if to := s.places()[name]; to != nil {
			*to = value
		}
	}
	return s, rows.Err()
}

// places are the single settings by the names they are stored under.
func (s *Settings) places() map[string]*string {
	return map[string]*string{"zone": &s.Zone, "region": &s.Region, "demo": &s.Demo, "name": &s.Name, "lang": &s.Lang, "currency": &s.Currency}
}

// Write stores all settings.
func Write(ctx context.Context, d *db.DB, s Settings) (err error) {
	defer errs.Wrap(&err, "company.Write")
	return d.Write(ctx, func(tx db.Tx) error {
		values := map[string]string{"packs": strings.Join(s.Packs, ",")}
		for name, at := range s.places() {
			values[name] = *at
		}
		return put(ctx, tx, values)
	})
}

func put(ctx context.Context, tx db.Tx, values map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		_, err := tx.Exec(ctx, `INSERT INTO sys_company (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
			name, values[name])
		if err != nil {
			return err
		}
	}
	return nil
}
