package fleet_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/tracks"
	"github.com/nearside-ems/nearside/internal/westlondon"
)

// place is a real network with some metrics.
type place struct {
	cells   *grid.Grid
	network *route.Network
	metrics []*route.Metric
}

// newPlace returns the built-in lattice, or the shared extract of London west of the meridian. Of its
// metrics none, one or all are labelled as the caller sees to.
func newPlace(b *testing.B, name string, metrics int) *place {
	b.Helper()
	city, err := data.Load()
	if err != nil {
		b.Fatal(err)
	}
	w := &place{cells: city.Grid, network: city.Network}
	if name == "west" {
		w.network = west18(b, city.Speeds)
	}
	for i := range metrics {
		w.metrics = append(w.metrics, route.NewMetric(w.network, city.Speeds.Profile(road.Period(i/2), road.Driving(i%2))))
	}
	return w
}

func west18(b *testing.B, speeds *road.SpeedTable) *route.Network {
	b.Helper()
	r, _ := westlondon.Roads(b, speeds)
	snapper, err := road.NewEdgeSnapper(r.Graph, r.Edges, route.SnapMetres)
	if err != nil {
		b.Fatal(err)
	}
	return &route.Network{Name: "west", Graph: r.Graph, Edges: r.Edges, Snapper: snapper}
}

// calls returns incidents near roads.
func (w *place) calls(n int) (calls []dispatch.Incident) {
	for random := rand.New(rand.NewPCG(5, 5)); len(calls) < n; {
		at := anywhere(random)
		if spot, ok := w.network.Snap(at); ok {
			calls = append(calls, dispatch.Incident{Point: at, Spot: spot})
		}
	}
	return calls
}

func anywhere(random *rand.Rand) orb.Point {
	return orb.Point{-0.4 + 0.38*random.Float64(), 51.40 + 0.2*random.Float64()}
}

// patrol is a fleet that drives about 10 m between reports.
type patrol struct {
	random *rand.Rand
	at     []orb.Point
	turn   int
}

func newPatrol(cars int) *patrol {
	p := &patrol{random: rand.New(rand.NewPCG(1, 2))}
	for range cars {
		p.at = append(p.at, anywhere(p.random))
	}
	return p
}

func (p *patrol) report(car int) fleet.Report {
	p.turn++
	p.at[car][0] += 10 / 69_300.0 * (2*p.random.Float64() - 1)
	p.at[car][1] += 10 / 111_200.0 * (2*p.random.Float64() - 1)
	return fleet.Report{Car: fmt.Sprintf("cars/%06d", car), Point: p.at[car], Fixed: now.Add(time.Duration(p.turn) * time.Microsecond), Skills: dispatch.Paramedic}
}

// all reports the whole fleet, in batches of 10,000.
func (p *patrol) all(f *fleet.Store) {
	var batch []fleet.Report
	for car := range p.at {
		if batch = append(batch, p.report(car)); len(batch) == 10_000 || car == len(p.at)-1 {
			f.Report(now, batch)
			batch = batch[:0]
		}
	}
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// BenchmarkReport measures a report by itself and in batches: snapping and both copies included.
func BenchmarkReport(b *testing.B) {
	w := newPlace(b, "west", 2)
	for _, m := range w.metrics {
		label(b, m)
	}
	for _, cars := range []int{500, 10_000, 100_000} {
		for lanes := range 3 {
			s, p, before := fleet.DefaultSettings(), newPatrol(cars), heap()
			s.MaxCars = cars
			f := fleet.New(w.cells, w.network, s)
			p.all(f)
			bare, begin := heap(), time.Now()
			f.Use(w.metrics[:lanes]...)
			filled := time.Since(begin)
			used := heap()
			b.Run(fmt.Sprintf("cars=%d/lanes=%d/single", cars, lanes), func(b *testing.B) {
				batch := make([]fleet.Report, 1)
				for i := 0; b.Loop(); i++ {
					batch[0] = p.report(i % cars)
					f.Report(now, batch)
				}
				b.ReportMetric((bare-before)/float64(cars), "B/car")
				b.ReportMetric((used-bare)/float64(cars*max(lanes, 1)), "B/car/lane")
				b.ReportMetric(float64(filled.Milliseconds()), "ms-fill")
			})
			b.Run(fmt.Sprintf("cars=%d/lanes=%d/batch", cars, lanes), func(b *testing.B) {
				batch := make([]fleet.Report, min(cars, 10_000))
				for b.Loop() {
					for i := range batch {
						batch[i] = p.report(i)
					}
					f.Report(now, batch)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batch)), "ns/report")
			})
		}
	}
}

// BenchmarkNearest asks for the 5 nearest by every method, through all of the store.
func BenchmarkNearest(b *testing.B) {
	for _, name := range []string{"west", "lattice"} {
		w := newPlace(b, name, 1)
		calls, m := w.calls(1000), w.metrics[0]
		for _, by := range []fleet.Method{fleet.AdHoc, fleet.ByHierarchy, fleet.ByLabels} {
			if by == fleet.ByLabels {
				label(b, m)
			}
			for _, cars := range []int{500, 10_000} {
				f := fleet.New(w.cells, w.network, fleet.DefaultSettings())
				newPatrol(cars).all(f)
				if by != fleet.AdHoc {
					f.Use(m)
				}
				r, q := f.Reader(dispatch.DefaultSettings()), fleet.Question{Now: now, K: 5, Metric: m}
				b.Run(fmt.Sprintf("%s/by=%s/cars=%d", name, by, cars), func(b *testing.B) {
					for i := 0; b.Loop(); i++ {
						q.Incident = calls[i%len(calls)]
						if a := r.Nearest(&q); len(a.Ranked) != q.K || a.By != by {
							b.Fatalf("%d cars by %s", len(a.Ranked), a.By)
						}
					}
				})
			}
		}
	}
}

// BenchmarkNearestUnderReports asks for the 5 nearest while nobody reports, and while 10,000 cars do
// once a second, and tells the 99th percentile of both.
func BenchmarkNearestUnderReports(b *testing.B) {
	const cars, perBatch = 10_000, 50
	w, p := newPlace(b, "west", 2), newPatrol(cars)
	for _, m := range w.metrics {
		label(b, m)
	}
	f := fleet.New(w.cells, w.network, fleet.DefaultSettings())
	p.all(f)
	f.Use(w.metrics...)
	r, calls := f.Reader(dispatch.DefaultSettings()), w.calls(1000)
	ask := func(b *testing.B) {
		q, times := fleet.Question{Now: now, K: 5}, make([]time.Duration, 0, 1<<20)
		for i := 0; b.Loop(); i++ {
			q.Metric, q.Incident = w.metrics[i%2], calls[i%len(calls)]
			begin := time.Now()
			if a := r.Nearest(&q); len(a.Ranked) != 5 {
				b.Fatalf("%d cars", len(a.Ranked))
			}
			times = append(times, time.Since(begin))
		}
		slices.Sort(times)
		b.ReportMetric(float64(times[len(times)/2].Nanoseconds()), "ns-p50")
		b.ReportMetric(float64(times[len(times)*99/100].Nanoseconds()), "ns-p99")
	}
	b.Run("idle", ask)
	b.Run("reporting", func(b *testing.B) {
		stop := make(chan struct{})
		var reporting sync.WaitGroup
		reporting.Go(func() {
			tick, batch := time.NewTicker(time.Second*perBatch/cars), make([]fleet.Report, perBatch)
			defer tick.Stop()
			for car := 0; ; {
				select {
				case <-stop:
					return
				case <-tick.C:
				}
				for i := range batch {
					batch[i] = p.report(car)
					car = (car + 1) % cars
				}
				f.Report(now, batch)
			}
		})
		ask(b)
		close(stop)
		reporting.Wait()
	})
}

// BenchmarkIntake takes batches of 1,000 from 10,000 cars that drive along roads, with both ways of
// driving in use: how much of a processor's time a report takes, where each car reports once a second
// and where it does twenty times, which makes 200,000 reports a second.
func BenchmarkIntake(b *testing.B) {
	for _, name := range []string{"lattice", "west"} {
		w := newPlace(b, name, 2)
		for _, m := range w.metrics {
			label(b, m)
		}
		for _, every := range []time.Duration{time.Second, 50 * time.Millisecond} {
			b.Run(fmt.Sprintf("%s/every=%s", name, every), func(b *testing.B) { benchmarkIntake(b, w, every) })
		}
	}
}

func benchmarkIntake(b *testing.B, w *place, every time.Duration) {
	s := tracks.DefaultSettings()
	s.Cars = 10_000
	drive, err := tracks.New(w.network, s)
	if err != nil {
		b.Fatal(err)
	}
	f, at := fleet.New(w.cells, w.network, fleet.DefaultSettings()), now
	batch, names := make([]fleet.Report, s.Cars), make([]string, s.Cars)
	for i := range names {
		names[i] = fmt.Sprintf("cars/%06d", i)
	}
	step := func() {
		at = at.Add(every)
		for i, fix := range drive.Step(every) {
			heading := fix.Heading
			batch[i] = fleet.Report{Car: names[i], Point: fix.Point, Heading: &heading, Fixed: at}
		}
	}
	step()
	f.Report(at, batch)
	f.Use(w.metrics...)
	var took, reports int64
	for b.Loop() {
		step()
		begin := processorTime()
		for from := 0; from < len(batch); from += 1000 {
			f.Report(at, batch[from:from+1000])
		}
		took += processorTime() - begin
		reports += int64(len(batch))
	}
	b.ReportMetric(float64(took)/float64(reports), "cpu-ns/report")
}

// processorTime is how long this process has been running on any processor, in nanoseconds.
func processorTime() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // only for an unknown argument
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
