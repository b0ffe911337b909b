package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/jetstream"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/internal/archive"
	"github.com/nearside-ems/nearside/internal/artefact"
	"github.com/nearside-ems/nearside/internal/dirlock"
)

// ledgerFile is the ledger in a backup (docs/format/ledger-backup.md).
const ledgerFile = "ledger.backup"

// backupCommand writes everything that a server keeps to one file.
type backupCommand struct {
	Out     string `required:"" help:"File to write; readable by its owner only. It is there whole or not at all." placeholder:"FILE"`
	DataDir string `default:"${data_dir}" help:"Data directory of the server (${default})." placeholder:"DIR"`

	storeFlags  `embed:""`
	clientFlags `embed:""`
}

func (c *backupCommand) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return c.backup(ctx, os.Stdout)
}

// tries is how often a backup begins anew because a server replaced files meanwhile.
const tries = 5

func (c *backupCommand) backup(ctx context.Context, out io.Writer) error {
	if _, err := os.Stat(c.DataDir); err != nil {
		return fmt.Errorf("--data-dir: %w", err)
	}
	from, where, closeLedger, err := c.source(ctx)
	if err != nil {
		return err
	}
	defer closeLedger()
	dir, err := os.MkdirTemp(filepath.Dir(c.Out), ".nearside-backup-*")
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	records := filepath.Join(dir, ledgerFile)
	report, err := ledger.Backup(ctx, from, records)
	if err != nil {
		return fmt.Errorf("the records of cars, %s: %w", where, err)
	}
	m, err := c.write(records, report)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s in %s. Records of cars: %d entries, %s.\nHead of the log of decisions, to be noted elsewhere: %s\n",
		countOf(len(m.Files), "file"), c.Out, report.Entries, where, report.Head)
	return errors.Join(err, report.Err())
}

// write writes the file, again where others were replaced while they were read.
func (c *backupCommand) write(records string, report *ledger.Report) (m *archive.Manifest, err error) {
	for try := 1; ; try++ {
		err = artefact.ReplacePrivate(c.Out, func(out io.Writer) error {
			m, err = c.archive(out, records, report)
			return err
		})
		if !errors.Is(err, errMoving) || try == tries {
			return m, err
		}
		time.Sleep(time.Second)
	}
}

func (c *backupCommand) archive(out io.Writer, records string, report *ledger.Report) (*archive.Manifest, error) {
	w, err := archive.NewWriter(out)
	if err != nil {
		return nil, err
	}
	if err = addFiles(w, c.DataDir); err == nil {
		err = addRecords(w, records)
	}
	if err != nil {
		w.Abort()
		return nil, err
	}
	return w.Close(archive.Manifest{Time: time.Now(), Version: version, About: map[string]string{"ledger_head": report.Head.String()}})
}

func addRecords(w *archive.Writer, path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	about, err := in.Stat()
	if err != nil {
		return err
	}
	return w.Add(ledgerFile, about.Size(), in)
}

// source is where the records of cars are read: in the data directory where no server has it, from the
// server that has it, or on NATS servers.
func (c *backupCommand) source(ctx context.Context) (s ledger.Store, where string, done func(), err error) {
	if len(c.NATS) > 0 {
		s, _, done, err = c.openLedger(ctx, c.DataDir, slog.New(slog.DiscardHandler))
		return s, c.keptWhere(), done, err
	}
	release, err := dirlock.Hold(c.DataDir)
	if errors.Is(err, dirlock.ErrInUse) {
		conn, err := c.connect()
		if err != nil {
			return nil, "", nil, err
		}
		return runningLedger{client: pb.NewFleetServiceClient(conn)}, "asked of the server at " + c.Server + ", which has the data directory", func() { _ = conn.Close() }, nil
	}
	if err != nil {
		return nil, "", nil, fmt.Errorf("--data-dir: %w", err)
	}
	kept, err := jetstream.Open(ctx, c.ledger(c.DataDir, nil))
	if err != nil {
		return nil, "", nil, errors.Join(err, release())
	}
	return kept, "in the data directory", func() { _ = kept.Close(); _ = release() }, nil
}

// runningLedger is the ledger of a running server, of which only the log can be read.
type runningLedger struct {
	ledger.Store
	client pb.FleetServiceClient
}

// Log implements ledger.Store.
func (e runningLedger) Log(ctx context.Context, from ledger.Revision) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		stream, err := e.client.ExportDecisions(ctx, &pb.ExportDecisionsRequest{FromRevision: int64(from)})
		for err == nil {
			var d *pb.Decision
			if d, err = stream.Recv(); err == nil && !yield(ledger.Entry{Revision: ledger.Revision(d.GetRevision()), Key: d.GetKey(), Data: d.GetEntry()}, nil) {
				return
			}
		}
		if !errors.Is(err, io.EOF) {
			yield(ledger.Entry{}, err)
		}
	}
}
