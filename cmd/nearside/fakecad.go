package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"google.golang.org/grpc"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/fakecad"
)

// fakecadCommand plays a control room against a running service.
type fakecadCommand struct {
	client
	Cars    int           `default:"6" help:"Cars, 1 to 500."`
	Day     time.Duration `default:"24h" help:"How much of a day is played, at most 48h." placeholder:"TIME"`
	Speed   float64       `default:"600" help:"How many times as fast as it would go by; 0: as fast as the service answers."`
	Step    time.Duration `default:"1m" help:"Simulated time from one report of each car to the next." placeholder:"TIME"`
	Calls   float64       `help:"Calls an hour; 0: as many as the service's forecast expects." placeholder:"N"`
	Seed    uint64        `default:"1" help:"Of what is drawn: calls, and how long things take."`
	Check   int           `default:"5" help:"Compare every n-th answer with a search of its own; 0: none."`
	Race    int           `default:"8" help:"Dispatchers who want the same car at once, on every tenth call."`
	Prefix  string        `default:"CAD" help:"Of the names of cars and incidents."`
	DataDir string        `default:"${data_dir}" help:"Has the imported road network that the service runs on, if any (${default})." placeholder:"DIR"`
	Format  string        `default:"table" enum:"table,json" help:"table or json."`
}

func (c *fakecadCommand) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	city, err := c.city(ctx)
	if err != nil {
		return err
	}
	s := fakecad.DefaultSettings()
	s.Cars, s.Day, s.Speed, s.Step, s.Seed = c.Cars, c.Day, c.Speed, c.Step, c.Seed
	s.CallsPerHour, s.Check, s.Race, s.Prefix = c.Calls, c.Check, c.Race, c.Prefix
	var report *fakecad.Report
	err = c.ask(func(_ context.Context, conn *grpc.ClientConn) (err error) { // as long as the day takes
		report, err = fakecad.Run(ctx, conn, city, s, tellHours())
		return err
	})
	if err != nil {
		return err
	}
	if c.Format == "json" {
		text := json.NewEncoder(os.Stdout)
		text.SetIndent("", "  ")
		err = text.Encode(report)
	} else {
		err = report.Write(os.Stdout)
	}
	if n := report.Failed(); n > 0 {
		err = errors.Join(err, fmt.Errorf("%d checks failed", n))
	}
	return err
}

// tellHours returns a progress that prints a line for each hour.
func tellHours() func(time.Duration, *fakecad.Report) {
	told := time.Duration(0)
	return func(done time.Duration, r *fakecad.Report) {
		if done >= told+time.Hour {
			told = done.Truncate(time.Hour)
			fmt.Fprintf(os.Stderr, "%s: %d calls, %d assigned\n", told, r.Calls, r.Assigned)
		}
	}
}

// city is London as it ships, on the network of the data directory.
func (c *fakecadCommand) city(ctx context.Context) (fakecad.City, error) {
	london, err := data.Load()
	if err != nil {
		return fakecad.City{}, err
	}
	network, err := openNetwork(ctx, c.DataDir, london, func(err error) { fmt.Fprintln(os.Stderr, err) })
	if err != nil {
		return fakecad.City{}, err
	}
	return fakecad.London(london, network)
}
