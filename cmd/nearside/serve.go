package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/nearside-ems/nearside/api/server"
	"github.com/nearside-ems/nearside/api/telemetry"
	"github.com/nearside-ems/nearside/api/web"
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/internal/dirlock"
)

// serveCommand runs the service until it is told to stop.
type serveCommand struct {
	Config        string `help:"File of settings (YAML), a line NAME: VALUE for each: docs/configuration.md. Variables of the environment such as NEARSIDE_DATA_DIR go before it, flags before both." placeholder:"FILE"`
	serveSettings `embed:""`
}

func (c *serveCommand) Run(k *kong.Context) error {
	if c.Config == "" {
		c.Config = os.Getenv(settingPrefix + "CONFIG")
	}
	all, err := c.resolve(k, c.Config, os.Environ())
	for _, note := range all.misspelt(os.Environ()) {
		fmt.Fprintln(os.Stderr, "nearside:", note)
	}
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	return c.serve(ctx, os.Stdout)
}

// serve runs the service until ctx ends and writes its progress to out.
func (c *serveSettings) serve(ctx context.Context, out io.Writer) error {
	start := time.Now()
	release, err := dirlock.Hold(c.DataDir)
	if err != nil {
		return fmt.Errorf("--data-dir: %w", err)
	}
	defer func() { _ = release() }()
	overGRPC, err := listen("--grpc", c.GRPC)
	if err != nil {
		return err
	}
	defer func() { _ = overGRPC.Close() }()
	overHTTP, err := listen("--http", c.HTTP)
	if err != nil {
		return err
	}
	defer func() { _ = overHTTP.Close() }()
	step := func(format string, args ...any) {
		_, _ = fmt.Fprintf(out, "%5.1f s  %s\n", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
	}
	log := c.log(os.Stderr)
	watch, err := c.telemetry(log)
	if err != nil {
		return err
	}
	defer watch.close()
	settings, err := c.prepare(ctx, log, watch.Telemetry, step)
	if err != nil {
		return err
	}
	closeRecords, err := c.records(ctx, settings, step)
	if err != nil {
		return err
	}
	defer closeRecords()
	srv, drive, err := c.server(settings, step)
	if err != nil {
		return err
	}
	if err := watch.listen(srv); err != nil {
		return err
	}
	c.warn(os.Stderr, insecureWords, overGRPC.Addr(), overHTTP.Addr())
	if watch.on != nil {
		c.warn(os.Stderr, "anyone on the network may read the metrics", watch.on.Addr())
	}
	step("ready in %.1f s", time.Since(start).Seconds())
	_, _ = fmt.Fprintf(out, "\n  map and API  %s://%s   (API described at /docs)\n  gRPC         %s\n%s  data         %s\n\n",
		c.scheme(), overHTTP.Addr(), overGRPC.Addr(), watch.where(), c.DataDir)
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); drive(ctx) }()
	err = srv.Serve(ctx, overGRPC, overHTTP)
	stop()
	<-done
	return err
}

// What the networks are worth, told with the city.
const (
	latticeNote  = "Built-in lattice: travel times are measured on the road network west of the Greenwich meridian and modelled east of it, from bus links; see data/SOURCES.md. Speeds are TfL's averages where published and assumptions elsewhere."
	importedNote = "Imported OpenStreetMap network. Speeds are TfL's averages where published and assumptions elsewhere."
)

// prepare loads the city and all else that a server needs but the records of cars.
func (c *serveSettings) prepare(ctx context.Context, log *slog.Logger, t *telemetry.Telemetry, step func(string, ...any)) (*server.Settings, error) {
	city, err := data.Load()
	if err != nil {
		return nil, err
	}
	step("London: %d cells, %d boroughs, %d places", city.Grid.Len(), len(city.Boroughs), len(city.Places))
	s := server.DefaultSettings()
	expected, store, err := openLondonCalls(c.DataDir, city)
	if err != nil {
		return nil, err
	}
	s.Baseline, s.BaselineFault, s.Calls = expected.Baseline, expected.fault, store
	step("demand: %s", expected.About().Name)
	for _, text := range []string{expected.fault, expected.note} {
		if text != "" {
			step("        %s", text)
		}
	}
	if s.Network, s.NetworkFault, err = serviceNetwork(ctx, c.DataDir, city, func(err error) { step("%v", err) }); err != nil {
		return nil, err
	}
	step("roads: %s, %d nodes, %d arcs", s.Network.Name, s.Network.Graph.Nodes(), s.Network.Graph.Arcs())
	if s.Zone, err = time.LoadLocation("Europe/London"); err != nil {
		return nil, fmt.Errorf("time zone: %w", err)
	}
	s.City, s.NetworkNote, s.Map = city, importedNote, web.Handler()
	s.NetworkProvenance = []data.Provenance{importedProvenance(s.Network)}
	if s.Network == city.Network {
		s.Modelled, s.NetworkNote, s.NetworkProvenance = city.Modelled, latticeNote, city.NetworkProvenance
	}
	s.Fleet = fleet.New(city.Grid, s.Network, fleet.DefaultSettings())
	s.Demo, s.DataDir, s.Version = c.Demo, c.DataDir, version
	s.Log, s.Telemetry, s.Drain = log, t, c.Drain
	if s.Guard, err = c.guard(log, t); err != nil {
		return nil, err
	}
	s.HTTPNames = c.HTTPName
	s.MoveUps = c.MoveUp.settings()
	return &s, nil
}

// server makes the server. drive runs the demo until its context ends.
func (c *serveSettings) server(s *server.Settings, step func(string, ...any)) (srv *server.Server, drive func(context.Context), err error) {
	if srv, err = server.New(*s); err != nil {
		return nil, nil, err
	}
	if n, elsewhere := srv.RoadChanges(); n > 0 {
		step("%s in force, %d on no road of this network; nearside roads list shows them", countOf(n, "road change"), elsewhere)
	}
	drive = func(context.Context) {}
	if c.Demo {
		d, err := newDemo(s, c.Cars)
		if err != nil {
			return nil, nil, err
		}
		drive = d.run
		step("DEMO: %d simulated cars", c.Cars)
	}
	return srv, drive, nil
}

// listen opens a port; the error says what to do about it.
func listen(flag, addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s %s: the port is in use, perhaps by another nearside; stop it or choose another address", flag, addr)
	case err != nil:
		return nil, fmt.Errorf("%s %s: %w; want HOST:PORT", flag, addr, err)
	}
	return l, nil
}
