package access

import (
	"context"
	"sync"
	"time"

	"kedang/internal/db"
)

// seenMarks remember when sessions and tokens were used, until it is written
// down outside the requests.
type seenMarks struct {
	mu sync.Mutex // guards at
	at map[int64]seenMark
}

type seenMark struct {
	at    int64
	token bool
}

// seenStep is how exactly the last use is kept.
const seenStep = int64(time.Minute / time.Millisecond)

func (m *seenMarks) note(id, stored, now int64, token bool) {
	if now-stored < seenStep {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at == nil {
		m.at = map[int64]seenMark{}
	}
	if now-m.at[id].at >= seenStep {
		m.at[id] = seenMark{now, token}
	}
}

func (m *seenMarks) last(id, stored int64) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return max(stored, m.at[id].at)
}

// take gives what is to be written; it stays known until done is called.
func (m *seenMarks) take() map[int64]seenMark {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make(map[int64]seenMark, len(m.at))
	for id, x := range m.at {
		out[id] = x
	}
	return out
}

func (m *seenMarks) done(written map[int64]seenMark) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, x := range written {
		if m.at[id] == x {
			delete(m.at, id)
		}
	}
}

// writeSeen stores when sessions and tokens were last used.
func (s *Service) writeSeen(ctx context.Context) error {
	marks := s.seen.take()
	if len(marks) == 0 {
		return nil
	}
	err := s.opts.DB.Write(ctx, func(tx db.Tx) error {
		for id, m := range marks {
			query := `UPDATE sys_session SET seen_at = ? WHERE id = ? AND seen_at < ?`
			if m.token {
				query = `UPDATE sys_token SET seen_at = ? WHERE id = ? AND seen_at < ?`
			}
			if _, err := tx.Exec(ctx, query, m.at, id, m.at); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.seen.done(marks)
	}
	return err
}

// sweep deletes what has expired; it writes only when there is something.
func (s *Service) sweep(ctx context.Context) error {
	now := s.now()
	idle, old := ms(now.Add(-s.opts.SessionIdle)), ms(now.Add(-24*time.Hour))
	var n int64
	err := s.opts.DB.Read(ctx, func(tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM sys_session WHERE expires_at <= ? OR seen_at <= ?)
			+ (SELECT count(*) FROM sys_attempt WHERE last_at <= ? AND until <= ?)`, []any{ms(now), idle, old, old}, &n)
	})
	if err != nil || n == 0 {
		return err
	}
	return s.opts.DB.Write(ctx, func(tx db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM sys_session WHERE expires_at <= ? OR seen_at <= ?`, ms(now), idle); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM sys_attempt WHERE last_at <= ? AND until <= ?`, old, old)
		return err
	})
}
