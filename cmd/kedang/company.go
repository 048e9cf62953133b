package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// company is what was decided when a company was made, kept in its database.
type company struct {
	Packs  []string
	Zone   string
	Region string
	Demo   string // "" for a real company; begun, done
}

// companySteps create its table; never edit one that was released, append.
var companySteps = []string{
	`CREATE TABLE sys_company (name {text} PRIMARY KEY, value {text} NOT NULL) {strict}`,
}

// readCompany reads what is known of the company; a new one has no packs.
func readCompany(ctx context.Context, d *db.DB) (c company, err error) {
	defer errs.Wrap(&err, "readCompany")
	if err := d.Migrate(ctx, "company", companySteps...); err != nil {
		return c, err
	}
	err = d.Read(ctx, func(tx db.Tx) error {
		rows, err := tx.Query(ctx, "SELECT name, value FROM sys_company")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name, value string
			if err := rows.Scan(&name, &value); err != nil {
				return err
			}
			switch name {
			case "packs":
				c.Packs = strings.Split(value, ",")
			case "zone":
				c.Zone = value
			case "region":
				c.Region = value
			case "demo":
				c.Demo = value
			}
		}
		return rows.Err()
	})
	return c, err
}

// writeCompany stores it.
func writeCompany(ctx context.Context, d *db.DB, c company) (err error) {
	defer errs.Wrap(&err, "writeCompany")
	values := map[string]string{"packs": strings.Join(c.Packs, ","), "zone": c.Zone, "region": c.Region, "demo": c.Demo}
	return d.Write(ctx, func(tx db.Tx) error {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			_, err := tx.Exec(ctx, `INSERT INTO sys_company (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
				name, values[name])
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// settle decides what a company runs with: what the flags say, else what it
// was made with, else the usual.
func (c company) settle(p *place, demo bool) company {
	usual := company{Packs: []string{"core", "general"}, Zone: "Asia/Shanghai", Region: "CN"}
	if demo {
		usual.Packs = append(usual.Packs, "hotel")
	}
	out := company{Packs: p.Packs, Zone: p.Zone, Region: strings.ToUpper(p.Region), Demo: c.Demo}
	for _, from := range []company{c, usual} {
		if len(out.Packs) == 0 {
			out.Packs = from.Packs
		}
		if out.Zone == "" {
			out.Zone = from.Zone
		}
		if out.Region == "" {
			out.Region = from.Region
		}
	}
	return out
}
