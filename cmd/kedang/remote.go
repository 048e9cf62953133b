package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"kedang/internal/record"
	"kedang/internal/transfer"
	"kedang/internal/vault"
)

// remote asks a running server over its socket.
type remote struct {
	client *http.Client
	done   func()
}

// dial finds the server of a data directory.
func dial(ctx context.Context, path string) (*remote, error) {
	short, done, err := shortPath(path)
	if err != nil {
		return nil, err
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", short)
	if err != nil {
		done()
		return nil, err
	}
	conn.Close()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return d.DialContext(ctx, "unix", short)
	}}
	return &remote{client: &http.Client{Transport: transport}, done: done}, nil
}

// call asks for one operation: args go along as JSON, in as its input, data
// that comes back goes to out, and the result into result.
func (r *remote) call(ctx context.Context, name string, args any, in io.Reader, out io.Writer, progress func(json.RawMessage), result any) error {
	raw, err := json.Marshal(args)
	if err != nil {
		return err
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://kedang/local/"+name, in)
	if err != nil {
		return err
	}
	q.Header.Set(argsHeader, asciiJSON(raw))
	res, err := r.client.Do(q)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	dec := json.NewDecoder(res.Body)
	for {
		var f frame
		if err := dec.Decode(&f); err != nil {
			return fmt.Errorf("the server broke off its answer: %w", errors.Join(err, ctx.Err()))
		}
		switch {
		case f.Error != nil:
			return f.Error.err()
		case f.Progress != nil:
			if progress != nil {
				progress(f.Progress)
			}
		case f.Data != nil:
			if _, err := out.Write(f.Data); err != nil {
				return err
			}
		default:
			if result == nil || f.Result == nil {
				return nil
			}
			return json.Unmarshal(f.Result, result)
		}
	}
}

// asciiJSON writes JSON without letters that a header may not hold.
func asciiJSON(raw []byte) string {
	out := make([]byte, 0, len(raw))
	for _, c := range string(raw) {
		switch {
		case c < 0x7f:
			out = append(out, byte(c))
		case c > 0xffff:
			c -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+c>>10, 0xdc00+c&0x3ff)
		default:
			out = fmt.Appendf(out, `\u%04x`, c)
		}
	}
	return string(out)
}

// AddUser adds a person.
func (r *remote) AddUser(ctx context.Context, n newUser) (added addedUser, err error) {
	err = r.call(ctx, "user-add", n, nil, nil, nil, &added)
	return added, err
}

// Users lists everybody.
func (r *remote) Users(ctx context.Context) (out []userLine, err error) {
	err = r.call(ctx, "user-list", nil, nil, nil, nil, &out)
	return out, err
}

// SetPassword gives a person a new password.
func (r *remote) SetPassword(ctx context.Context, username, password string) error {
	return r.call(ctx, "user-password", newUser{Username: username, Password: password}, nil, nil, nil, nil)
}

// SetActive lets a person in or keeps him out.
func (r *remote) SetActive(ctx context.Context, username string, active bool) error {
	return r.call(ctx, "user-active", userLine{Username: username, Active: active}, nil, nil, nil, nil)
}

// Token makes a token.
func (r *remote) Token(ctx context.Context, username string) (secret string, err error) {
	err = r.call(ctx, "user-token", userLine{Username: username}, nil, nil, nil, &secret)
	return secret, err
}

// Import sends the sheet and waits for the end of the import.
func (r *remote) Import(ctx context.Context, q importRequest, sheet io.Reader, refused io.Writer, progress func(importState)) (s importState, err error) {
	err = r.call(ctx, "import", q, sheet, refused, func(raw json.RawMessage) {
		var s importState
		if progress != nil && json.Unmarshal(raw, &s) == nil {
			progress(s)
		}
	}, &s)
	return s, err
}

// Export writes a list into w.
func (r *remote) Export(ctx context.Context, q exportRequest, w io.Writer) error {
	return r.call(ctx, "export", q, nil, w, nil, nil)
}

// Backup writes everything into w, sealed.
func (r *remote) Backup(ctx context.Context, lock vault.Lock, w io.Writer, _ func(int64)) (m transfer.Manifest, err error) {
	err = r.call(ctx, "backup", lock, nil, w, nil, &m)
	return m, err
}

// Check compares what is stored with what should be.
func (r *remote) Check(ctx context.Context, progress func(done int64)) (rep record.CheckReport, err error) {
	err = r.call(ctx, "check", nil, nil, nil, func(raw json.RawMessage) {
		var done int64
		if progress != nil && json.Unmarshal(raw, &done) == nil {
			progress(done)
		}
	}, &rep)
	return rep, err
}

// Close ends the connection.
func (r *remote) Close() error {
	r.client.CloseIdleConnections()
	r.done()
	return nil
}
