package transfer

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"kedang/internal/errs"
)

// Target is where a backup is restored to.
type Target struct {
	Dir    string // the data directory
	URL    string // PostgreSQL: postgres://…; "" restores a SQLite database into Dir
	Schema string // PostgreSQL: "kedang" when empty
	Force  bool   // replace what is there; it is kept beside, under a name with the time
	Now    time.Time
}

// free refuses a target that holds something, or that a server works in.
func (t Target) free() error {
	list, err := os.ReadDir(t.Dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(t.Dir, "kedang.lock"), os.O_RDWR, 0)
	if err == nil {
		defer lock.Close()
		if unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
			return errs.New(errs.Unavailable, "directory_in_use", errs.Params{"dir": t.Dir})
		}
	}
	for _, e := range list {
		if e.Name() != "kedang.lock" && e.Name() != "lost+found" && !t.Force {
			return errs.New(errs.Conflict, "directory_not_empty", errs.Params{"dir": t.Dir})
		}
	}
	return nil
}

// stage makes the folder beside the target in which everything is prepared;
// in the target where there is no room beside it (a mounted volume).
func (t Target) stage() (string, error) {
	beside, err := os.MkdirTemp(filepath.Dir(filepath.Clean(t.Dir)), ".kedang-restore-*")
	if err == nil {
		if same, err := sameVolume(beside, t.Dir); err == nil && same {
			return beside, nil
		}
		os.RemoveAll(beside)
	}
	if err := os.MkdirAll(t.Dir, 0o700); err != nil {
		return "", err
	}
	return os.MkdirTemp(t.Dir, ".kedang-restore-*")
}

// sameVolume tells whether one may be renamed to the other.
func sameVolume(stage, dir string) (bool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, err
	}
	var a, b unix.Stat_t
	if err := errors.Join(unix.Stat(stage, &a), unix.Stat(dir, &b)); err != nil {
		return false, err
	}
	return a.Dev == b.Dev, nil
}

// place puts the stage in the target's place: the two folders change names in
// one step, and what was there is kept beside. In a mounted volume the parts
// are moved one by one, the database last.
func (t Target) place(stage string) error {
	before := filepath.Clean(t.Dir) + ".before-" + t.Now.UTC().Format("20060102-150405")
	if filepath.Dir(stage) == filepath.Clean(t.Dir) {
		return t.moveIn(stage)
	}
	if err := exchange(stage, t.Dir); err != nil {
		return err
	}
	old, err := os.ReadDir(stage)
	if err != nil {
		return err
	}
	if len(old) == 0 || (len(old) == 1 && old[0].Name() == "kedang.lock") {
		return nil // the caller removes it
	}
	return os.Rename(stage, before)
}

// moveIn moves the parts from a stage inside the target; what was there goes
// into a folder with the time in its name.
func (t Target) moveIn(stage string) error {
	aside := filepath.Join(t.Dir, "before-"+t.Now.UTC().Format("20060102-150405"))
	for _, name := range []string{filesName, keyName, sqliteName + "-wal", sqliteName + "-shm", sqliteName} {
		if err := moveAside(filepath.Join(t.Dir, name), aside); err != nil {
			return err
		}
	}
	for _, name := range []string{filesName, keyName, sqliteName} {
		err := os.Rename(filepath.Join(stage, name), filepath.Join(t.Dir, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func moveAside(path, aside string) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := os.MkdirAll(aside, 0o700); err != nil {
		return err
	}
	return os.Rename(path, filepath.Join(aside, filepath.Base(path)))
}
