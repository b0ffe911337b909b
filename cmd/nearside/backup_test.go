package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/internal/archive"
	"github.com/nearside-ems/nearside/internal/dirlock"
)

// someDir is a data directory with a road change, a plan, a cache and three entries in the log.
func someDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	for name, text := range map[string]string{"road-changes.json": "{}", "plans/a.json": "plan", "matrices/x.bin": "cache", ".temp": "x", "calls.lock": ""} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	s, _, done, err := (&storeFlags{}).openLedger(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	var prev []byte
	for i := range 3 {
		data, err := ledger.Seal(ledger.Envelope{Key: "cars/A", Time: time.Unix(1e9, 0), Kind: "test", Prev: ledger.Hash(prev), Body: []byte("{}")})
		if err == nil {
			_, err = s.Append(t.Context(), "cars/A", ledger.Revision(i), data)
		}
		if err != nil {
			t.Fatal(err)
		}
		prev = data
	}
	return dir
}

// TestBackupAndRestore takes the round trip without a server.
func TestBackupAndRestore(t *testing.T) {
	dir, file := someDir(t), filepath.Join(t.TempDir(), "backup")
	b := backupCommand{Out: file, DataDir: dir}
	var said bytes.Buffer
	if err := b.backup(t.Context(), &said); err != nil || !strings.Contains(said.String(), "3 entries, in the data directory") {
		t.Fatalf("%v\n%s", err, &said)
	}
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := archive.Read(in, nil)
	if err := errors.Join(err, in.Close()); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range m.Files {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "plans/a.json road-changes.json ledger.backup" {
		t.Errorf("it holds %s", got)
	}
	to := filepath.Join(t.TempDir(), "restored")
	r := restoreCommand{File: file, DataDir: to}
	if err := r.restore(t.Context(), io.Discard); err != nil {
		t.Fatal(err)
	}
	again := backupCommand{Out: filepath.Join(t.TempDir(), "again"), DataDir: to}
	var saidAgain bytes.Buffer
	if err := again.backup(t.Context(), &saidAgain); err != nil {
		t.Fatal(err)
	}
	head := func(s string) string { _, after, _ := strings.Cut(s, "Head"); return after }
	if head(said.String()) != head(saidAgain.String()) {
		t.Errorf("the log has changed: %s, %s", &said, &saidAgain)
	}
	if plan, err := os.ReadFile(filepath.Join(to, "plans", "a.json")); err != nil || string(plan) != "plan" {
		t.Errorf("%q, %v", plan, err)
	}
	if err := r.restore(t.Context(), io.Discard); err == nil || !strings.Contains(err.Error(), "name one that is missing or empty") {
		t.Errorf("restored over something: %v", err)
	}
	check := restoreCommand{File: file, Check: true}
	if err := check.restore(t.Context(), io.Discard); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := check.restore(t.Context(), io.Discard); !errors.Is(err, archive.ErrBroken) {
		t.Errorf("a damaged backup: %v", err)
	}
}

// exporter is a running server's log.
type exporter struct {
	pb.UnimplementedFleetServiceServer
	log []*pb.Decision
}

func (e *exporter) ExportDecisions(_ *pb.ExportDecisionsRequest, stream grpc.ServerStreamingServer[pb.Decision]) error {
	for _, d := range e.log {
		if err := stream.Send(d); err != nil {
			return err
		}
	}
	return nil
}

// TestBackupOfARunningServer asks the server that has the directory for its log.
func TestBackupOfARunningServer(t *testing.T) {
	dir := someDir(t)
	s, _, done, err := (&storeFlags{}).openLedger(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	running := &exporter{}
	for e, err := range s.Log(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		running.log = append(running.log, &pb.Decision{Revision: int64(e.Revision), Key: e.Key, Entry: e.Data})
	}
	done()
	release, err := dirlock.Hold(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = release() }()
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := grpc.NewServer()
	pb.RegisterFleetServiceServer(g, running)
	served := make(chan error, 1)
	go func() { served <- g.Serve(on) }()
	b := backupCommand{Out: filepath.Join(t.TempDir(), "backup"), DataDir: dir, clientFlags: clientFlags{Server: on.Addr().String()}}
	var said bytes.Buffer
	if err := b.backup(context.Background(), &said); err != nil || !strings.Contains(said.String(), "3 entries, asked of the server at "+b.Server) {
		t.Errorf("%v\n%s", err, &said)
	}
	g.Stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if err := b.backup(context.Background(), io.Discard); err == nil || !strings.Contains(err.Error(), "asked of the server") {
		t.Errorf("with the server gone: %v", err)
	}
}

// TestBackupNoticesFilesThatMove replaces a file between its listing and its reading.
func TestBackupNoticesFilesThatMove(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := keptFiles(dir)
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	w, err := archive.NewWriter(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	grow, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = grow.WriteString(" and more")
	if err := errors.Join(err, grow.Close(), addFile(w, dir, files[0])); err != nil {
		t.Errorf("a file that grew: %v", err)
	}
	if err := errors.Join(os.WriteFile(path+"2", []byte("new"), 0o600), os.Rename(path+"2", path)); err != nil {
		t.Fatal(err)
	}
	if err := addFile(w, dir, files[0]); !errors.Is(err, errMoving) {
		t.Errorf("a file that was replaced: %v", err)
	}
}
