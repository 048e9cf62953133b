package access

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// Attempts bounds guessing. After so many wrong passwords within Window, each
// further one makes its user name (or address) wait: First, then twice as
// long each time, at most Longest.
type Attempts struct {
	PerUser    int
	PerAddress int // higher: an office shares one address
	Window     time.Duration
	First      time.Duration
	Longest    time.Duration
}

// DefaultAttempts bears five wrong passwords for a user name, 30 from an
// address.
var DefaultAttempts = Attempts{PerUser: 5, PerAddress: 30, Window: 15 * time.Minute, First: 30 * time.Second, Longest: 15 * time.Minute}

// limits names what an attempt is counted on and how many are borne, in the
// order in which rows are locked.
func (s *Service) limits(username, address string) []limit {
	out := []limit{{"user " + username, s.opts.Attempts.PerUser}}
	if address != "" {
		out = append(out, limit{"address " + network(address), s.opts.Attempts.PerAddress})
	}
	return out
}

type limit struct {
	who   string
	borne int
}

// network is an address as attempts are counted on it: a single IPv4 address,
// the /64 of an IPv6 one, which is the least a household is given.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return shortened(address)
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	p, err := ip.Prefix(64)
	if err != nil {
		return ip.String()
	}
	return p.String()
}

// countAttempt counts an attempt as wrong before it is judged, so that a
// hundred at once are not judged against the same count; [forgiveAttempt]
// takes it back. Errors: TooMany too_many_attempts with "wait" in seconds; the
// attempt is then not counted and must not be judged.
func (s *Service) countAttempt(ctx context.Context, limits []limit) (err error) {
	defer errs.Wrap(&err, "Service.countAttempt")
	return s.opts.DB.Write(ctx, func(tx db.Tx) error {
		for _, l := range limits {
			if err := s.countOne(ctx, tx, l); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) countOne(ctx context.Context, tx db.Tx, l limit) error {
	now := s.now()
	forgotten := ms(now.Add(-s.opts.Attempts.Window))
	n, err := tx.Exec(ctx, `INSERT INTO sys_attempt (who, wrong, last_at, until) VALUES (?, 1, ?, 0)
		ON CONFLICT (who) DO UPDATE SET
			wrong = CASE WHEN sys_attempt.last_at < ? AND sys_attempt.until < ? THEN 1 ELSE sys_attempt.wrong + 1 END,
			last_at = excluded.last_at
		WHERE sys_attempt.until <= ?`, l.who, ms(now), forgotten, forgotten, ms(now))
	if err != nil {
		return err
	}
	var wrong, until int64
	if err := tx.QueryRow(ctx, `SELECT wrong, until FROM sys_attempt WHERE who = ?`, []any{l.who}, &wrong, &until); err != nil {
		return err
	}
	if n == 0 {
		wait := time.Duration(until-ms(now)) * time.Millisecond
		return errs.New(errs.TooMany, "too_many_attempts", errs.Params{"wait": int64((wait + time.Second - 1) / time.Second)})
	}
	_, err = tx.Exec(ctx, `UPDATE sys_attempt SET until = ? WHERE who = ?`, s.waitUntil(now, int(wrong)-l.borne), l.who)
	return err
}

// waitUntil is when the next attempt may come: 0 (at once) while fewer than
// borne were wrong.
func (s *Service) waitUntil(now time.Time, over int) int64 {
	if over < 0 {
		return 0
	}
	wait := s.opts.Attempts.Longest
	if over < 20 {
		wait = min(wait, s.opts.Attempts.First<<over)
	}
	return ms(now.Add(wait))
}

// forgiveAttempt takes back the attempt just counted, which was right: the
// user name begins anew, the address is only spared this one, so that nobody
// wins tries by signing in as himself in between.
func (s *Service) forgiveAttempt(ctx context.Context, tx db.Tx, limits []limit) error {
	for _, l := range limits {
		query := `UPDATE sys_attempt SET wrong = wrong - 1, until = 0 WHERE who = ? AND wrong > 0`
		if strings.HasPrefix(l.who, "user ") {
			query = `DELETE FROM sys_attempt WHERE who = ?`
		}
		if _, err := tx.Exec(ctx, query, l.who); err != nil {
			return err
		}
	}
	return nil
}
