package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kedang/internal/transfer"
	"kedang/internal/vault"
)

// sealing says what a backup is sealed with.
type sealing struct {
	PassphraseFile  string `name:"passphrase-file" env:"KEDANG_PASSPHRASE_FILE" type:"path" help:"File with the passphrase in its first line."`
	PassphraseStdin bool   `name:"passphrase-stdin" help:"Read the passphrase from standard input, one line."`
}

// passphrase is read from the file or standard input, else taken from
// KEDANG_PASSPHRASE; "" when there is none.
func (s *sealing) passphrase() (string, error) {
	switch {
	case s.PassphraseStdin:
		return readSecret(os.Stdin)
	case s.PassphraseFile != "":
		f, err := os.Open(s.PassphraseFile)
		if err != nil {
			return "", err
		}
		defer f.Close()
		return readSecret(f)
	}
	return os.Getenv("KEDANG_PASSPHRASE"), nil
}

// backupCommand writes everything into one sealed file, while the server runs
// or not.
type backupCommand struct {
	File      string   `arg:"" type:"path" help:"File to write."`
	Recipient []string `help:"Seal for an age recipient (age1…) instead of a passphrase."`
	sealing
}

// Run writes the backup beside its name and gives it the name when it is whole.
func (c *backupCommand) Run(ctx context.Context, p *place) (err error) {
	lock := vault.Lock{Recipients: c.Recipient}
	if len(c.Recipient) == 0 {
		if lock.Passphrase, err = c.passphrase(); err != nil {
			return err
		}
	}
	return inCompany(ctx, p, everything, func(op operator) error {
		f, err := os.CreateTemp(filepath.Dir(c.File), filepath.Base(c.File)+".*")
		if err != nil {
			return err
		}
		defer os.Remove(f.Name())
		line := newStatus(os.Stderr)
		m, err := op.Backup(ctx, lock, f, func(done int64) { line.show(fmt.Sprintf("%d MB written", done>>20)) })
		line.clear()
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
		if err := os.Rename(f.Name(), c.File); err != nil {
			return err
		}
		var rows int64
		for _, n := range m.Rows {
			rows += n
		}
		info, err := os.Stat(c.File)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d rows of %d tables, %.1f MB\n", c.File, rows, len(m.Rows), float64(info.Size())/(1<<20))
		return nil
	})
}

// restoreCommand reads a backup into an empty place.
type restoreCommand struct {
	File     string `arg:"" type:"existingfile" help:"Backup to read."`
	Identity string `type:"path" help:"File with an age identity, for a backup made for a recipient."`
	Force    bool   `help:"Replace what is there; it is kept beside, under a name with the time."`
	sealing
}

// Run restores.
func (c *restoreCommand) Run(ctx context.Context, p *place) error {
	key, err := c.unlock()
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	m, err := transfer.Restore(ctx, f, key, transfer.Target{Dir: p.Data, URL: p.Database, Schema: p.Schema, Force: c.Force, Now: time.Now()})
	if err != nil {
		return err
	}
	fmt.Printf("restored what was backed up on %s by version %s\n", m.CreatedAt.Local().Format("2006-01-02 15:04"), m.Version)
	if m.Key == "environment" {
		fmt.Println("the key is not in the backup: set KEDANG_KEY before you start the server")
	}
	return nil
}

func (c *restoreCommand) unlock() (key vault.Unlock, err error) {
	if c.Identity == "" {
		key.Passphrase, err = c.passphrase()
		return key, err
	}
	raw, err := os.ReadFile(c.Identity)
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "AGE-SECRET-KEY-") {
			key.Identities = append(key.Identities, line)
		}
	}
	return key, err
}
