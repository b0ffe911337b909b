// Command soak replays days of a control room against nearside serve, as fast as it goes, and fails unless
// the server's memory, goroutines and open files stay flat.
//
// A simulated step is ten seconds: every car reports, calls ask for the nearest cars, some are given one and
// followed until it is free again, watchers come and go, planners look at the map, roads close and open.
// The server's clock is the real one; only how much happens is a day's.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	bin := flag.String("bin", "bin/nearside", "program to start; it is given a data directory of its own")
	s := day{}
	flag.Float64Var(&s.hours, "hours", 24, "simulated hours")
	flag.IntVar(&s.cars, "cars", 500, "cars")
	flag.IntVar(&s.calls, "calls", 1000, "calls a simulated day that are given a car")
	flag.IntVar(&s.asks, "asks", 10, "questions for the nearest cars in each simulated step of 10 s")
	every := flag.Duration("every", time.Second, "how often the server is looked at")
	flag.Parse()
	if err := soak(*bin, s, *every); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func soak(bin string, s day, every time.Duration) error {
	ctx, end := signal.NotifyContext(context.Background(), os.Interrupt)
	defer end()
	p, err := launch(ctx, bin)
	if err != nil {
		return err
	}
	defer p.stop()
	looking, enough := context.WithCancel(ctx)
	seen := make(chan []sample)
	go func() { seen <- look(looking, p.metrics, every) }()
	start := time.Now()
	done, err := s.run(ctx, p.grpc)
	enough()
	samples := <-seen
	fmt.Printf("%.1f simulated hours in %.0f s: %s\n", s.hours, time.Since(start).Seconds(), done)
	if err != nil {
		return err
	}
	table, flat := judge(samples)
	fmt.Print(table)
	if !flat {
		return fmt.Errorf("not flat")
	}
	return nil
}
