package roadworks

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/artefact"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func open(t testing.TB, dir string, now time.Time) *Store {
	t.Helper()
	s, err := Open(dir, street(60), now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func hashOf(s *Store) string { return hex.EncodeToString(s.network.Hash[:]) }

func closure(id string, where Place) Change {
	return Change{ID: id, Kind: Closed, Place: where, Created: noon}
}

func TestChangesOutliveTheProcess(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, noon)
	east := 90.0
	slow := Change{ID: "b", Request: "r-2", Kind: Speed, KmH: 12.5, Place: Place{Area: around(-0.155, -0.145)}, Note: "market, stalls on the road", Created: noon, Expires: noon.Add(time.Hour)}
	edges := closure("c", Place{Edges: []Edge{{7, At{orb.Point{-0.165, streetLat}, &east}}}, Network: hashOf(s)})
	for _, c := range []Change{closure("a", atPoint(-0.1995)), slow, edges} {
		if _, err := s.Add(noon, c); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok, err := s.Remove(noon, "a"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	again := open(t, dir, noon.Add(time.Minute))
	if !reflect.DeepEqual(again.State(), s.State()) || len(s.State().Changes) != 2 {
		t.Errorf("after a restart\n%+v\nwant\n%+v", again.State(), s.State())
	}
	if got := open(t, dir, slow.Expires).State(); len(got.Changes) != 1 || got.Changes[0].ID != "c" {
		t.Errorf("after the second has expired: %+v", got)
	}
}

// TestAnotherNetworkPlacesThemAgain: a network of one edge knows only the street's western end.
func TestAnotherNetworkPlacesThemAgain(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, noon)
	for _, c := range []Change{closure("a", Place{Area: around(-0.2, -0.15)}), closure("b", atPoint(-0.1))} {
		if _, err := s.Add(noon, c); err != nil {
			t.Fatal(err)
		}
	}
	small, err := Open(dir, street(1), noon)
	if err != nil {
		t.Fatal(err)
	}
	got := small.State().Changes
	if len(got) != 2 || !slices.Equal(got[0].Arcs, []road.Arc{0, 1}) || got[1].Arcs != nil {
		t.Errorf("on a small network: %+v", got)
	}
	// What touches nothing now is kept for the network that knows it.
	if _, _, err := small.Remove(noon, "a"); err != nil {
		t.Fatal(err)
	}
	if back := open(t, dir, noon).State().Changes; len(back) != 1 || len(back[0].Arcs) != 2 {
		t.Errorf("on the first network again: %+v", back)
	}
}

// TestNothingIsInForceThatIsNotKept takes the data directory away.
func TestNothingIsInForceThatIsNotKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, noon)
	if _, err := s.Add(noon, closure("a", atPoint(0))); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Add(noon, closure("b", atPoint(0))); err == nil || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("added without a place to keep it: %v", err)
	}
	if _, _, err := s.Remove(noon, "a"); err == nil {
		t.Error("removed without a place to keep it")
	}
	if got := s.State().Changes; len(got) != 1 || got[0].ID != "a" {
		t.Errorf("after two failures: %+v", got)
	}
}

func TestRepeatsOfARequest(t *testing.T) {
	s := open(t, "", noon)
	ask := func(id string, kmh float64, expires time.Time) Change {
		return Change{ID: id, Request: "r", Kind: Speed, KmH: kmh, Place: atPoint(0), Created: noon, Expires: expires}
	}
	first, err := s.Add(noon, ask("a", 20, noon.Add(time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.Add(noon, ask("b", 20, noon.Add(61*time.Minute))); err != nil || !reflect.DeepEqual(again, first) {
		t.Errorf("repeated: %+v, %v", again, err)
	}
	if _, err := s.Add(noon, ask("c", 30, noon.Add(time.Hour))); !errors.Is(err, ErrRepeat) {
		t.Errorf("another speed under the same request: %v", err)
	}
	if _, err := s.Add(noon.Add(2*time.Hour), ask("d", 30, noon.Add(3*time.Hour))); err != nil {
		t.Errorf("the request's change has expired: %v", err)
	}
	if s.Kept() {
		t.Error("kept nowhere, but said to be kept")
	}
}

func TestLimits(t *testing.T) {
	s := open(t, "", noon)
	s.network = lattice(MaxArcs)
	if _, err := s.Add(noon, closure("a", Place{Area: around(-0.11, -0.09)})); err != nil {
		t.Errorf("within the limit: %v", err)
	}
	s.network = lattice(MaxArcs + 1)
	if _, err := s.Add(noon, closure("b", Place{Area: around(-0.11, -0.09)})); !errors.Is(err, ErrTooMany) || !strings.Contains(err.Error(), "50000") {
		t.Errorf("too many arcs: %v", err)
	}
	s.network = street(60)
	for i := 1; i < MaxChanges; i++ {
		if _, err := s.Add(noon, closure("c"+strconv.Itoa(i), atPoint(0))); err != nil {
			t.Fatal(i, err)
		}
	}
	if _, err := s.Add(noon, closure("d", atPoint(0))); !errors.Is(err, ErrTooMany) || !strings.Contains(err.Error(), "1000") {
		t.Errorf("one change more than may be: %v", err)
	}
	if _, err := s.Add(noon, closure("e", Place{At: &At{Point: orb.Point{0, 51.6}}})); !errors.Is(err, ErrTooMany) {
		t.Errorf("got %v", err)
	}
}

// lattice is a network without shapes: two nodes and so many arcs from one to the other.
func lattice(arcs int) *route.Network {
	return &route.Network{Graph: &road.Graph{
		FirstOut: []road.Arc{0, road.Arc(arcs), road.Arc(arcs)}, Head: slices.Repeat([]road.Node{1}, arcs), Class: make([]road.Class, arcs),
		Lon: []float32{-0.1, -0.095}, Lat: []float32{51.5, 51.5},
	}}
}

func TestAddRefuses(t *testing.T) {
	turned := 361.0
	for name, c := range map[string]struct {
		change func(*Change)
		want   string
	}{
		"no place":        {func(c *Change) { c.Place = Place{} }, "where: want one of"},
		"two places":      {func(c *Change) { c.Place.Area = around(0, 1) }, "where: want one of"},
		"outside London":  {func(c *Change) { c.Place.At.Point = orb.Point{-2, 53} }, "where.at: "},
		"heading":         {func(c *Change) { c.Place.At.Heading = &turned }, "where.at.heading: 361"},
		"two corners":     {func(c *Change) { c.Place = Place{Area: around(0, 0.1)[:2]} }, "where.area: 2 corners"},
		"1,001 corners":   {func(c *Change) { c.Place = Place{Area: make(orb.Ring, 1001)} }, "where.area: 1001 corners"},
		"corner outside":  {func(c *Change) { c.Place = Place{Area: around(0, 9)} }, "where.area.vertices[1]: "},
		"no area":         {func(c *Change) { c.Place = Place{Area: slices.Repeat(orb.Ring{{0, 51.5}}, 3)} }, "span no area"},
		"no edges":        {func(c *Change) { c.Place = Place{Edges: []Edge{}} }, "where.edges: 0 edges"},
		"no hash":         {func(c *Change) { c.Place = Place{Edges: make([]Edge, 1)} }, "network_sha256"},
		"no kind":         {func(c *Change) { c.Kind = "" }, "kind: "},
		"speed":           {func(c *Change) { c.Kind, c.KmH = Speed, 0.5 }, "speed_kmh: 0.5: want 1 to 200"},
		"closed at speed": {func(c *Change) { c.KmH = 5 }, "speed_kmh: 5"},
		"note":            {func(c *Change) { c.Note = strings.Repeat("é", 201) }, "note: want at most 200"},
		"two lines":       {func(c *Change) { c.Note = "a\nb" }, "note: "},
		"request":         {func(c *Change) { c.Request = strings.Repeat("x", 65) }, "request_id: "},
		"past":            {func(c *Change) { c.Expires = noon }, "not later than now"},
		"far":             {func(c *Change) { c.Expires = noon.AddDate(1, 0, 2) }, "at most a year"},
		"no road":         {func(c *Change) { c.Place.At.Point[1] = 51.51 }, "no road within 100 m of 51.51"},
	} {
		in := closure("x", atPoint(0))
		c.change(&in)
		s := open(t, t.TempDir(), noon)
		if _, err := s.Add(noon, in); err == nil || !strings.Contains(err.Error(), c.want) || len(s.State().Changes) != 0 {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestOpenRefusesWhatIsDamaged(t *testing.T) {
	dir := t.TempDir()
	if _, err := open(t, dir, noon).Add(noon, closure("a", atPoint(-0.15))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, File)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, want string }{
		"cut short":   {string(whole[:len(whole)/2]), "byte"},
		"empty":       {"", "byte 0"},
		"moved":       {strings.Replace(string(whole), "-0.15", "-0.16", 1), "edited or damaged"},
		"more":        {string(whole) + "{}", "more follows"},
		"another":     {strings.Replace(string(whole), "changes/1", "changes/2", 1), "another version"},
		"a new field": {strings.Replace(string(whole), `"kind"`, `"sort"`, 1), `"sort"`},
		"twice":       {strings.Replace(string(whole), "\n]", ","+strings.Split(string(whole), "\n")[1]+"\n]", 1), "same id"},
		"no place":    {strings.Replace(string(whole), `{"at":{"point":[-0.15,51.5]}}`, `{}`, 1), "changes[0].where"},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir, street(60), noon)
		if !errors.Is(err, artefact.ErrUnusable) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "put a copy back") {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// TestEffects compares with looking at every change for every arc.
func TestEffects(t *testing.T) {
	arc := rapid.Custom(func(t *rapid.T) road.Arc { return road.Arc(rapid.IntRange(0, 9).Draw(t, "arc")) })
	rapid.Check(t, func(t *rapid.T) {
		state := &State{}
		for range rapid.IntRange(0, 8).Draw(t, "changes") {
			c := Placed{Arcs: rapid.SliceOfNDistinct(arc, 0, 6, rapid.ID).Draw(t, "arcs")}
			slices.Sort(c.Arcs)
			c.KmH = rapid.SampledFrom([]float64{0, 10, 20, 30}).Draw(t, "speed")
			state.Changes = append(state.Changes, c)
		}
		want := map[road.Arc]float64{}
		for a := range road.Arc(10) {
			for _, c := range state.Changes {
				if slices.Contains(c.Arcs, a) {
					if was, touched := want[a]; !touched || was != 0 {
						want[a] = c.KmH
					}
				}
			}
		}
		got := state.Effects()
		for i, e := range got {
			if kmh, ok := want[e.Arc]; !ok || kmh != e.KmH || i > 0 && got[i-1].Arc >= e.Arc {
				t.Fatalf("%+v, want %v", got, want)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%d arcs, want %d", len(got), len(want))
		}
	})
}

func TestStatesEnd(t *testing.T) {
	s := &State{[]Placed{
		{Change: Change{ID: "a"}},
		{Change: Change{ID: "b", Expires: noon.Add(2 * time.Hour)}},
		{Change: Change{ID: "c", Expires: noon.Add(time.Hour)}},
	}}
	if at, ok := s.NextExpiry(); !ok || at != noon.Add(time.Hour) {
		t.Errorf("next expiry %v, %v", at, ok)
	}
	if s.At(noon.Add(time.Hour-1)) != s {
		t.Error("a change ended before its time")
	}
	for hours, want := range []int{3, 2, 1} {
		if left := s.At(noon.Add(time.Duration(hours) * time.Hour)); len(left.Changes) != want {
			t.Errorf("%d left after %d h, want %d", len(left.Changes), hours, want)
		}
	}
	if _, ok := s.At(noon.Add(2 * time.Hour)).NextExpiry(); ok {
		t.Error("what never expires has an expiry")
	}
}
