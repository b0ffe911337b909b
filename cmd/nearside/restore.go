package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/internal/archive"
)

// restoreCommand makes a data directory of a backup.
type restoreCommand struct {
	File    string `arg:"" help:"What nearside backup wrote."`
	DataDir string `default:"${data_dir}" help:"Data directory to make; it must be missing or empty (${default})." placeholder:"DIR"`
	Check   bool   `help:"Only check that the backup is whole and that the log of decisions in it was not changed."`

	storeFlags `embed:""`
}

func (c *restoreCommand) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return c.restore(ctx, os.Stdout)
}

// restore puts everything beside the data directory first, and then in its place.
func (c *restoreCommand) restore(ctx context.Context, out io.Writer) error {
	in, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	parent := filepath.Dir(filepath.Clean(c.DataDir))
	if c.Check {
		parent = "" // the system's
	} else if err := vacant(c.DataDir); err != nil {
		return err
	}
	staging, err := os.MkdirTemp(parent, ".nearside-restore-*")
	if err != nil {
		return fmt.Errorf("--data-dir: %w", err)
	}
	defer func() { _ = os.RemoveAll(staging) }()
	m, err := archive.Extract(in, staging)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	report, err := c.records(ctx, filepath.Join(staging, ledgerFile))
	if err != nil {
		return fmt.Errorf("the records of cars: %w", err)
	}
	what := "is whole"
	if !c.Check {
		what = "is restored to " + c.DataDir
		if err := errors.Join(os.Remove(filepath.Join(staging, ledgerFile)), os.Chmod(staging, 0o700), replaceEmpty(staging, c.DataDir)); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "The backup of %s %s: %s, %d entries in the log of decisions.\nHead of the log: %s\n",
		m.Time.Format(time.RFC3339), what, countOf(len(m.Files), "file"), report.Entries, report.Head)
	return errors.Join(err, report.Err())
}

// records restores the ledger, or only checks it.
func (c *restoreCommand) records(ctx context.Context, file string) (*ledger.Report, error) {
	if c.Check {
		return ledger.ReadBackup(file, nil)
	}
	s, _, done, err := c.openLedger(ctx, filepath.Dir(file), slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer done()
	return ledger.Restore(ctx, s, file)
}

// vacant refuses a directory that holds something.
func vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return os.MkdirAll(filepath.Dir(filepath.Clean(dir)), 0o755)
	case err != nil:
		return fmt.Errorf("--data-dir: %w", err)
	case len(entries) > 0:
		return fmt.Errorf("--data-dir %s holds %d files and folders, such as %s: name one that is missing or empty, and nothing will be lost", dir, len(entries), entries[0].Name())
	}
	return nil
}

// replaceEmpty puts a directory in the place of one that is missing or empty.
func replaceEmpty(from, to string) error {
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(from, to)
}
