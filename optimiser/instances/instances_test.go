package instances

import (
	"bytes"
	"encoding/csv"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/sourcedata"
)

func open(t testing.TB, within ...string) *Instance {
	t.Helper()
	path := sourcedata.Path(t, append([]string{"optimiser"}, within...)...)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in, err := Read(f, filepath.Base(path))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// floyd closes a graph by Floyd and Warshall's algorithm, the last cost of a repeated edge counting.
func floyd(n int, edges []edge) []road.Millis {
	d := make([]road.Millis, n*n)
	for i := range d {
		if i/n != i%n {
			d[i] = road.Unreachable
		}
	}
	for _, e := range edges {
		d[int(e.a)*n+int(e.b)], d[int(e.b)*n+int(e.a)] = road.Millis(e.cost), road.Millis(e.cost)
	}
	for k := range n {
		for i := range n {
			for j := range n {
				d[i*n+j] = min(d[i*n+j], d[i*n+k].Add(d[k*n+j]))
			}
		}
	}
	return d
}

func TestCloseAgainstFloyd(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 3))
		n := 2 + rng.IntN(20)
		var edges []edge
		for range rng.IntN(4 * n) {
			if a, b := rng.IntN(n), rng.IntN(n); a != b {
				edges = append(edges, edge{int32(min(a, b)), int32(max(a, b)), int32(rng.IntN(9))})
			}
		}
		want := floyd(n, edges)
		g := newGraph(n, edges)
		far := 0
		for _, d := range want {
			far = max(far, int(d))
		}
		if connected := far < int(road.Unreachable); connected != (g.unreached() < 0) {
			t.Fatalf("seed %d: unreached %d, connected %v", seed, g.unreached(), connected)
		}
		got := make([]road.Millis, n*n)
		longest := g.close(got)
		if int(longest) != far {
			t.Errorf("seed %d: longest %d, want %d", seed, longest, far)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("seed %d: from %d to %d is %d, want %d", seed, i/n, i%n, got[i], want[i])
			}
		}
	}
}

// TestPmed reads the thirty shared files, checks sizes, and two distances of which one hangs on a
// repeated edge's last cost: with the first, pmed1's published optimum comes out otherwise.
func TestPmed(t *testing.T) {
	start := time.Now()
	for i := 1; i <= 30; i++ {
		in := open(t, "pmed", "pmed"+strconv.Itoa(i)+".txt")
		if in.Points < 100 || in.Place < 5 || in.Unit != 1000 || in.Format != Pmed || in.Name != "pmed"+strconv.Itoa(i)+".txt" {
			t.Errorf("pmed%d: %d points, place %d, unit %d, %s %s", i, in.Points, in.Place, in.Unit, in.Format, in.Name)
		}
	}
	t.Logf("read and closed 30 graphs in %v", time.Since(start).Round(time.Millisecond))
}

func TestTSPLIB(t *testing.T) {
	in := open(t, "tsplib", "rl1304.tsp")
	if in.Points != 1304 || in.Place != 0 || in.Name != "rl1304" || in.Format != TSPLIB || in.Unit != 100 {
		t.Fatalf("%+v", in)
	}
	// From (15440, 8888) to (15440, 9328).
	if d := in.Distance.Row(0)[1]; d != 44000 {
		t.Errorf("distance %d, want 44000", d)
	}
}

// TestCity recomputes nothing but the sum of demand, which the published table states.
func TestCity(t *testing.T) {
	f, err := os.Open(sourcedata.Path(t, "optimiser", "mclp", "published.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"NewYork", "Bronx"} {
		in := open(t, "mclp", name+".txt")
		sum := 0.0
		for _, w := range in.Weight {
			sum += w
		}
		for _, row := range rows {
			if row[0] == name && (row[1] != strconv.Itoa(in.Points) || row[7] != strconv.FormatFloat(sum, 'f', 0, 64)) {
				t.Errorf("%s: %d points with demand %v, want %s and %s", name, in.Points, sum, row[1], row[7])
			}
		}
		if in.Unit != 100 || in.Format != City || in.Name != name {
			t.Errorf("unit %d, %s, %s", in.Unit, in.Format, in.Name)
		}
	}
}

const (
	smallPmed = "3 4 2\n1 2 5\n2 3 4\n 3 1 20\n1 2 7\n"
	smallTSP  = "NAME: three\nTYPE : TSP\nCOMMENT : none\nDIMENSION: 3\nEDGE_WEIGHT_TYPE: EUC_2D\nNODE_COORD_SECTION\n1 0 0\n2 3 4.5e0\n3 -1 -1\nEOF\n"
	smallCity = "NAME : two\nTYPE : MCLP\nEDGE_WEIGHT_TYPE : COORD\nDIMENSION : 2\nNODE_COORD_SECTION\n51.5 -0.1\n51.51 -0.1\nDEMAND_SECTION\n7\n0.5\nEOF"
)

func TestSmall(t *testing.T) {
	for _, c := range []struct {
		text   string
		format Format
		place  int
		last   float64 // distance of the last two points, units
	}{
		{smallPmed, Pmed, 2, 4},
		{smallTSP, TSPLIB, 0, 6}, // √46.25 rounded down
		{smallCity, City, 0, 1113.195},
	} {
		for _, text := range []string{c.text, strings.ReplaceAll(c.text, "\n", "\r\n"), "\n " + c.text} {
			in, err := Read(strings.NewReader(text), "file")
			if err != nil {
				t.Fatal(err)
			}
			n := in.Points
			d := float64(in.Distance.T[n*n-2]) / float64(in.Unit)
			if in.Format != c.format || in.Place != c.place || len(in.Weight) != n || d < c.last || d > c.last+0.001 {
				t.Errorf("%s: %+v, last distance %v", c.format, in, d)
			}
		}
	}
	in, err := Read(strings.NewReader(smallPmed), "file")
	if err != nil {
		t.Fatal(err)
	}
	if got := in.Distance.T[1]; got != 7000 {
		t.Errorf("the last cost of the repeated edge is 7: got %d steps", got)
	}
}

// TestErrors changes one place of a good file at a time.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ in, old, now, want string }{
		{"", "", "", "file: is empty"},
		{smallPmed, "3 4 2", "0 4 2", "line 1: n, the number of nodes, is 0; from 1 to 20000 is allowed"},
		{smallPmed, "3 4 2", "99999999999999999999 4 2", "line 1: n, the number of nodes, is 99999999999999999999; from 1 to 20000"},
		{smallPmed, "3 4 2", "-3 4 2", "line 1: n, the number of nodes, is -3"},
		{smallPmed, "3 4 2", "3 20000000 2", "line 1: m, the number of edges, is 20000000; from 0 to 10000000"},
		{smallPmed, "3 4 2", "3 4 4", "line 1: p, the number of facilities, is 4; from 1 to 3"},
		{smallPmed, "3 4 2", "3 5 2", "line 6: the file ends where a node should be"},
		{smallPmed, "3 4 2", "3 3 2", "line 5: \"1\" follows the last of the 3 edges"},
		{smallPmed, "3 4 2", "4 4 2", "file: node 4 cannot be reached from node 1"},
		{smallPmed, "2 3 4", "2 2 4", "line 3: the edge leads from node 2 to itself"},
		{smallPmed, "2 3 4", "2 4 4", "line 3: a node is 4; from 1 to 3"},
		{smallPmed, "2 3 4", "2 3 -4", "line 3: the edge's cost is -4; from 0 to"},
		{smallPmed, "2 3 4", "2 3 4.5", "line 3: the edge's cost is \"4.5\"; a whole number"},
		{smallPmed, "2 3 4", "2 3 7200000", ""}, // the way around is shorter
		{smallPmed, "2 3 4\n 3 1 20", "2 3 7200000\n 3 1 7200000", ""},
		{smallPmed, "2 3 4\n 3 1 20\n1 2 7", "2 3 7200000\n 2 3 7200000\n1 2 7", "has a distance of 7200007; at most 7200000"},
		{smallTSP, "TYPE : TSP", "TYPE : ATSP", "line 6: TYPE is \"ATSP\"; TSP and MCLP are read"},
		{smallTSP, "EUC_2D", "GEO", "line 6: EDGE_WEIGHT_TYPE is \"GEO\"; EUC_2D is read"},
		{smallTSP, "DIMENSION: 3\n", "", "line 5: DIMENSION is missing"},
		{smallTSP, "DIMENSION: 3", "DIMENSION: many", "line 4: DIMENSION is \"many\""},
		{smallTSP, "DIMENSION: 3", "DIMENSION: 99999", "line 4: DIMENSION is 99999; from 1 to 20000"},
		{smallTSP, "2 3 4.5e0", "3 3 4.5e0", "line 8: the next point's number is 3; from 2 to 2"},
		{smallTSP, "4.5e0", "NaN", "line 8: y is \"NaN\""},
		{smallTSP, "4.5e0", "7e6", ""},
		{smallTSP, "3 4.5e0", "-5e6 4.5e6", "may lie up to 9500001 apart"},
		{smallTSP, "EOF", "4 1 1", "line 10: \"4\" follows the last of the 3 points"},
		{smallTSP, "NODE_COORD_SECTION", "NODES", "line 6: \"NODES\" is neither KEY : VALUE nor"},
		{smallTSP, "NODE_COORD_SECTION\n1 0 0\n2 3 4.5e0\n3 -1 -1\nEOF\n", "", "line 6: the file ends before NODE_COORD_SECTION"},
		{smallCity, "COORD", "EUC_2D", "line 5: EDGE_WEIGHT_TYPE is \"EUC_2D\"; COORD is read"},
		{smallCity, "51.51 -0.1", "151.51 -0.1", "line 7: a latitude is \"151.51\"; a number from -90 to 90"},
		{smallCity, "DEMAND_SECTION", "51 0", "line 8: \"51\" follows the last of the 2 points"},
		{smallCity, "0.5", "-0.5", "line 10: a demand is -0.5; at least 0"},
		{smallCity, "0.5", "Inf", "line 10: a demand is \"Inf\""},
		{smallCity, "0.5\nEOF", "", "line 10: the file ends where a demand should be"},
		{smallCity, "51.51 -0.1", "-51.51 179", "may lie up to 20037508 apart"},
	} {
		_, err := Read(strings.NewReader(strings.Replace(c.in, c.old, c.now, 1)), "file")
		if c.want == "" && err == nil && c.in != "" {
			continue
		}
		var bad *Error
		if err == nil || !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q → %q: got %v, want %q", c.old, c.now, err, c.want)
		}
	}
}

// FuzzRead reads anything; what it accepts keeps the promises of Instance.
func FuzzRead(f *testing.F) {
	for _, text := range []string{smallPmed, smallTSP, smallCity} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		in, err := Read(bytes.NewReader(text), "file")
		if err != nil {
			return
		}
		n := in.Points
		if n < 1 || len(in.Weight) != n || in.Distance.Sites != n || in.Distance.Cells != n || len(in.Distance.T) != n*n || in.Place > n {
			t.Fatalf("malformed: %d points, %d weights, %d distances", n, len(in.Weight), len(in.Distance.T))
		}
		for i := range n {
			for j := range n {
				if d := in.Distance.Row(i)[j]; d != in.Distance.Row(j)[i] || d > MaxDistance || i == j && d != 0 {
					t.Fatalf("distance from %d to %d: %d", i, j, d)
				}
			}
			if !(in.Weight[i] >= 0) {
				t.Fatalf("weight %v", in.Weight[i])
			}
		}
	})
}
