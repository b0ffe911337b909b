package fleet_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// checkAnswer compares an answer with one that is searched ad hoc among the cars that it saw.
func checkAnswer(t interface{ Errorf(string, ...any) }, q *fleet.Question, a *fleet.Answer) {
	policy := dispatch.NewClosestIdle(dispatch.NewAdHoc(route.NewFinder(q.Metric)), dispatch.DefaultSettings())
	want := policy.Respond(&a.Snapshot, &q.Incident, q.K, nil)
	if !slices.Equal(a.Ranked, want) {
		t.Errorf("by %s: got %v, want %v", a.By, a.Ranked, want)
	}
	suitable := 0
	for _, c := range a.Snapshot.Cars {
		if c.Status == dispatch.Available && !a.Snapshot.Stale(c) && c.Skills&q.Incident.Skills == q.Incident.Skills {
			suitable++
		}
	}
	if len(a.Ranked)+len(a.Stranded) != min(q.K, suitable) {
		t.Errorf("%d ranked and %d stranded of %d suitable cars, asked for %d", len(a.Ranked), len(a.Stranded), suitable, q.K)
	}
}

func (t *town) question(random *rand.Rand, m *route.Metric, at time.Time) *fleet.Question {
	q := &fleet.Question{Metric: m, Now: at, K: 1 + random.IntN(6), Whole: true}
	q.Incident.Point = t.point(random)
	q.Incident.Spot, _ = t.Snap(q.Incident.Point)
	q.Incident.Skills = []dispatch.Skills{0, 0, 1, 2, 6}[random.IntN(5)]
	return q
}

func (t *town) report(random *rand.Rand, car int, at time.Time) fleet.Report {
	status := []dispatch.Status{dispatch.Available, dispatch.Available, dispatch.Busy, dispatch.OffShift}[random.IntN(4)]
	r := fleet.Report{Car: fmt.Sprintf("cars/%d", car), Point: t.point(random), Fixed: at, Status: &status, Skills: dispatch.Skills(random.IntN(8))}
	if random.IntN(10) == 0 {
		r.Point[1] -= step * float64(t.n) // off every road
	}
	return r
}

// TestAnswersEqualSearches lets cars report, metrics come and go, and labels arrive, in any order.
func TestAnswersEqualSearches(t *testing.T) {
	town, cells := newTown(t, 7), testGrid(t)
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		f := fleet.New(cells, town.net, fleet.DefaultSettings())
		metrics := []*route.Metric{town.metric(1), town.metric(0.7, 3, 4, 50), town.metric(1.5, 7, 8, 9, 10, 11, 12, 60)}
		r, at := f.Reader(dispatch.DefaultSettings()), now
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			at = at.Add(time.Duration(random.IntN(40)) * time.Second)
			m := metrics[random.IntN(len(metrics))]
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				var use []*route.Metric
				for _, m := range metrics {
					if random.IntN(2) == 0 {
						use = append(use, m)
					}
				}
				f.Use(use...)
			case 1:
				label(t, m)
			case 2, 3:
				var batch []fleet.Report
				for range random.IntN(20) {
					batch = append(batch, town.report(random, random.IntN(40), at))
				}
				f.Report(at, batch)
			default:
				q := town.question(random, m, at)
				checkAnswer(t, q, r.Nearest(q))
			}
		}
	})
}

// TestAnswersHoldWhileTheFleetMoves races writers, readers, closures and labels; run it with -race.
func TestAnswersHoldWhileTheFleetMoves(t *testing.T) {
	town := newTown(t, 12)
	f := fleet.New(testGrid(t), town.net, fleet.DefaultSettings())
	plain, blue := town.metric(1), town.metric(0.7)
	f.Use(plain)
	var busy, done sync.WaitGroup
	stop := make(chan struct{})
	for w := range 2 {
		busy.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 0))
			for i := range 150 {
				var batch []fleet.Report
				for range 1 + random.IntN(30) {
					batch = append(batch, town.report(random, 100*w+random.IntN(100), now.Add(time.Duration(i)*time.Second)))
				}
				f.Report(now.Add(time.Hour), batch)
			}
		})
	}
	busy.Go(func() { // the hour switches to and fro, and roads are closed
		for i := range 20 {
			closed := town.metric(1, road.Arc(i), road.Arc(3*i), road.Arc(5*i))
			f.Use(plain, blue, closed)
			label(t, closed)
			f.Use(closed, blue)
		}
		label(t, plain)
		f.Use(plain)
	})
	methods := make([][3]int, 2)
	for w := range 2 {
		done.Go(func() {
			random, r := rand.New(rand.NewPCG(uint64(w), 1)), f.Reader(dispatch.DefaultSettings())
			for {
				q := town.question(random, []*route.Metric{plain, blue}[random.IntN(2)], now.Add(20*time.Second))
				a := r.Nearest(q)
				checkAnswer(t, q, a)
				methods[w][a.By]++
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	busy.Wait()
	close(stop)
	done.Wait()
	if methods[0][fleet.AdHoc]+methods[1][fleet.AdHoc] == 0 || methods[0][fleet.ByHierarchy]+methods[1][fleet.ByHierarchy] == 0 {
		t.Errorf("answers by labels, hierarchy and ad hoc: %v; want some of each", methods)
	}
}

// TestUseTakesInCarsThatReportMeanwhile fills an index while every car moves.
func TestUseTakesInCarsThatReportMeanwhile(t *testing.T) {
	town := newTown(t, 12)
	f := fleet.New(testGrid(t), town.net, fleet.DefaultSettings())
	random := rand.New(rand.NewPCG(3, 3))
	report := func(cars, from int, at time.Time) {
		batch := make([]fleet.Report, cars)
		for i := range batch {
			batch[i] = town.report(random, from+i, at)
		}
		f.Report(at, batch)
	}
	report(1000, 0, now)
	m := town.metric(1)
	var using sync.WaitGroup
	using.Go(func() { f.Use(m) })
	for i := range 40 {
		report(50, 20*i, now.Add(time.Duration(i+1)*time.Second))
		report(5, 1000+5*i, now.Add(time.Duration(i+1)*time.Second))
	}
	using.Wait()
	r := f.Reader(dispatch.DefaultSettings())
	for range 200 {
		q := town.question(random, m, now.Add(time.Minute))
		a := r.Nearest(q)
		if a.By != fleet.ByHierarchy {
			t.Fatalf("answered %s after Use", a.By)
		}
		checkAnswer(t, q, a)
	}
}

// TestFewOfManyCarsWillDo: where nearly all positions are stale the lists are not gone through.
func TestFewOfManyCarsWillDo(t *testing.T) {
	town := newTown(t, 12)
	f := fleet.New(testGrid(t), town.net, fleet.DefaultSettings())
	random, m := rand.New(rand.NewPCG(6, 6)), town.metric(1)
	var batch []fleet.Report
	for i := range 2000 {
		batch = append(batch, town.report(random, i, now.Add(time.Duration(i/1980)*time.Hour)))
	}
	f.Report(now.Add(time.Hour), batch)
	f.Use(m)
	r, methods := f.Reader(dispatch.DefaultSettings()), [3]int{}
	for i := range 100 {
		q := town.question(random, m, now.Add(time.Duration(i%2)*time.Hour))
		a := r.Nearest(q)
		checkAnswer(t, q, a)
		methods[a.By]++
	}
	if methods[fleet.AdHoc] == 0 || methods[fleet.ByHierarchy] == 0 {
		t.Errorf("answers by labels, hierarchy and ad hoc: %v; want some of the last two", methods)
	}
}

func TestNearestAllocatesNothing(t *testing.T) {
	town := newTown(t, 12)
	f := fleet.New(testGrid(t), town.net, fleet.DefaultSettings())
	random := rand.New(rand.NewPCG(4, 4))
	for i := range 200 {
		f.Report(now, []fleet.Report{town.report(random, i, now)})
	}
	m := town.metric(1)
	f.Use(m)
	r, q := f.Reader(dispatch.DefaultSettings()), town.question(random, m, now)
	for _, by := range []fleet.Method{fleet.ByHierarchy, fleet.ByLabels, fleet.AdHoc} {
		switch by {
		case fleet.ByLabels:
			label(t, m)
		case fleet.AdHoc:
			f.Use()
		}
		if a := r.Nearest(q); a.By != by || len(a.Ranked) != q.K {
			t.Fatalf("%d of %d by %s, want %s", len(a.Ranked), q.K, a.By, by)
		}
		if n := testing.AllocsPerRun(50, func() { r.Nearest(q) }); n != 0 {
			t.Errorf("%s: %g allocations a question", by, n)
		}
	}
}
