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

func TestTurnRestrictions(t *testing.T) {
	members := []member{{"from", 1, 102}, {"via", 0, 4}, {"to", 1, 103}}
	for _, c := range []struct {
		tags    map[string]string
		members []member
		turns   int
	}{
		{map[string]string{"type": "restriction", "restriction": "no_right_turn"}, members, 1},
		{map[string]string{"type": "restriction", "restriction": "only_right_turn"}, members, 2}, // not to the stub, nor back
		{map[string]string{"type": "restriction", "restriction": "no_right_turn", "except": "psv;emergency"}, members, 0},
		{map[string]string{"type": "restriction", "restriction": "no_right_turn"}, []member{{"from", 1, 102}, {"via", 1, 104}, {"to", 1, 103}}, 0},
		{map[string]string{"type": "restriction", "restriction": "only_right_turn"}, []member{{"from", 1, 102}, {"via", 0, 4}, {"to", 1, 999}}, 0},
		{map[string]string{"type": "multipolygon"}, members, 0},
	} {
		x := square()
		x.relations = []relation{{1, c.tags, c.members}}
		r := importOf(t, x)
		if len(r.Turns) != c.turns {
			t.Errorf("%v %v: %d forbidden turns, want %d", c.tags, c.members, len(r.Turns), c.turns)
		}
		for _, turn := range r.Turns {
			if r.Graph.Head[turn.From] == r.Graph.Head[turn.To] && c.tags["restriction"] == "no_right_turn" {
				t.Errorf("turn %v ends where it began", turn)
			}
		}
		if kept := c.tags["type"] == "restriction"; (r.Report.Restrictions == 1) != kept || kept && (c.turns == 0) != (r.Report.SkippedTurns == 1) {
			t.Errorf("%v: report %d read, %d skipped", c.tags, r.Report.Restrictions, r.Report.SkippedTurns)
		}
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
