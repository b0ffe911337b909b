// Command soak replays days of a control room against nearside serve, as fast as it goes, and fails unless
// the server's memory, goroutines and open files stay flat and every answer passes its checks.
//
// Cars and calls are played by fakecad in steps of ten simulated seconds: every car drives and reports, calls
// are given to the nearest, dispatchers race for cars. Beside that others ask for the nearest cars, watchers
// come and go, planners look at the map, roads close and open. The server's clock is the real one; only how
// much happens is a day's.
//
// The log's server holds each block of 8 MiB of the log that it needed within ten seconds, and to change a car
// it needs the block with the car's last entry. Played some hundred times as fast as it happens, that is the
// whole log of the day: with more calls than fill a block the heap rises by the blocks that they fill.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/fakecad"
)

func main() {
	bin := flag.String("bin", "bin/nearside", "program to start; it is given a data directory of its own")
	d := day{}
	flag.Float64Var(&d.hours, "hours", 24, "simulated hours, up to 48; fewer than 15 are too few to tell")
	flag.IntVar(&d.cars, "cars", 500, "cars")
	flag.Float64Var(&d.calls, "calls", 500, "calls a simulated day")
	flag.IntVar(&d.asks, "asks", 10, "questions for the nearest cars in each simulated step of 10 s, beside those for calls")
	flag.Parse()
	if err := soak(*bin, d); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// lookEvery is the simulated time between two looks at the server.
const lookEvery = 2 * time.Minute

func soak(bin string, d day) error {
	ctx, end := signal.NotifyContext(context.Background(), os.Interrupt)
	defer end()
	london, err := data.Load()
	if err != nil {
		return err
	}
	city, err := fakecad.London(london, london.Network)
	if err != nil {
		return err
	}
	p, err := launch(ctx, bin)
	if err != nil {
		return err
	}
	defer p.stop()
	var samples []sample
	start := time.Now()
	report, err := d.run(ctx, p.grpc, city, func(done time.Duration) error {
		if done%lookEvery != 0 {
			return nil
		}
		values, err := p.look()
		samples = append(samples, sample{done - step, values})
		if done%time.Hour == 0 {
			fmt.Fprintf(os.Stderr, "%s after %s\n", samples[len(samples)-1].line(), time.Since(start).Round(time.Second))
		}
		return err
	})
	if err != nil {
		return err
	}
	table, flat := judge(samples)
	err = report.Write(os.Stdout)
	fmt.Print("\n", table)
	if !flat {
		err = errors.Join(err, errors.New("not flat"))
	}
	if n := report.Failed(); n > 0 {
		err = errors.Join(err, fmt.Errorf("%d checks failed", n))
	}
	return err
}
