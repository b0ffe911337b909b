package main

import (
	"fmt"
	"net"
	"time"

	"github.com/alecthomas/kong"
)

// serveSettings are all that serve can be told: by flags, by variables of the environment, which are named
// as the flags are (--data-dir is NEARSIDE_DATA_DIR), and by a file, in this order. docs/configuration.md
// lists them.
type serveSettings struct {
	GRPC    string        `name:"grpc" default:"127.0.0.1:7420" help:"Address for gRPC (${default})." placeholder:"ADDR"`
	HTTP    string        `name:"http" default:"127.0.0.1:7421" help:"Address for HTTP: the API as JSON, and the map (${default})." placeholder:"ADDR"`
	DataDir string        `default:"${data_dir}" help:"Keeps calls, plans, travel times, the imported road network and, unless --nats is given, the records of cars (${default})." placeholder:"DIR"`
	Demo    bool          `help:"Drive simulated cars, so that there is something to see. Every answer says DEMO."`
	Cars    int           `default:"6" help:"Simulated cars of the demo, 1 to 200."`
	Drain   time.Duration `default:"0s" help:"How long to go on answering after SIGTERM while readiness is false, so that load balancers look elsewhere (${default})." placeholder:"DURATION"`

	storeFlags     `embed:""`
	securityFlags  `embed:""`
	telemetryFlags `embed:""`
	MoveUp         moveUpFlags `embed:"" prefix:"move-up-"`
}

// resolve completes what the command line says by the environment and a file, and checks all of it.
func (s *serveSettings) resolve(ctx *kong.Context, file string, environ []string) (settings, error) {
	all, faults := layer(ctx, file, environ)
	return all, refusedSettings(all, append(faults, s.faults()...))
}

// faults is everything for which serve refuses its settings. Each sentence names the flags.
func (s *serveSettings) faults() (faults []error) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	for _, err := range []error{checkAddress("--grpc", s.GRPC), checkAddress("--http", s.HTTP)} {
		if err != nil {
			faults = append(faults, err)
		}
	}
	if s.Demo && (s.Cars < 1 || s.Cars > 200) {
		fault("--cars %d: want 1 to 200", s.Cars)
	}
	faults = append(faults, s.securityFlags.faults(map[string]string{"--grpc": s.GRPC, "--http": s.HTTP, "--metrics": s.Metrics})...)
	faults = append(faults, s.storeFlags.faults(s.DataDir)...)
	faults = append(faults, s.telemetryFlags.faults()...)
	faults = append(faults, s.MoveUp.faults()...)
	if s.Drain < 0 || s.Drain > time.Hour {
		fault("--drain %s: want 0s to 1h", s.Drain)
	}
	if s.DataDir == "" {
		fault("--data-dir: want the name of a directory")
	} else if err := writable(s.DataDir); err != nil {
		faults = append(faults, err)
	}
	return faults
}

// checkAddress looks at an address without listening on it.
func checkAddress(flag, addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w; want HOST:PORT", flag, addr, err)
	}
	return nil
}
