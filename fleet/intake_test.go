package fleet_test

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo/route"
)

// slowFleet is the slow twin of a store: it takes one report after the other, by the rules of
// docs/positions.md.
type slowFleet struct {
	fleet.Settings
	cars   map[string]*slowCar
	counts fleet.Counts
}

type slowCar struct {
	fixed, heard time.Time
	point        orb.Point
	status       dispatch.Status
	kept         bool
}

func (s *slowFleet) report(now time.Time, batch []fleet.Report) (out fleet.Outcome) {
	fresh := map[string]bool{}
	for _, r := range batch {
		if s.cars[r.Car] == nil && s.takes(now, r.Fixed) {
			fresh[r.Car] = true
		}
	}
	if len(fresh) > 0 && len(s.cars)+len(fresh) > s.MaxCars {
		s.drop(now)
	}
	for i, r := range batch {
		s.one(now, i, r, &out)
	}
	return out
}

func (s *slowFleet) takes(now, fixed time.Time) bool {
	return fixed.IsZero() || fixed.Sub(now) <= s.MaxAhead && now.Sub(fixed) <= s.DropAfter
}

func (s *slowFleet) one(now time.Time, i int, r fleet.Report, out *fleet.Outcome) {
	refuse := func(f fleet.Fault) {
		out.Refused = append(out.Refused, fleet.ReportError{Index: i, Car: r.Car, Fault: f})
		s.counts.Refused[f]++
	}
	fixed := r.Fixed
	if fixed.IsZero() {
		fixed = now
	}
	c := s.cars[r.Car]
	switch {
	case fixed.Sub(now) > s.MaxAhead:
		refuse(fleet.FromFuture)
		return
	case now.Sub(fixed) > s.DropAfter:
		refuse(fleet.TooOld)
		return
	case c == nil && len(s.cars) >= s.MaxCars:
		refuse(fleet.NoRoom)
		return
	case c == nil:
		c = &slowCar{}
		s.cars[r.Car] = c
	case c.fixed.Equal(fixed):
		out.Duplicate = append(out.Duplicate, i)
	case c.fixed.After(fixed) && !c.fixed.After(now.Add(s.MaxAhead)):
		out.Overtaken = append(out.Overtaken, i)
	}
	c.heard = now
	if n := len(out.Duplicate) + len(out.Overtaken); n > out.Ignored {
		out.Ignored = n
		return
	}
	c.fixed, c.point = fixed, r.Point
	out.Accepted++
	if now.Sub(fixed) > s.StaleAfter {
		out.Late = append(out.Late, i)
	}
	switch {
	case r.Status == nil:
	case !c.kept:
		c.status = *r.Status
	case *r.Status != c.status:
		out.Overruled = append(out.Overruled, i)
	}
}

func (s *slowFleet) drop(now time.Time) {
	for name, c := range s.cars {
		if c.heard.After(now) {
			c.heard = now
		}
		if !c.kept && now.Sub(c.heard) > s.DropAfter {
			delete(s.cars, name)
			s.counts.Dropped++
		}
	}
}

func (s *slowFleet) keep(k fleet.Kept) {
	c := s.cars[k.Car]
	if c == nil {
		c = &slowCar{}
		s.cars[k.Car] = c
	}
	c.kept, c.status = true, k.Status
}

// drawPosition is a report of one of a few cars, from around now: repeated, late, overtaken, from the
// future.
func drawPosition(t *rapid.T, now time.Time) fleet.Report {
	r := fleet.Report{
		Car:   fmt.Sprintf("cars/%d", rapid.IntRange(0, 9).Draw(t, "car")),
		Point: orb.Point{rapid.Float64Range(-0.135, -0.12).Draw(t, "lon"), rapid.Float64Range(51.5, 51.515).Draw(t, "lat")},
	}
	if rapid.IntRange(0, 3).Draw(t, "has time") > 0 {
		seconds := rapid.SampledFrom([]int{0, 0, 1, 2, 9, 10, 11, -1, -5, -119, -121, -3000, -3601, 4000}).Draw(t, "ahead")
		r.Fixed = now.Add(time.Duration(seconds) * time.Second)
	}
	if rapid.Bool().Draw(t, "has status") {
		status := dispatch.Status(rapid.IntRange(0, 1).Draw(t, "status"))
		r.Status = &status
	}
	return r
}

// TestStoreEqualsSlowTwin has batches, records and a clock that jumps either way come in any order, in a
// fleet that is small enough to be full and forgets after an hour: outcomes, counts, cars, and the
// ranking from the index must be those of the twin.
func TestStoreEqualsSlowTwin(t *testing.T) {
	g, w := testGrid(t), newTown(t, 24)
	m := w.metric(1)
	rapid.Check(t, func(t *rapid.T) {
		s := fleet.DefaultSettings()
		s.MaxCars, s.DropAfter = 6, time.Hour
		f, slow, now := fleet.New(g, w.net, s), slowFleet{Settings: s, cars: map[string]*slowCar{}}, now
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			now = now.Add(rapid.SampledFrom([]time.Duration{0, time.Second, time.Second, time.Minute, 40 * time.Minute, time.Hour, -time.Hour}).Draw(t, "clock"))
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				f.Use(m)
			case 1:
				k := fleet.Kept{Car: fmt.Sprintf("cars/%d", rapid.IntRange(0, 2).Draw(t, "kept")), Revision: 1, Status: dispatch.Available}
				if c := slow.cars[k.Car]; c == nil || !c.kept {
					f.Keep(now, []fleet.Kept{k})
					slow.keep(k)
				}
			case 2:
				f.Drop(now)
				slow.drop(now)
			default:
				var batch []fleet.Report
				for range rapid.IntRange(0, 8).Draw(t, "reports") {
					batch = append(batch, drawPosition(t, now))
				}
				compareOutcome(t, f.Report(now, batch), slow.report(now, batch), &slow.counts)
			}
		}
		if got := f.Counts(); got != slow.counts {
			t.Fatalf("counts %+v\nwant %+v", got, slow.counts)
		}
		compareCars(t, f, &slow, now)
		f.Use(m)
		compareRanking(t, f, w, m, now)
	})
}

func compareOutcome(t *rapid.T, got, want fleet.Outcome, sum *fleet.Counts) {
	sum.Accepted += uint64(want.Accepted)
	sum.Duplicate += uint64(len(want.Duplicate))
	sum.Overtaken += uint64(len(want.Overtaken))
	sum.Late += uint64(len(want.Late))
	sum.Overruled += uint64(len(want.Overruled))
	for i := range got.Refused {
		if got.Refused[i].Err == nil {
			t.Fatalf("%+v has no error", got.Refused[i])
		}
		got.Refused[i].Err = nil
	}
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		t.Fatalf("outcome %s\nwant    %s", g, w)
	}
}

func compareCars(t *rapid.T, f *fleet.Store, slow *slowFleet, now time.Time) {
	snap := f.Snapshot(now)
	if page, _ := f.List(now, "", 100); len(snap.Cars) != len(slow.cars) || len(page.Cars) != len(slow.cars) {
		t.Fatalf("%d cars, %d listed, want %d", len(snap.Cars), len(page.Cars), len(slow.cars))
	}
	for name, w := range slow.cars {
		c, ok := f.Car(name)
		if !ok || !slices.Contains(snap.Cars, c) || !c.Fixed.Equal(w.fixed) || c.Point != w.point || c.Status != w.status {
			t.Fatalf("%s: %+v, want %+v", name, c, w)
		}
		if stale := now.Sub(w.fixed).Abs() > slow.StaleAfter; snap.Stale(c) != stale {
			t.Fatalf("%s, fixed at %v, is stale at %v: %v", name, w.fixed, now, !stale)
		}
	}
}

// compareRanking compares the answers from the index with those of a search of the roads.
func compareRanking(t interface{ Fatalf(string, ...any) }, f *fleet.Store, w *town, m *route.Metric, now time.Time) {
	spot, _ := w.net.Snap(charingCross)
	q := fleet.Question{Metric: m, Now: now, K: 10, Whole: true, Incident: dispatch.Incident{Point: charingCross, Spot: spot}}
	a := f.Reader(dispatch.DefaultSettings()).Nearest(&q)
	slow := dispatch.NewClosestIdle(dispatch.NewAdHoc(route.NewFinder(m)), dispatch.DefaultSettings())
	want := slow.Respond(&a.Snapshot, &q.Incident, q.K, nil)
	if a.By == fleet.AdHoc || !slices.Equal(a.Ranked, want) {
		t.Fatalf("by %v: %v\nwant %v", a.By, a.Ranked, want)
	}
}

// TestAClockSetBackKeepsNobodyOut: positions taken while the server's clock was an hour ahead are no
// obstacle once it is right again; until a car reports, it is not offered, and why is told.
func TestAClockSetBackKeepsNobodyOut(t *testing.T) {
	w := newTown(t, 4)
	f := fleet.New(testGrid(t), w.net, fleet.DefaultSettings())
	f.Report(now.Add(time.Hour), []fleet.Report{{Car: "cars/A", Point: charingCross}, {Car: "cars/B", Point: charingCross}})
	if out := f.Report(now, []fleet.Report{{Car: "cars/A", Point: charingCross, Fixed: now.Add(-time.Second)}}); out.Accepted != 1 {
		t.Errorf("%+v", out)
	}
	snap := f.Snapshot(now)
	spot, _ := w.net.Snap(charingCross)
	in := dispatch.Incident{Point: charingCross, Spot: spot}
	if a, b := snap.Cars[0], snap.Cars[1]; snap.Stale(a) || !snap.Stale(b) {
		t.Errorf("stale: %v, %v", snap.Stale(a), snap.Stale(b))
	}
	roads := dispatch.NewAdHoc(route.NewFinder(w.metric(1)))
	ranked := dispatch.NewClosestIdle(roads, dispatch.DefaultSettings()).Respond(&snap, &in, 5, nil)
	if len(ranked) != 1 || ranked[0].Car.Name != "cars/A" {
		t.Errorf("%+v", ranked)
	}
	why := roads.Exclusions(&snap, &in, ranked, nil)
	if len(why) != 1 || why[0].String() != "position's time is 1 h 0 min ahead of the clock, so that its age is not known" {
		t.Errorf("%v", why)
	}
}

// TestMemoryIsBounded has 50 times as many cars come and go as there may be.
func TestMemoryIsBounded(t *testing.T) {
	s := fleet.DefaultSettings()
	s.MaxCars = 1000
	w := newTown(t, 8)
	f := fleet.New(testGrid(t), w.net, s)
	f.Use(w.metric(1))
	generation := func(n int, now time.Time) {
		batch := make([]fleet.Report, s.MaxCars)
		for i := range batch {
			batch[i] = fleet.Report{Car: fmt.Sprintf("cars/%d-%d", n, i), Point: orb.Point{charingCross[0] + float64(i%7)*step/2, charingCross[1]}}
		}
		if out := f.Report(now, batch); out.Accepted != len(batch) {
			t.Fatalf("generation %d: %d accepted, %d refused", n, out.Accepted, len(out.Refused))
		}
	}
	used := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	generation(0, now)
	before := used()
	for n := 1; n <= 50; n++ {
		now = now.Add(s.DropAfter + time.Second)
		generation(n, now)
	}
	if after := used(); float64(after) > 1.5*float64(before)+1e6 {
		t.Errorf("%d bytes, at first %d", after, before)
	}
	if n, dropped := len(f.Snapshot(now).Cars), f.Counts().Dropped; n != s.MaxCars || dropped != 50*uint64(s.MaxCars) {
		t.Errorf("%d cars, %d dropped", n, dropped)
	}
}

// TestFaultsHaveNamesOfTheirOwn: metrics are labelled with them.
func TestFaultsHaveNamesOfTheirOwn(t *testing.T) {
	var names []string
	for f := range fleet.Faults {
		names = append(names, f.String())
	}
	slices.SortFunc(names, cmp.Compare[string])
	if len(slices.Compact(slices.Clone(names))) != int(fleet.Faults) || slices.ContainsFunc(names, func(s string) bool { return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") != "" }) {
		t.Errorf("%q", names)
	}
}

// TestNamesAgreeWithTheirPattern: the check by hand takes what the pattern in its words does.
func TestNamesAgreeWithTheirPattern(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.StringMatching(`cars/[A-Za-z0-9._-]{0,66}`), rapid.StringMatching(`(cars|car|CARS)?/?[ -~é]{0,4}`)).Draw(t, "name")
		id, ok := strings.CutPrefix(name, "cars/")
		want := ok && id != "" && len(id) <= 63 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == "" && !strings.ContainsAny(id[:1], "._-")
		if got := fleet.CheckName(name) == nil; got != want {
			t.Fatalf("%q: %v, want %v", name, got, want)
		}
	})
}

func TestFarTimesAreRefused(t *testing.T) {
	f := newStore(t)
	out := f.Report(now, []fleet.Report{
		{Car: "cars/A", Point: charingCross, Fixed: now.Add(-13 * time.Hour)},
		{Car: "cars/A", Point: charingCross, Fixed: time.Unix(0, 0)},
		{Car: "cars/A", Point: charingCross, ShiftEnd: now.AddDate(40, 0, 0)},
		{Car: "cars/A", Unread: errors.New("not a report")},
	})
	want := []fleet.Fault{fleet.TooOld, fleet.TooOld, fleet.BadShift, fleet.Unread}
	for i, e := range out.Refused {
		if e.Index != i || e.Fault != want[i] || e.Err == nil {
			t.Errorf("%+v, want %v", e, want[i])
		}
	}
	if len(out.Refused) != len(want) {
		t.Errorf("%+v", out)
	}
}

// TestReportsRecordsAndRoadsAtOnce lets all who change a store race; in the end it must be as if they had
// come one after the other. Run it with -race.
func TestReportsRecordsAndRoadsAtOnce(t *testing.T) {
	const writers, cars, rounds = 4, 20, 60
	s := fleet.DefaultSettings()
	s.MaxCars = writers*cars + 1
	w := newTown(t, 24)
	f, m := fleet.New(testGrid(t), w.net, s), w.metric(1)
	old := fleet.Report{Car: "cars/gone", Point: charingCross}
	f.Report(now.Add(-s.DropAfter), []fleet.Report{old})
	var all sync.WaitGroup
	for n := range writers {
		all.Go(func() {
			for round := range rounds {
				var batch []fleet.Report
				for i := range cars {
					lon := charingCross[0] + step*float64((i*7+round*(n+1))%20-10)
					batch = append(batch, fleet.Report{Car: fmt.Sprintf("cars/%d-%d", n, i), Point: orb.Point{lon, charingCross[1]}, Fixed: now.Add(time.Duration(round) * time.Millisecond)})
				}
				f.Report(now.Add(time.Second), batch)
			}
		})
	}
	all.Go(func() { f.Use(m) })
	all.Go(func() { f.Drop(now.Add(time.Second)) })
	all.Go(func() {
		for revision := range uint64(rounds) {
			f.Keep(now, []fleet.Kept{{Car: "cars/0-0", Revision: revision + 1, Status: dispatch.Status(revision % 2)}})
			if c, _ := f.Car("cars/0-0"); c.Revision != revision+1 {
				t.Errorf("revision %d is seen once %d is kept", c.Revision, revision+1)
			}
		}
	})
	all.Wait()
	f.Settle()
	snap := f.Snapshot(now)
	if len(snap.Cars) != writers*cars {
		t.Fatalf("%d cars, want %d", len(snap.Cars), writers*cars)
	}
	for _, c := range snap.Cars {
		if want := now.Add((rounds - 1) * time.Millisecond); !c.Fixed.Equal(want) {
			t.Errorf("%s was last seen at %v, want %v", c.Name, c.Fixed, want)
		}
	}
	compareRanking(t, f, w, m, now)
}
