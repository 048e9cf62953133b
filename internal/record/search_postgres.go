package record

import (
	"context"
	"strconv"
	"sync"
	"time"

	"kedang/internal/db"
	"kedang/internal/han"
)

// tierMatch is what a tier asks the index.
type tierMatch struct {
	tier  han.Tier
	match string // a tsquery
}

// matchBound is how many rows are taken from the GIN index before the ids are
// walked: where both cost the same. The index gives all that match in no order,
// right for rare words; going back through the ids gives the newest first,
// right for words that many rows have, but unpacks the words of each row it
// passes, five times as dear as fetching one. The planner does not count the
// unpacking and guesses at words that its statistics do not know: left to
// itself it walks through the whole table for a word that stands nowhere.
const matchBound = `WITH n AS MATERIALIZED (SELECT CAST(200 + sqrt(200 * greatest(reltuples, 0)) AS bigint) AS most FROM pg_class WHERE oid = CAST('search' AS regclass))`

// commonWords remembers which matches more rows have than matchBound, so that
// the next page, and who types the same, need not find it out again.
type commonWords struct {
	mu    sync.Mutex           // guards until
	until map[string]time.Time // when to find it out again
}

const (
	commonFor  = 5 * time.Minute
	mostCommon = 1000
)

func (c *commonWords) has(match string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	until, ok := c.until[match]
	return ok && time.Now().Before(until)
}

func (c *commonWords) add(match string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if now.Before(c.until[match]) {
		return
	}
	if c.until == nil || len(c.until) >= mostCommon {
		c.until = map[string]time.Time{}
	}
	c.until[match] = now.Add(commonFor)
}

// newestOf finds, for each tier, the newest rows of PostgreSQL's index that
// match and are older than an id. moved tells whether rights tokens may be old.
func (s *Store) newestOf(ctx context.Context, tx db.Tx, asked []tierMatch, before int64, want int) (found [han.Body + 1][]candidate, moved bool, err error) {
	text, rest := matchBound, " SELECT 0, job, 0 FROM sys_moving"
	var args, last []any
	var many [han.Body + 1]bool
	for _, a := range asked {
		if many[a.tier] = s.common.has(a.match); many[a.tier] {
			continue
		}
		n := strconv.Itoa(int(a.tier))
		text += ", m" + n + " AS MATERIALIZED (SELECT id, type FROM search WHERE toks @@ CAST(? AS tsquery) AND id < ? LIMIT (SELECT most + 1 FROM n))"
		args = append(args, a.match, before)
		rest += " UNION ALL (SELECT " + n + ", id, type FROM m" + n + " ORDER BY id DESC LIMIT ?)" +
			" UNION ALL SELECT -" + n + ", 0, 0 FROM m" + n + " HAVING count(*) > (SELECT most FROM n)"
		last = append(last, int64(want))
	}
	if err = db.ReadBy(ctx, tx, db.ByBitmap); err == nil {
		err = eachOf(ctx, tx, text+rest, append(args, last...), func(tier int64, c candidate) {
			switch {
			case tier == 0:
				moved = true
			case tier < 0:
				many[-tier] = true
			default:
				found[tier] = append(found[tier], c)
			}
		})
	}
	for _, a := range asked {
		if err == nil && many[a.tier] {
			s.common.add(a.match)
			found[a.tier] = found[a.tier][:0]
			if err = db.ReadBy(ctx, tx, db.InOrder); err == nil {
				err = eachOf(ctx, tx, "SELECT 1, id, type FROM search WHERE toks @@ CAST(? AS tsquery) AND id < ? ORDER BY id DESC LIMIT ?",
					[]any{a.match, before, int64(want)}, func(_ int64, c candidate) { found[a.tier] = append(found[a.tier], c) })
			}
		}
	}
	if err == nil {
		err = db.ReadBy(ctx, tx, db.AnyWay)
	}
	return found, moved, err
}

// eachOf asks for labelled candidates.
func eachOf(ctx context.Context, tx db.Tx, text string, args []any, take func(label int64, c candidate)) error {
	rows, err := tx.Query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var label int64
		var c candidate
		if err := rows.Scan(&label, &c.id, &c.typ); err != nil {
			return err
		}
		take(label, c)
	}
	return rows.Err()
}
