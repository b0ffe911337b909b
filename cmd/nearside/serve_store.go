package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/nearside-ems/nearside/api/server"
	"github.com/nearside-ems/nearside/fleet/jetstream"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
)

// ledgerFolder is where the records of cars are kept in a data directory.
const ledgerFolder = "ledger"

// storeFlags say where records of cars are kept: in the data directory, or on an operator's NATS servers.
type storeFlags struct {
	NATS            []string `name:"nats" help:"Keep the records of cars on these NATS servers, which you run with JetStream, and not in the data directory: any number of replicas then share them. nats://HOST:4222 or tls://HOST:4222; may be repeated." placeholder:"URL"`
	NATSCredentials string   `name:"nats-credentials" help:"Credentials that they want (.creds)." placeholder:"FILE"`
	NATSCA          string   `name:"nats-ca" help:"Who signs their certificates, PEM; left out: whom the system trusts." placeholder:"FILE"`
	NATSCert        string   `name:"nats-cert" help:"Certificate to show to them, PEM." placeholder:"FILE"`
	NATSKey         string   `name:"nats-key" help:"Its key, PEM." placeholder:"FILE"`
	NATSReplicas    int      `name:"nats-replicas" default:"3" help:"How many of them keep each record: 1, 3 or 5 (${default})." placeholder:"N"`
	NATSStream      string   `name:"nats-stream" default:"NEARSIDE" help:"Name of the stream (${default})." placeholder:"NAME"`
	NATSPrefix      string   `name:"nats-prefix" default:"nearside" help:"What its subjects begin with (${default})." placeholder:"WORD"`
	LedgerMiB       int64    `name:"ledger-mib" default:"8192" help:"Room for the records of cars and all decisions about them, which are never forgotten; when it is full nothing can be assigned (${default}). On NATS servers: when the stream is made." placeholder:"N"`
}

// ledger is where records are kept, for a data directory.
func (f *storeFlags) ledger(dataDir string, log *slog.Logger) jetstream.Settings {
	s := jetstream.Settings{
		URLs: f.NATS, Credentials: f.NATSCredentials, CA: f.NATSCA, Cert: f.NATSCert, Key: f.NATSKey,
		Replicas: f.NATSReplicas, Stream: f.NATSStream, Prefix: f.NATSPrefix, MaxBytes: f.LedgerMiB << 20, Log: log,
	}
	if len(f.NATS) == 0 {
		s.Folder, s.Replicas = filepath.Join(dataDir, ledgerFolder), 0
	}
	return s
}

func (f *storeFlags) faults(dataDir string) []error {
	faults := joined(f.ledger(dataDir, nil).Check())
	for i := range faults {
		faults[i] = fmt.Errorf("--nats: %w", faults[i])
	}
	if f.LedgerMiB < 1 || f.LedgerMiB > 1<<30 {
		faults = append(faults, fmt.Errorf("--ledger-mib %d: want 1 to %d", f.LedgerMiB, 1<<30))
	}
	return faults
}

// openLedger opens where records are kept. used returns the share of its room that is taken. close waits for
// what is being written.
func (f *storeFlags) openLedger(ctx context.Context, dataDir string, log *slog.Logger) (s ledger.Store, used func() float64, close func(), err error) {
	kept, err := jetstream.Open(ctx, f.ledger(dataDir, log))
	if err != nil {
		return nil, nil, nil, fmt.Errorf("the records of cars: %w", err)
	}
	used = func() float64 {
		bytes, limit := kept.Used()
		if limit <= 0 {
			return 0
		}
		return float64(bytes) / float64(limit)
	}
	return kept, used, func() {
		if err := kept.Close(); err != nil {
			log.Error("the records of cars were not closed well; they are as on disk", "error", err)
		}
	}, nil
}

// records opens the records of cars for a server, timed by its telemetry. Those of simulated cars are kept in
// memory, so that no log of real decisions ever holds made-up ones.
func (c *serveSettings) records(ctx context.Context, s *server.Settings, step func(string, ...any)) (end func(), err error) {
	var store ledger.Store = ledger.NewMemory(s.Now)
	used, shut := func() float64 { return 0 }, func() {}
	switch {
	case c.Demo:
		step("records of cars: in memory, as the cars are simulated; forgotten when the server stops")
	default:
		if store, used, shut, err = c.openLedger(ctx, c.DataDir, s.Log); err != nil {
			return nil, err
		}
		step("records of cars: %s", c.keptWhere())
	}
	leave, err := sharePositions(ctx, store, s, step)
	if err != nil {
		shut()
		return nil, fmt.Errorf("share positions with other replicas: %w", err)
	}
	s.Telemetry.Gauge("nearside_ledger_used_ratio", "Share of the room for decisions that is used, 0 to 1; when it is full nothing can be assigned.", nil, used)
	s.Live = live.New(s.Telemetry.Ledger(store), s.Fleet, s.Now)
	return func() { leave(); shut() }, nil
}

// keptWhere says where records are, for the terminal.
func (f *storeFlags) keptWhere() string {
	if len(f.NATS) > 0 {
		return "on NATS servers"
	}
	return "in the data directory"
}
