package osm_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/osm"
)

// square is a ring of streets 1-2-3-4 of about 700 × 1,100 m with a shape node (10) on its north side,
// a stub to node 5 and, cut off from the rest, a street between 6 and 7.
func square() *extract {
	residential := map[string]string{"highway": "residential"}
	return &extract{
		nodes: []node{{1, 51.50, -0.10}, {2, 51.51, -0.10}, {3, 51.51, -0.09}, {4, 51.50, -0.09}, {5, 51.50, -0.08}, {6, 51.52, -0.10}, {7, 51.52, -0.09}, {10, 51.511, -0.095}},
		ways: []way{
			{100, residential, []int64{1, 2}},
			{101, residential, []int64{2, 10, 3}},
			{102, residential, []int64{3, 4}},
			{103, residential, []int64{4, 1}},
			{104, residential, []int64{4, 5}},
			{105, residential, []int64{6, 7}},
			{106, residential, []int64{1, 3}},
		},
	}
}

func importOf(t *testing.T, x *extract) *osm.Result {
	t.Helper()
	r, err := osm.Import(context.Background(), x.reader(), settings(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	return r
}

// arcs lists the arcs as "lat,lon>lat,lon class", sorted.
func arcs(r *osm.Result) []string {
	var out []string
	g := r.Graph
	for v := range g.Nodes() {
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			h := g.Head[a]
			out = append(out, fmt.Sprintf("%.2f,%.2f>%.2f,%.2f %s", g.Lat[v], g.Lon[v], g.Lat[h], g.Lon[h], g.Class[a]))
		}
	}
	slices.Sort(out)
	return out
}

func TestImportContractsAndDrops(t *testing.T) {
	r := importOf(t, square())
	// Junctions left: 1 and 3 (three roads each), 4 (three), 5 (a dead end); 2 and 10 are shape.
	want := []string{
		"51.50,-0.08>51.50,-0.09 minor", "51.50,-0.09>51.50,-0.08 minor", // the stub
		"51.50,-0.09>51.50,-0.10 minor", "51.50,-0.10>51.50,-0.09 minor",
		"51.50,-0.09>51.51,-0.09 minor", "51.51,-0.09>51.50,-0.09 minor",
		"51.50,-0.10>51.51,-0.09 minor", "51.50,-0.10>51.51,-0.09 minor", // the diagonal and the way round by 2
		"51.51,-0.09>51.50,-0.10 minor", "51.51,-0.09>51.50,-0.10 minor",
	}
	slices.Sort(want)
	if got := arcs(r); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if d := r.Report.Dropped; d.Nodes != 2 || d.Arcs != 2 || d.Metres < 1380 || d.Metres > 1400 {
		t.Errorf("dropped %+v, want the street between 6 and 7, 694 m each way", d)
	}
	shapes := 0
	for e := range r.Edges.Len() {
		shapes += r.Edges.Points(e) - 2
	}
	if shapes != 2 {
		t.Errorf("%d shape points, want 2", shapes)
	}
}

// TestImportJoinsOneWaysInTheirDirection: what counts is which way the traffic goes, not which way a
// way was drawn.
func TestImportJoinsOneWaysInTheirDirection(t *testing.T) {
	through := func(first, second string) (arcs, points int) {
		x := square()
		x.ways[0].tags = map[string]string{"highway": "residential", "oneway": first}
		x.ways[1] = way{101, map[string]string{"highway": "residential", "oneway": second}, []int64{3, 10, 2}}
		r := importOf(t, x)
		for e := range r.Edges.Len() {
			points += r.Edges.Points(e) - 2
		}
		return r.Graph.Arcs(), points
	}
	// From 1 by 2 to 3 and from 3 by 2 to 1: one arc with the shape nodes 2 and 10 beside the 8 others.
	for _, c := range [][2]string{{"yes", "-1"}, {"-1", "yes"}} {
		if arcs, points := through(c[0], c[1]); arcs != 9 || points != 2 {
			t.Errorf("oneway=%s and %s: %d arcs, %d shape points, want 9 and 2", c[0], c[1], arcs, points)
		}
	}
	// Both towards 2, or both away from it: nobody can drive through, so both are dropped.
	for _, c := range [][2]string{{"yes", "yes"}, {"-1", "-1"}} {
		if arcs, points := through(c[0], c[1]); arcs != 8 || points != 0 {
			t.Errorf("oneway=%s and %s: %d arcs, %d shape points, want 8 and 0", c[0], c[1], arcs, points)
		}
	}
}

func TestImportReadsEveryPacking(t *testing.T) {
	want := arcs(importOf(t, square()))
	for _, x := range []*extract{{plain: true}, {raw: true}} {
		s := square()
		s.plain, s.raw = x.plain, x.raw
		if got := arcs(importOf(t, s)); !slices.Equal(got, want) {
			t.Errorf("plain %v, raw %v: %v", x.plain, x.raw, got)
		}
	}
}

func TestBaseTime(t *testing.T) {
	// speeds.json of testdata: minor 25 km/h in outer London, 3 s where it gives way.
	for _, c := range []struct {
		limit string
		kmh   float64
	}{{"", 25}, {"20 mph", 25}, {"10 mph", 16.09}, {"20", 20}, {"30 mph", 25}, {"national", 25}, {"walk", 25}} {
		x := square()
		x.ways[4].tags = map[string]string{"highway": "residential", "maxspeed": c.limit}
		r := importOf(t, x)
		stub := r.Graph.Nodes() - 1 // node 5 has the highest id
		a := r.Graph.FirstOut[stub]
		want := float64(r.Graph.Metres[a])/c.kmh*3.6 + 3
		if got := r.Graph.Base[a].Seconds(); got < want-0.05 || got > want+0.05 {
			t.Errorf("maxspeed %q: %.2f s, want %.2f s", c.limit, got, want)
		}
	}
}

// turns lists the turns that can be taken, as "arc, arc", over connectors too.
func turns(r *osm.Result) []string {
	g := r.Graph
	name := func(a road.Arc) string {
		v, h := g.Tail(a), g.Head[a]
		return fmt.Sprintf("%.2f,%.2f>%.2f,%.2f", g.Lat[v], g.Lon[v], g.Lat[h], g.Lon[h])
	}
	var out []string
	for a := range road.Arc(g.Arcs()) {
		if _, ok := r.Edges.Of(a); !ok {
			continue
		}
		at := []road.Node{g.Head[a]}
		for len(at) > 0 {
			v := at[0]
			at = at[1:]
			for b := g.FirstOut[v]; b < g.FirstOut[v+1]; b++ {
				if _, ok := r.Edges.Of(b); ok {
					out = append(out, name(a)+", "+name(b))
				} else {
					at = append(at, g.Head[b])
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

func TestTurnRestrictions(t *testing.T) {
	const (
		fromNorth = "51.51,-0.09>51.50,-0.09, "
		fromStub  = "51.50,-0.08>51.50,-0.09, "
		west      = "51.50,-0.09>51.50,-0.10"
		north     = "51.50,-0.09>51.51,-0.09"
		stub      = "51.50,-0.09>51.50,-0.08"
	)
	all := turns(importOf(t, square()))
	members := []member{{"from", 1, 102}, {"via", 0, 4}, {"to", 1, 103}}
	onStub := []member{{"from", 1, 104}, {"via", 0, 4}, {"to", 1, 104}}
	for _, c := range []struct {
		tags      map[string]string
		members   []member
		forbidden []string
	}{
		{map[string]string{"type": "restriction", "restriction": "no_right_turn"}, members, []string{fromNorth + west}},
		{map[string]string{"type": "restriction", "restriction": "only_right_turn"}, members, []string{fromNorth + stub, fromNorth + north}},
		{map[string]string{"type": "restriction", "restriction": "no_u_turn"}, onStub, []string{fromStub + stub}},
		{map[string]string{"type": "restriction", "restriction": "no_right_turn", "except": "psv;emergency"}, members, nil},
		{map[string]string{"type": "restriction", "restriction": "no_right_turn"}, []member{{"from", 1, 102}, {"via", 1, 104}, {"to", 1, 103}}, nil},
		{map[string]string{"type": "restriction", "restriction": "only_right_turn"}, []member{{"from", 1, 102}, {"via", 0, 4}, {"to", 1, 999}}, nil},
		{map[string]string{"type": "multipolygon"}, members, nil},
	} {
		x := square()
		x.relations = []relation{{1, c.tags, c.members}}
		r := importOf(t, x)
		got := turns(r)
		want := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(c.forbidden, s) })
		if !slices.Equal(got, want) {
			t.Errorf("%v %v: turns\n%s\nwant\n%s", c.tags, c.members, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if s := r.Report.Splits; s.Turns != len(c.forbidden) || s.Junctions != min(1, len(c.forbidden)) || len(s.Lifted) > 0 {
			t.Errorf("%v: %+v", c.tags, s)
		}
		if kept := c.tags["type"] == "restriction"; (r.Report.Restrictions == 1) != kept || kept && (len(c.forbidden) == 0) != (r.Report.SkippedTurns == 1) {
			t.Errorf("%v: report %d read, %d skipped", c.tags, r.Report.Restrictions, r.Report.SkippedTurns)
		}
	}
}

// TestTurningRoundOnAWayThroughAJunction: where the way goes on beyond the junction, that stays allowed.
func TestTurningRoundOnAWayThroughAJunction(t *testing.T) {
	x := square()
	x.ways[3].refs = []int64{5, 4, 1} // the stub and the south side in one way
	x.ways = slices.Delete(x.ways, 4, 5)
	x.relations = []relation{{1, map[string]string{"type": "restriction", "restriction": "no_u_turn"}, []member{{"from", 1, 103}, {"via", 0, 4}, {"to", 1, 103}}}}
	if s := importOf(t, x).Report.Splits; s.Turns != 2 {
		t.Errorf("%+v, want the two turns round", s)
	}
}

// TestTurnsWhereFarTooManyRoadsMeet: a file made for harm does not take all memory.
func TestTurnsWhereFarTooManyRoadsMeet(t *testing.T) {
	x := square()
	for i := range int64(5000) {
		x.nodes = append(x.nodes, node{1000 + i, 51.5 + float64(i)*1e-6, -0.09})
		x.ways = append(x.ways, way{1000 + i, map[string]string{"highway": "residential"}, []int64{4, 1000 + i}})
		x.relations = append(x.relations, relation{i, map[string]string{"type": "restriction", "restriction": "only_straight_on"},
			[]member{{"from", 1, 1000 + i}, {"via", 0, 4}, {"to", 1, 1000 + (i+1)%5000}}})
	}
	if r := importOf(t, x).Report; r.SkippedTurns != 5000 || r.Splits.Turns != 0 {
		t.Errorf("%d restrictions skipped, %d turns forbidden", r.SkippedTurns, r.Splits.Turns)
	}
}

// TestTurnOutOfADeadEnd: a car that may not turn round at the end of a dead end would be caught there.
func TestTurnOutOfADeadEnd(t *testing.T) {
	x := square()
	x.relations = []relation{{1, map[string]string{"type": "restriction", "restriction": "no_u_turn"}, []member{{"from", 1, 104}, {"via", 0, 5}, {"to", 1, 104}}}}
	if s := importOf(t, x).Report.Splits; s.Turns != 0 || s.Junctions != 0 || len(s.Lifted) != 1 {
		t.Errorf("%+v, want one turn lifted", s)
	}
}

// TestStreets: roads that meet at no junction are one road only where their street is the same.
func TestStreets(t *testing.T) {
	x := square()
	named := func(tags ...string) map[string]string {
		m := map[string]string{"highway": "residential"}
		for i := 0; i < len(tags); i += 2 {
			m[tags[i]] = tags[i+1]
		}
		return m
	}
	x.ways[0].tags = named("name", "West Street", "ref", "A1")
	x.ways[1].tags = named("ref", "A1")
	x.ways[2].tags = named("name", "East \xff Street")
	x.ways[3].tags = named("name", "South Street")
	x.ways[5].tags = named("name", "Cut Off Street")
	r := importOf(t, x)
	var got []string
	for i := range r.Edges.Len() {
		got = append(got, r.Edges.Street(i))
	}
	slices.Sort(got)
	want := []string{"", "", "A1", "East \uFFFD Street", "South Street", "West Street"}
	if !slices.Equal(got, want) || slices.Contains(r.Edges.Names, "Cut Off Street") {
		t.Errorf("streets %q of %q, want %q", got, r.Edges.Names, want)
	}
	x.ways[1].tags = x.ways[0].tags
	if n := importOf(t, x).Edges.Len(); n != len(got)-1 {
		t.Errorf("%d roads with one street round the corner, want %d", n, len(got)-1)
	}
}

func TestImportRefuses(t *testing.T) {
	whole := square().write()
	far, paths := square(), square()
	for i := range far.nodes {
		far.nodes[i].lat += 2
	}
	for i := range paths.ways {
		paths.ways[i].tags = map[string]string{"highway": "footway"}
	}
	broken := bytes.Clone(whole)
	broken[len(broken)-10] ^= 0x55
	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"empty", nil, osm.ErrNotPBF},
		{"three bytes", []byte("abc"), osm.ErrNotPBF},
		{"a page", []byte("<!DOCTYPE html><html><body>Not found</body></html>"), osm.ErrNotPBF},
		{"another block first", blob(nil, "OSMData", nil, true), osm.ErrNotPBF},
		{"damaged", broken, osm.ErrCorrupt},
		{"elsewhere", far.write(), osm.ErrElsewhere},
		{"paths only", paths.write(), osm.ErrNoRoads},
		{"header only", (&extract{}).write(), osm.ErrNoRoads},
	} {
		_, err := osm.Import(context.Background(), bytes.NewReader(c.file), settings(t))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// TestImportRefusesEveryTruncation cuts the file at every byte: all but the ends of blocks, where
// nothing shows the cut but the missing content, say that the file is incomplete.
func TestImportRefusesEveryTruncation(t *testing.T) {
	whole := square().write()
	ends := 0
	for n := 4; n < len(whole); n++ {
		_, err := osm.Import(context.Background(), bytes.NewReader(whole[:n]), settings(t))
		switch {
		case errors.Is(err, osm.ErrTruncated):
		case errors.Is(err, osm.ErrNoRoads):
			ends++
		case err == nil:
			ends++ // before the block of relations, which is empty
		default:
			t.Fatalf("%d of %d bytes: %v", n, len(whole), err)
		}
	}
	if ends != 3 {
		t.Errorf("%d cuts between blocks, want 3", ends)
	}
}

func TestImportStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := osm.Import(ctx, square().reader(), settings(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := osm.Import(context.Background(), failing{square().reader()}, settings(t)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("unreadable: %v", err)
	}
}

type failing struct{ io.ReadSeeker }

func (failing) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }
