package transfer

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/meta"
)

// headOf is a mark of a sheet's header: equal for sheets with the same columns
// in the same order.
func headOf(p Plan) string {
	names := make([]string, len(p.Columns))
	for i, c := range p.Columns {
		names[i] = headerKey(c.Header)
	}
	sum := sha256.Sum256([]byte(strings.Join(names, "\x1f")))
	return hex.EncodeToString(sum[:16])
}

// recall makes an import's plan as that of the last sheet with the same header
// was, one's own before a colleague's: what a person said its columns mean, and
// how its rows went in. What nobody said is proposed anew: today we may know better. What was undone was perhaps wrong, and teaches nothing.
func (s *Service) recall(ctx context.Context, a *access.Actor, t *meta.Type, f *os.File, i *Import, h Hints) error {
	before, err := s.sameHead(ctx, a, t, i.Plan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	h = s.hints(ctx, a, h)
	m := newMapper(t, h)
	said := map[string]string{}
	for k, c := range before.Plan.Columns {
		now := i.Plan.Columns[k]
		if c.How != "given" && c.How != "recalled" || c.Field == now.Field || (c.Field != "" && m.field(c.Field) == nil) {
			continue
		}
		said["#"+strconv.Itoa(k+1)] = c.Field
	}
	if len(said) > 0 {
		h.Map = said
		plan, err := Inspect(f, t, h)
		if err != nil {
			return err
		}
		for k := range plan.Columns {
			if plan.Columns[k].How == "given" {
				plan.Columns[k].How = "recalled"
			}
		}
		i.Plan = plan
	}
	i.Mode, i.Key = before.Mode, before.Key
	i.Decisions = s.stillGood(ctx, a, m, i.Plan, before.Decisions)
	return nil
}

// sameHead is the last import of a type whose sheet had the same header and
// that was started and not undone.
func (s *Service) sameHead(ctx context.Context, a *access.Actor, t *meta.Type, p Plan) (before Import, err error) {
	var plan, decisions string
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT plan, mode, key, decisions FROM sys_import WHERE type = ? AND head = ? AND state IN ('done', 'checked')
			ORDER BY CASE WHEN actor = ? THEN 0 ELSE 1 END, id DESC LIMIT 1`, []any{t.Name, headOf(p), a.ID}, &plan, &before.Mode, &before.Key, &decisions)
	})
	if err == nil {
		err = json.Unmarshal([]byte(plan), &before.Plan)
	}
	if err == nil {
		err = decodeInto(decisions, &before.Decisions)
	}
	if err == nil && len(before.Plan.Columns) != len(p.Columns) {
		return before, sql.ErrNoRows
	}
	return before, err
}
