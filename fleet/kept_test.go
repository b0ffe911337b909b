package fleet_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/route"
)

// twin is the slow twin of a store: what each car last reported of itself, and its last record.
type twin struct {
	reported map[string]*dispatch.Car
	kept     map[string]*fleet.Kept
}

func (w *twin) keep(k fleet.Kept) {
	if was := w.kept[k.Car]; was == nil || k.Revision >= was.Revision {
		w.kept[k.Car] = &k
	}
}

// car is what the store should have.
func (w *twin) car(name string) (c dispatch.Car, ok bool) {
	r, k := w.reported[name], w.kept[name]
	if r != nil {
		c = *r
	}
	if k != nil {
		c.Status, c.Skills, c.ShiftStart, c.ShiftEnd = k.Status, k.Skills, k.ShiftStart, k.ShiftEnd
		c.Revision, c.Base, c.Home, c.Incident, c.Destination, c.Since = k.Revision, k.Base, k.Home, k.Incident, k.Destination, k.Since
	}
	return c, r != nil || k != nil
}

func drawKept(t *rapid.T) fleet.Kept {
	k := fleet.Kept{
		Car:      fmt.Sprintf("cars/%d", rapid.IntRange(0, 6).Draw(t, "car")),
		Revision: rapid.Uint64Range(1, 9).Draw(t, "revision"),
		Status:   dispatch.Status(rapid.IntRange(0, int(dispatch.Statuses)-1).Draw(t, "status")),
		Skills:   dispatch.Skills(rapid.IntRange(0, 7).Draw(t, "skills")),
		Home:     geo.Sector(rapid.IntRange(0, int(geo.Sectors)).Draw(t, "home")),
		Since:    now,
	}
	if rapid.Bool().Draw(t, "on a call") {
		k.Base, k.Incident, k.Destination = "Waterloo", "incidents/1", "St Thomas'"
		k.ShiftStart, k.ShiftEnd = now.Add(-time.Hour), now.Add(time.Hour)
	}
	return k
}

// TestKeepEqualsTwin has records and reports come in any order, repeated and overtaken: what is known of
// every car, and whether it is offered, must follow from its last report and its last record alone.
func TestKeepEqualsTwin(t *testing.T) {
	g := testGrid(t)
	rapid.Check(t, func(t *rapid.T) {
		f := fleet.New(g, eastless(), fleet.DefaultSettings())
		w := twin{map[string]*dispatch.Car{}, map[string]*fleet.Kept{}}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "records") {
				records := rapid.SliceOfN(rapid.Custom(drawKept), 0, 4).Draw(t, "kept")
				f.Keep(now, records)
				for _, k := range records {
					w.keep(k)
				}
				continue
			}
			r := drawReport(t)
			w.report(&r, f.Report(now, []fleet.Report{r}), t)
		}
		compareTwin(t, f, &w)
	})
}

// report takes a report, and checks what the store says of it.
func (w *twin) report(r *fleet.Report, out fleet.Outcome, t *rapid.T) {
	before, k := w.reported[r.Car], w.kept[r.Car]
	cars := map[string]dispatch.Car{}
	if before != nil {
		cars[r.Car] = *before
	}
	var slow fleet.Outcome
	apply(cars, *r, &slow)
	c := cars[r.Car]
	w.reported[r.Car] = &c
	overruled := slow.Accepted == 1 && k != nil && (r.Status != nil && *r.Status != k.Status || r.Skills != 0 && r.Skills != k.Skills)
	if out.Accepted != slow.Accepted || out.Ignored != slow.Ignored || (len(out.Overruled) == 1) != overruled {
		t.Fatalf("%+v gives %+v, want overruled %v and %+v", r, out, overruled, slow)
	}
}

func compareTwin(t *rapid.T, f *fleet.Store, w *twin) {
	j := f.Snapshot(now)
	names := map[string]bool{}
	for _, c := range j.Cars {
		names[c.Name] = true
		want, ok := w.car(c.Name)
		if !ok {
			t.Fatalf("%s is known, and nobody named it", c.Name)
		}
		if c.Status != want.Status || c.Skills != want.Skills || c.Revision != want.Revision || c.Base != want.Base ||
			c.Incident != want.Incident || c.Destination != want.Destination || !c.Since.Equal(want.Since) ||
			!c.ShiftStart.Equal(want.ShiftStart) || !c.ShiftEnd.Equal(want.ShiftEnd) || !c.Fixed.Equal(want.Fixed) || c.Point != want.Point {
			t.Fatalf("%+v\nwant %+v", c, want)
		}
		if w.kept[c.Name] != nil && c.Home != want.Home || w.kept[c.Name] == nil && c.Home != geo.Sectors {
			t.Fatalf("%s is at home in %v", c.Name, c.Home)
		}
		if c.HasPosition() != (w.reported[c.Name] != nil) || c.OnRoad && !c.HasPosition() {
			t.Fatalf("%+v: position", c)
		}
	}
	if all := len(w.reported); len(names) < max(all, len(w.kept)) {
		t.Fatalf("%d cars listed; %d reported, %d have a record", len(names), all, len(w.kept))
	}
}

// TestACarWithoutPositionIsListedAndNotOffered: and is as soon as it reports.
func TestACarWithoutPositionIsListedAndNotOffered(t *testing.T) {
	w := newTown(t, 4)
	f := fleet.New(testGrid(t), w.net, fleet.DefaultSettings())
	m := w.metric(1)
	f.Use(m)
	ask := func() (*fleet.Answer, string) {
		spot, _ := w.net.Snap(charingCross)
		q := fleet.Question{Metric: m, Now: now, K: 5, Whole: true, Incident: dispatch.Incident{Point: charingCross, Spot: spot}}
		a := f.Reader(dispatch.DefaultSettings()).Nearest(&q)
		left := dispatch.NewAdHoc(route.NewFinder(m)).Exclusions(&a.Snapshot, &q.Incident, a.Ranked, nil)
		var why []string
		for _, e := range left {
			why = append(why, e.Car.Name+": "+e.String())
		}
		return a, strings.Join(why, "; ")
	}
	f.Keep(now, []fleet.Kept{{Car: "cars/A", Revision: 3, Home: geo.Sectors}})
	if a, why := ask(); len(a.Ranked)+len(a.Stranded) != 0 || why != "cars/A: no position reported" {
		t.Errorf("%d cars are offered; %s", len(a.Ranked), why)
	}
	f.Report(now, []fleet.Report{{Car: "cars/A", Point: charingCross}})
	if a, why := ask(); len(a.Ranked) != 1 || why != "" {
		t.Errorf("%d cars are offered; %s", len(a.Ranked), why)
	}
	f.Keep(now, []fleet.Kept{{Car: "cars/A", Revision: 4, Status: dispatch.Assigned, Home: geo.Sectors}})
	if a, why := ask(); len(a.Ranked) != 0 || why != "cars/A: assigned" {
		t.Errorf("%d cars are offered; %s", len(a.Ranked), why)
	}
}

// TestKeepGoesBeyondAFullFleet: a record is never refused for want of room; a stranger is.
func TestKeepGoesBeyondAFullFleet(t *testing.T) {
	s := fleet.DefaultSettings()
	s.MaxCars = 1
	f := fleet.New(testGrid(t), eastless(), s)
	f.Report(now, []fleet.Report{{Car: "cars/A", Point: charingCross}})
	f.Keep(now, []fleet.Kept{{Car: "cars/B", Revision: 1}})
	out := f.Report(now, []fleet.Report{{Car: "cars/B", Point: charingCross}, {Car: "cars/C", Point: charingCross}})
	if out.Accepted != 1 || len(out.Refused) != 1 || !slices.ContainsFunc(out.Refused, func(e fleet.ReportError) bool { return e.Car == "cars/C" }) {
		t.Errorf("%+v", out)
	}
}

// TestReportsMakeAnotherStoreAlike hands all that one store knows from reports to another, as a replica
// that starts is told.
func TestReportsMakeAnotherStoreAlike(t *testing.T) {
	g := testGrid(t)
	rapid.Check(t, func(t *rapid.T) {
		a, b := fleet.New(g, eastless(), fleet.DefaultSettings()), fleet.New(g, eastless(), fleet.DefaultSettings())
		records := rapid.SliceOfN(rapid.Custom(drawKept), 0, 4).Draw(t, "kept")
		a.Keep(now, records)
		b.Keep(now, records)
		for range rapid.IntRange(0, 20).Draw(t, "reports") {
			r := drawReport(t)
			if rapid.Bool().Draw(t, "drives") {
				heading := 12.5
				r.Heading, r.ShiftEnd = &heading, now.Add(time.Hour)
			}
			a.Report(now, []fleet.Report{r})
		}
		b.Report(now, slices.Collect(a.Reports()))
		for _, want := range a.Snapshot(now).Cars {
			got, ok := b.Car(want.Name)
			if !ok || !reflect.DeepEqual(got, want) {
				t.Fatalf("%+v\nwant %+v", got, want)
			}
		}
		if n := len(b.Snapshot(now).Cars); n != len(a.Snapshot(now).Cars) {
			t.Fatalf("%d cars", n)
		}
	})
}
