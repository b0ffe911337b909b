package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"google.golang.org/grpc"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// decisionsCommand reads the log of decisions.
type decisionsCommand struct {
	Export decisionsExportCommand `cmd:"" help:"Write the log of decisions of a running service, as text."`
	Verify decisionsVerifyCommand `cmd:"" help:"Check that nothing in a log of decisions was changed, left out or put in."`
}

type decisionsExportCommand struct {
	client
	Out  string `help:"File to write (default: standard output)." placeholder:"FILE"`
	From int64  `help:"First revision." default:"1"`
	To   int64  `help:"Last revision (default: the last there is)."`
}

func (c *decisionsExportCommand) Run() (err error) {
	if c.From < 1 || c.To < 0 || c.To > 0 && c.To < c.From {
		return fmt.Errorf("--from %d --to %d: want 1 or more, the last not before the first", c.From, c.To)
	}
	if err := checkOut(c.Out); err != nil {
		return err
	}
	return c.follow(func(ctx context.Context, conn *grpc.ClientConn) error {
		return toFile(c.Out, func(w io.Writer) error {
			verifier, n := ledger.NewVerifier(), 0
			for e, err := range decisions(ctx, conn, c.From, c.To) {
				if err != nil {
					return err
				}
				if err := ledger.WriteLine(w, e); err != nil {
					return err
				}
				verifier.Add(e)
				n++
			}
			if c.From == 1 {
				fmt.Fprintf(os.Stderr, "%s; head %s\n", countOf(n, "decision"), verifier.Report().Head)
			} else {
				fmt.Fprintln(os.Stderr, countOf(n, "decision"))
			}
			return nil
		})
	})
}

// toFile has write fill a file, which is there whole or not at all and for its owner alone to read, or
// standard output for "".
func toFile(path string, write func(io.Writer) error) error {
	if path == "" {
		w := bufio.NewWriter(os.Stdout)
		return errors.Join(write(w), w.Flush())
	}
	if err := artefact.Replace(path, write); err != nil {
		return err
	}
	return os.Chmod(path, 0o600)
}

// decisions yields the log of a running service. The order and the hashes are the reader's to check.
func decisions(ctx context.Context, conn *grpc.ClientConn, from, to int64) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		stream, err := pb.NewFleetServiceClient(conn).ExportDecisions(ctx, &pb.ExportDecisionsRequest{FromRevision: from, ToRevision: to})
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

type decisionsVerifyCommand struct {
	client
	File   string   `arg:"" optional:"" help:"An export; left out: the log of a running service."`
	Head   []string `help:"A head noted before, as export and verify print it; may be repeated." placeholder:"REVISION:HEX"`
	Format string   `default:"text" enum:"text,json" help:"text or json."`
}

func (c *decisionsVerifyCommand) Run() error {
	noted := make([]ledger.Head, len(c.Head))
	for i, text := range c.Head {
		var err error
		if noted[i], err = ledger.ParseHead(text); err != nil {
			return fmt.Errorf("--head: %w", err)
		}
	}
	if c.File == "" {
		return c.follow(func(ctx context.Context, conn *grpc.ClientConn) error {
			return c.verify(c.Server, decisions(ctx, conn, 0, 0), noted)
		})
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return c.verify(c.File, ledger.ReadLines(f), noted)
}

// verify prints what is wrong with a log, which is then its error.
func (c *decisionsVerifyCommand) verify(name string, log iter.Seq2[ledger.Entry, error], noted []ledger.Head) error {
	report, err := ledger.Verify(log, noted...)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := c.print(name, report); err != nil {
		return err
	}
	if report.Found > 0 {
		return fmt.Errorf("%s: %w: %s in %s", name, ledger.ErrBroken, countOf(report.Found, "fault"), countOf(report.Entries, "decision"))
	}
	return nil
}

func (c *decisionsVerifyCommand) print(name string, r *ledger.Report) error {
	if c.Format == "json" {
		faults := []map[string]any{}
		for _, f := range r.Faults {
			faults = append(faults, map[string]any{"revision": f.Revision, "key": f.Key, "why": f.Why})
		}
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", "  ")
		return e.Encode(map[string]any{
			"head": r.Head.String(), "entries": r.Entries, "keys": r.Keys, "faults": faults, "found": r.Found,
		})
	}
	for _, f := range r.Faults {
		fmt.Println(f.Error())
	}
	if more := r.Found - len(r.Faults); more > 0 {
		fmt.Printf("and %d more\n", more)
	}
	if r.Found == 0 {
		fmt.Printf("%s holds: %s under %s\nhead %s\n", name, countOf(r.Entries, "decision"), countOf(r.Keys, "key"), r.Head)
	}
	return nil
}
