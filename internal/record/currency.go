package record

import (
	"context"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// syncCurrencies follows a money field from one currency to many and back. All
// amounts had the company's; they get it written beside them. A field that has
// amounts in others cannot go back: they would be taken for the company's.
func (s *Store) syncCurrencies(ctx context.Context, tx db.Tx, schema *meta.Schema) error {
	own := "CNY"
	if s.Currency != nil {
		var err error
		if own, err = s.Currency(ctx); err != nil {
			return err
		}
	}
	for _, t := range schema.Types {
		if t.Builtin {
			continue
		}
		var have map[string]bool
		for _, f := range t.Fields {
			if f.KindName != "money" {
				continue
			}
			if have == nil {
				var err error
				if have, err = columnsOf(ctx, tx, t.Table); err != nil {
					return err
				}
			}
			if !have[f.Column+meta.CurrencySuffix] {
				continue
			}
			if err := syncCurrency(ctx, tx, t, f, own); err != nil {
				return err
			}
		}
	}
	return nil
}

func syncCurrency(ctx context.Context, tx db.Tx, t *meta.Type, f *meta.Field, own string) error {
	amount, currency := quote(f.Column), quote(f.Column+meta.CurrencySuffix)
	if f.ManyCurrencies() {
		_, err := tx.Exec(ctx, "UPDATE "+quote(t.Table)+" SET "+currency+" = ? WHERE "+amount+" IS NOT NULL AND "+currency+" IS NULL", own)
		return err
	}
	others, err := int64s(tx.Query(ctx, "SELECT id FROM "+quote(t.Table)+" WHERE "+amount+" IS NOT NULL AND "+currency+" <> ? LIMIT 1", own))
	if err != nil {
		return err
	}
	if len(others) > 0 {
		return errs.New(errs.Conflict, "currencies_remain", errs.Params{"type": t.Name, "field": f.Name})
	}
	// Amounts written from now on stand in the same column without one.
	_, err = tx.Exec(ctx, "UPDATE "+quote(t.Table)+" SET "+currency+" = NULL WHERE "+currency+" IS NOT NULL")
	return err
}
