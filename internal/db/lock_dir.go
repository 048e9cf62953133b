package db

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"kedang/internal/errs"
)

// lockDirectory makes this process the owner of a data directory and writes
// its number there for others to read. The lock ends with the process, however
// it ends.
func lockDirectory(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "kedang.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, notWritable(err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, notWritable(err)
		}
		pid := make([]byte, 20)
		n, _ := f.ReadAt(pid, 0)
		return nil, errs.New(errs.Unavailable, "directory_in_use", errs.Params{"dir": dir, "pid": strings.TrimSpace(string(pid[:n]))})
	}
	if err := f.Truncate(0); err != nil {
		f.Close()
		return nil, notWritable(err)
	}
	if _, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0); err != nil {
		f.Close()
		return nil, notWritable(err)
	}
	return f, nil
}

// notWritable is the answer to a data directory that does not let itself be used.
func notWritable(err error) error {
	return &errs.Error{Kind: errs.Unavailable, Code: "database_not_writable", Err: err}
}
