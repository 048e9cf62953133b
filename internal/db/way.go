package db

import "context"

// Way is how PostgreSQL may read tables.
type Way int

const (
	AnyWay   Way = iota // as its planner thinks best
	ByBitmap            // what the indexes say, as sets: never the rows one after the other
	InOrder             // along an index, in its order
)

// ways are the planner's switches: rows one after the other, along an index, by sets.
var ways = [...][3]string{AnyWay: {"on", "on", "on"}, ByBitmap: {"off", "off", "on"}, InOrder: {"off", "on", "off"}}

// ReadBy says how PostgreSQL may read in the statements of this transaction that
// follow: for questions whose best plan the planner cannot know, each with a
// text of its own, for plans are kept. Say AnyWay when they are done. SQLite
// has no such choice.
func ReadBy(ctx context.Context, tx Tx, way Way) error {
	if tx.Dialect() != Postgres {
		return nil
	}
	w := ways[way]
	return Put(ctx, tx, `SELECT set_config('enable_seqscan', ?, true), set_config('enable_indexscan', ?, true), set_config('enable_bitmapscan', ?, true)`,
		w[0], w[1], w[2])
}
