package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/api/server"
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/jetstream"
	"github.com/nearside-ems/nearside/fleet/jetstream/clustertest"
)

// TestReplicasSharePositions starts a replica beside one that knows 10,000 cars: it must know them too
// within two seconds, and then what the first is told.
func TestReplicasSharePositions(t *testing.T) {
	city, err := data.Load()
	if err != nil {
		t.Fatal(err)
	}
	const cars = 10_000
	cluster := clustertest.Start(t, 1)
	replica := func() *server.Settings {
		s := server.DefaultSettings()
		s.Fleet = fleet.New(city.Grid, city.Network, fleet.DefaultSettings())
		return &s
	}
	join := func(s *server.Settings) {
		kept, err := jetstream.Open(t.Context(), jetstream.Settings{URLs: cluster.URLs(), Replicas: 1, MaxBytes: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		leave, err := sharePositions(t.Context(), kept, s, t.Logf)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			leave()
			if err := kept.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	first, second := replica(), replica()
	batch := make([]fleet.Report, cars)
	for i := range batch {
		batch[i] = fleet.Report{Car: fmt.Sprintf("cars/JRC-%05d", i), Point: orb.Point{-0.3 + float64(i)*4e-5, 51.5}, Fixed: time.Now()}
	}
	first.Fleet.Report(time.Now(), batch)
	join(first)
	begin := time.Now()
	join(second)
	if n := len(second.Fleet.Snapshot(begin).Cars); n != cars {
		t.Errorf("%d cars, want %d", n, cars)
	}
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("it took %v to know them", took)
	}
	news := fleet.Report{Car: batch[0].Car, Point: orb.Point{-0.1, 51.51}}
	first.Positions.Send(time.Now(), []fleet.Report{news})
	for begin := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if c, ok := second.Fleet.Car(news.Car); ok && c.Point == news.Point {
			break
		}
		if time.Since(begin) > 5*time.Second {
			t.Fatal("what one replica is told does not reach the other")
		}
	}
}
