package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"kedang/internal/errs"
	"kedang/internal/vault"
)

// socketName is the socket in the data directory on which a running server
// takes commands of whoever may read the directory's files anyway.
const socketName = "kedang.sock"

// argsHeader carries a command's arguments as JSON; the body is its input.
const argsHeader = "X-Kedang-Args"

// frame is one line of an answer: any number with progress or data, then one
// with the result or the error. An answer without that last line was cut off.
type frame struct {
	Progress json.RawMessage `json:"progress,omitempty"`
	Data     []byte          `json:"data,omitempty"`
	Result   json.RawMessage `json:"result,omitempty"`
	Error    *frameError     `json:"error,omitempty"`
}

// frameError is an errs.Error on its way between two processes.
type frameError struct {
	Kind     errs.Kind      `json:"kind"`
	Code     string         `json:"code"`
	Params   errs.Params    `json:"params,omitempty"`
	Problems []errs.Problem `json:"problems,omitempty"`
	Story    string         `json:"story,omitempty"`
}

func toFrame(err error) *frameError {
	e := errs.As(err)
	return &frameError{Kind: e.Kind, Code: e.Code, Params: e.Params, Problems: e.Problems, Story: err.Error()}
}

func (f *frameError) err() error {
	return &errs.Error{Kind: f.Kind, Code: f.Code, Params: f.Params, Problems: f.Problems, Err: errors.New(f.Story)}
}

// answer writes the frames of one answer. It is not for several goroutines.
type answer struct {
	enc   *json.Encoder
	flush func() error
}

// Write sends bytes as data frames.
func (a *answer) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(len(rest), 64<<10)
		if err := a.enc.Encode(frame{Data: rest[:n]}); err != nil {
			return len(p) - len(rest), err
		}
		rest = rest[n:]
	}
	return len(p), nil
}

func (a *answer) progress(v any) {
	raw, err := json.Marshal(v)
	if err == nil && a.enc.Encode(frame{Progress: raw}) == nil {
		_ = a.flush() // the command has gone; its context says so
	}
}

// localCall is one operation of the socket.
type localCall func(ctx context.Context, args json.RawMessage, in io.Reader, out *answer) (any, error)

// localHandler serves the operations of op under /local/….
func localHandler(op *direct) http.Handler {
	mux := http.NewServeMux()
	for name, call := range localCalls(op) {
		mux.HandleFunc("POST /local/"+name, func(w http.ResponseWriter, r *http.Request) {
			control := http.NewResponseController(w)
			_ = control.EnableFullDuplex() // progress goes out while the sheet comes in
			out := &answer{enc: json.NewEncoder(w), flush: control.Flush}
			result, err := call(r.Context(), json.RawMessage(r.Header.Get(argsHeader)), r.Body, out)
			var last frame
			if err == nil {
				last.Result, err = json.Marshal(result)
			}
			if err != nil {
				last = frame{Error: toFrame(err)}
			}
			_ = out.enc.Encode(last) // nobody is left to tell when this fails
		})
	}
	return mux
}

func localCalls(op *direct) map[string]localCall {
	return map[string]localCall{
		"user-add": func(ctx context.Context, args json.RawMessage, _ io.Reader, _ *answer) (any, error) {
			var n newUser
			if err := json.Unmarshal(args, &n); err != nil {
				return nil, err
			}
			return op.AddUser(ctx, n)
		},
		"user-list": func(ctx context.Context, _ json.RawMessage, _ io.Reader, _ *answer) (any, error) {
			return op.Users(ctx)
		},
		"user-password": func(ctx context.Context, args json.RawMessage, _ io.Reader, _ *answer) (any, error) {
			var n newUser
			if err := json.Unmarshal(args, &n); err != nil {
				return nil, err
			}
			return nil, op.SetPassword(ctx, n.Username, n.Password)
		},
		"user-active": func(ctx context.Context, args json.RawMessage, _ io.Reader, _ *answer) (any, error) {
			var u userLine
			if err := json.Unmarshal(args, &u); err != nil {
				return nil, err
			}
			return nil, op.SetActive(ctx, u.Username, u.Active)
		},
		"user-token": func(ctx context.Context, args json.RawMessage, _ io.Reader, _ *answer) (any, error) {
			var u userLine
			if err := json.Unmarshal(args, &u); err != nil {
				return nil, err
			}
			return op.Token(ctx, u.Username)
		},
		"import": func(ctx context.Context, args json.RawMessage, in io.Reader, out *answer) (any, error) {
			var q importRequest
			if err := json.Unmarshal(args, &q); err != nil {
				return nil, err
			}
			return op.Import(ctx, q, in, out, func(s importState) { out.progress(s) })
		},
		"export": func(ctx context.Context, args json.RawMessage, _ io.Reader, out *answer) (any, error) {
			var q exportRequest
			if err := json.Unmarshal(args, &q); err != nil {
				return nil, err
			}
			return nil, op.Export(ctx, q, out)
		},
		"backup": func(ctx context.Context, args json.RawMessage, _ io.Reader, out *answer) (any, error) {
			var lock vault.Lock
			if err := json.Unmarshal(args, &lock); err != nil {
				return nil, err
			}
			return op.Backup(ctx, lock, out, nil)
		},
		"check": func(ctx context.Context, _ json.RawMessage, _ io.Reader, out *answer) (any, error) {
			return op.Check(ctx, func(done int64) { out.progress(done) })
		},
	}
}

// listenLocal opens the socket of a data directory. A socket file that a
// killed server left is in nobody's hands: the directory's lock is ours.
func listenLocal(dir string) (net.Listener, error) {
	path := filepath.Join(dir, socketName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	short, done, err := shortPath(path)
	if err != nil {
		return nil, err
	}
	defer done()
	l, err := net.Listen("unix", short)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, err
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // by its short name it would not be found
	return &localListener{l, path}, nil
}

// localListener removes its socket when it closes.
type localListener struct {
	net.Listener
	path string
}

// Close closes the socket and removes it.
func (l *localListener) Close() error {
	os.Remove(l.path)
	return l.Listener.Close()
}

// shortPath gives a path that fits into a socket's address (about 100 bytes):
// a deep directory is reached through a link in the temporary directory.
func shortPath(path string) (string, func(), error) {
	if len(path) < 100 {
		return path, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "kd")
	if err != nil {
		return "", nil, err
	}
	abs, err := filepath.Abs(filepath.Dir(path))
	if err == nil {
		err = os.Symlink(abs, filepath.Join(dir, "d"))
	}
	if err != nil {
		os.RemoveAll(dir)
		return "", nil, err
	}
	return filepath.Join(dir, "d", filepath.Base(path)), func() { os.RemoveAll(dir) }, nil
}
