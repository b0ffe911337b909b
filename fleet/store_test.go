package fleet_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

var now = time.Date(2026, 11, 20, 14, 30, 0, 0, time.UTC)

// eastless is a network that has no road east of the meridian.
func eastless() *route.Network { return &route.Network{Snapper: west{}, SnapMetres: 700} }

type west struct{}

func (west) Snap(p orb.Point) (road.Spot, bool) { return road.Spot{Metres: 7}, p.Lon() <= 0 }

// testGrid covers a square around Charing Cross.
func testGrid(t testing.TB) *grid.Grid {
	square := orb.Bound{Min: orb.Point{-0.16, 51.49}, Max: orb.Point{-0.09, 51.53}}
	g, err := grid.New([]geo.Borough{{Code: "E09000001", Name: "Square", Sector: geo.NCL, Land: orb.MultiPolygon{square.ToPolygon()}}}, 9)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func newStore(t testing.TB) *fleet.Store {
	return fleet.New(testGrid(t), eastless(), fleet.DefaultSettings())
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var charingCross = orb.Point{-0.1278, 51.5074}

func TestReportKeepsWhatIsUnchanged(t *testing.T) {
	f := newStore(t)
	busy := dispatch.Busy
	f.Report(now, []fleet.Report{{Car: "cars/A", Point: charingCross, Skills: dispatch.Paramedic}})
	f.Report(now, []fleet.Report{{Car: "cars/A", Point: charingCross, Fixed: now.Add(time.Second), Status: &busy}})
	f.Report(now, []fleet.Report{{Car: "cars/A", Point: orb.Point{0.1, 51.5}, Fixed: now.Add(2 * time.Second)}})
	s := f.Snapshot(now.Add(5 * time.Second))
	if len(s.Cars) != 1 {
		t.Fatalf("%d cars, want 1", len(s.Cars))
	}
	c := s.Cars[0]
	if c.Status != dispatch.Busy || c.Skills != dispatch.Paramedic {
		t.Errorf("status %v, skills %v; want busy, paramedic", c.Status, c.Skills)
	}
	if c.OnRoad || c.InGrid || c.Sector != geo.Sectors {
		t.Errorf("a car off the grid and off every road is said to be on them: %+v", c)
	}
	if age := c.Age(s.Now); age != 3*time.Second {
		t.Errorf("age %v, want 3s", age)
	}
}

func TestReportRefusesEachBadReportByItself(t *testing.T) {
	f := newStore(t)
	bad, status := []fleet.Report{
		{Car: "cars/good", Point: charingCross},
		{Car: "car/X", Point: charingCross},
		{Car: "cars/", Point: charingCross},
		{Car: "cars/" + strings.Repeat("x", 64), Point: charingCross},
		{Car: "cars/north", Point: orb.Point{-0.1, 53}},
		{Car: "cars/swapped", Point: orb.Point{51.5, -0.1}},
		{Car: "cars/nan", Point: orb.Point{math.NaN(), 51.5}},
		{Car: "cars/inf", Point: orb.Point{0, math.Inf(1)}},
		{Car: "cars/future", Point: charingCross, Fixed: now.Add(time.Minute)},
		{Car: "cars/status", Point: charingCross, Status: new(dispatch.Status)},
		{Car: "cars/skills", Point: charingCross, Skills: 128},
	}, dispatch.Statuses
	bad[9].Status = &status
	out := f.Report(now, bad)
	if out.Accepted != 1 || len(out.Refused) != len(bad)-1 {
		t.Fatalf("%d accepted, %d refused: %v", out.Accepted, len(out.Refused), out.Refused)
	}
	wants := []string{"cars/ID", "cars/ID", "cars/ID", "lat 53", "swapped", "lon NaN", "lat +Inf", "ahead", "status", "skills"}
	for i, r := range out.Refused {
		if r.Index != i+1 || r.Car != bad[i+1].Car || !strings.Contains(r.Err.Error(), wants[i]) {
			t.Errorf("refusal %d: %+v, want index %d and %q", i, r, i+1, wants[i])
		}
	}
}

func TestReportRefusesMoreCarsThanAllowed(t *testing.T) {
	s := fleet.DefaultSettings()
	s.MaxCars = 2
	f := fleet.New(testGrid(t), eastless(), s)
	batch := []fleet.Report{{Car: "cars/C", Point: charingCross}, {Car: "cars/A", Point: charingCross}, {Car: "cars/B", Point: charingCross}}
	out := f.Report(now, batch)
	if out.Accepted != 2 || len(out.Refused) != 1 || !errors.Is(out.Refused[0].Err, fleet.ErrFull) {
		t.Fatalf("got %+v, want the third car refused", out)
	}
	if out := f.Report(now.Add(time.Second), batch[:2]); out.Accepted != 2 {
		t.Errorf("cars of a full fleet cannot report any more: %+v", out)
	}
}

// TestStoreEqualsMap compares the store with a map that takes one report after the other.
func TestStoreEqualsMap(t *testing.T) {
	g := testGrid(t)
	rapid.Check(t, func(t *rapid.T) {
		f := fleet.New(g, eastless(), fleet.DefaultSettings())
		want := map[string]dispatch.Car{}
		for range rapid.IntRange(1, 6).Draw(t, "batches") {
			var batch []fleet.Report
			var slow fleet.Outcome
			for range rapid.IntRange(0, 12).Draw(t, "reports") {
				r := drawReport(t)
				batch = append(batch, r)
				apply(want, r, &slow)
			}
			got := f.Report(now, batch)
			if got.Accepted != slow.Accepted || got.Ignored != slow.Ignored || len(got.Refused) != 0 {
				t.Fatalf("outcome %+v, want %+v", got, slow)
			}
		}
		page, more := f.List(now, "", 100)
		cars := page.Cars
		if more || len(cars) != len(want) || !slices.IsSortedFunc(cars, func(a, b *dispatch.Car) int { return strings.Compare(a.Name, b.Name) }) {
			t.Fatalf("%d cars, want %d in order of name", len(cars), len(want))
		}
		for _, c := range cars {
			w := want[c.Name]
			if c.Status != w.Status || c.Skills != w.Skills || !c.Fixed.Equal(w.Fixed) || c.Point != w.Point {
				t.Fatalf("%+v, want %+v", c, w)
			}
		}
	})
}

// TestListTurnsPages reads the fleet page by page.
func TestListTurnsPages(t *testing.T) {
	g := testGrid(t)
	rapid.Check(t, func(t *rapid.T) {
		f := fleet.New(g, eastless(), fleet.DefaultSettings())
		var batch []fleet.Report
		names := rapid.SliceOfDistinct(rapid.StringMatching("cars/[a-c][a-c0-2.]{0,4}"), rapid.ID).Draw(t, "names")
		for _, n := range names {
			batch = append(batch, fleet.Report{Car: n, Point: orb.Point{0.1, 51.5}})
		}
		f.Report(now, batch)
		size, after := rapid.IntRange(1, 5).Draw(t, "size"), ""
		var got []string
		for more := true; more; {
			var page dispatch.Snapshot
			page, more = f.List(now, after, size)
			for _, c := range page.Cars {
				got = append(got, c.Name)
			}
			if more {
				after = got[len(got)-1]
			}
		}
		slices.Sort(names)
		if !slices.Equal(got, names) {
			t.Fatalf("%v, want %v", got, names)
		}
	})
}

func drawReport(t *rapid.T) fleet.Report {
	r := fleet.Report{
		Car:    fmt.Sprintf("cars/%d", rapid.IntRange(0, 6).Draw(t, "car")),
		Point:  orb.Point{rapid.Float64Range(-0.2, 0.1).Draw(t, "lon"), 51.5},
		Fixed:  now.Add(time.Duration(rapid.IntRange(-20, 5).Draw(t, "fixed")) * time.Second),
		Skills: dispatch.Skills(rapid.IntRange(0, 7).Draw(t, "skills")),
	}
	if rapid.Bool().Draw(t, "has status") {
		status := dispatch.Status(rapid.IntRange(0, 2).Draw(t, "status"))
		r.Status = &status
	}
	return r
}

func apply(cars map[string]dispatch.Car, r fleet.Report, out *fleet.Outcome) {
	c, ok := cars[r.Car]
	if ok && !r.Fixed.After(c.Fixed) {
		out.Ignored++
		return
	}
	out.Accepted++
	c.Name, c.Fixed, c.Point = r.Car, r.Fixed, r.Point
	if r.Status != nil {
		c.Status = *r.Status
	}
	if r.Skills != 0 {
		c.Skills = r.Skills
	}
	cars[r.Car] = c
}

// TestSnapshotsNeverChange lets writers and readers race; run it with -race.
func TestSnapshotsNeverChange(t *testing.T) {
	f := newStore(t)
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for i := range 200 {
				f.Report(now, []fleet.Report{
					{Car: fmt.Sprintf("cars/%d-a", w), Point: charingCross, Fixed: now.Add(time.Duration(i) * time.Millisecond)},
					{Car: fmt.Sprintf("cars/%d-b", w), Point: charingCross, Fixed: now.Add(time.Duration(i) * time.Millisecond)},
				})
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		page, _ := f.List(now, "", 100)
		cars := page.Cars
		for i := 0; i < len(cars); i += 2 {
			if !cars[i].Fixed.Equal(cars[i+1].Fixed) {
				t.Fatalf("half a batch is visible: %v and %v", cars[i], cars[i+1])
			}
		}
	}
	f.Settle()
	if n := len(f.Snapshot(now).Cars); n != 8 {
		t.Errorf("%d cars, want 8", n)
	}
}

func BenchmarkReportOneOf10000(b *testing.B) {
	f := newStore(b)
	batch := make([]fleet.Report, 10_000)
	for i := range batch {
		batch[i] = fleet.Report{Car: fmt.Sprintf("cars/%05d", i), Point: charingCross}
	}
	f.Report(now, batch)
	at := now
	for b.Loop() {
		at = at.Add(time.Millisecond)
		f.Report(at, batch[5000:5001])
	}
}

func Example() {
	city, _ := grid.New([]geo.Borough{{Name: "Square", Land: orb.MultiPolygon{orb.Bound{
		Min: orb.Point{-0.13, 51.50}, Max: orb.Point{-0.12, 51.51}}.ToPolygon()}}}, 9)
	f := fleet.New(city, eastless(), fleet.DefaultSettings())
	out := f.Report(now, []fleet.Report{
		{Car: "cars/JRC-1", Point: charingCross},
		{Car: "cars/JRC 2", Point: charingCross},
	})
	fmt.Println(out.Accepted, out.Refused[0].Err)
	s := f.Snapshot(now.Add(3 * time.Minute))
	c := s.Cars[0]
	fmt.Println(c.Name, c.Status, c.Age(s.Now), "stale:", s.Stale(c))
	// Output:
	// 1 car "cars/JRC 2": want cars/ID, where ID is 1 to 63 letters, digits, dots, underscores or hyphens
	// cars/JRC-1 available 3m0s stale: true
}

// TestShiftHeadingAndRoad: what a report leaves out stays, and a car off the road is known all the same.
func TestShiftHeadingAndRoad(t *testing.T) {
	f := newStore(t)
	end, north, wrong := now.Add(time.Hour), 5.0, 360.5
	out := f.Report(now, []fleet.Report{
		{Car: "cars/A", Point: orb.Point{-0.12, 51.5}, ShiftEnd: end, Heading: &north},
		{Car: "cars/B", Point: orb.Point{-0.12, 51.5}, Heading: &wrong},
		{Car: "cars/C", Point: orb.Point{0.01, 51.5}},
	})
	if out.Accepted != 2 || !slices.Equal(out.OffRoad, []int{2}) || len(out.Refused) != 1 || !strings.Contains(out.Refused[0].Err.Error(), "heading 360.5") {
		t.Fatalf("%+v", out)
	}
	a, ok := f.Car("cars/A")
	if !ok || a.Heading != &north || !a.ShiftEnd.Equal(end) || a.ShiftOver(end.Add(-1)) || !a.ShiftOver(end) {
		t.Errorf("%+v", a)
	}
	f.Report(now.Add(time.Second), []fleet.Report{{Car: "cars/A", Point: orb.Point{-0.121, 51.5}}})
	if a, _ = f.Car("cars/A"); a.Heading != nil || !a.ShiftEnd.Equal(end) {
		t.Errorf("after a report without them: %+v", a)
	}
	if c, ok := f.Car("cars/C"); !ok || c.OnRoad {
		t.Errorf("a car off the road: %+v, %v", c, ok)
	}
	if _, ok := f.Car("cars/B"); ok {
		t.Error("a refused car is known")
	}
	if snap := f.Snapshot(now); snap.RoadMetres != 700 {
		t.Errorf("the limit told is %v m", snap.RoadMetres)
	}
}
