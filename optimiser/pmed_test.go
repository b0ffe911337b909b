package optimiser

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/sourcedata"
)

// readPmed reads an instance and closes its graph by Floyd and Warshall. One unit is a second. Of an
// edge that is given twice the last cost counts.
func readPmed(t *testing.T, path string) *Problem {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := bufio.NewReader(f)
	var n, m, place int
	if _, err := fmt.Fscan(r, &n, &m, &place); err != nil {
		t.Fatal(err)
	}
	d := make([]road.Millis, n*n)
	for i := range d {
		if i/n != i%n {
			d[i] = road.Unreachable
		}
	}
	for range m {
		var x, y, cost int
		if _, err := fmt.Fscan(r, &x, &y, &cost); err != nil {
			t.Fatal(err)
		}
		d[(x-1)*n+y-1], d[(y-1)*n+x-1] = road.Millis(1000*cost), road.Millis(1000*cost)
	}
	for k := range n {
		for i := range n {
			for j := range n {
				d[i*n+j] = min(d[i*n+j], d[i*n+k].Add(d[k*n+j]))
			}
		}
	}
	p := &Problem{Sites: n, Cells: n, Place: place}
	p.Layers = []Layer{{Weight: make([]float64, n), Time: &route.Matrix{Sites: n, Cells: n, T: d}, Share: []float64{1}}}
	for i := range n {
		p.Layers[0].Weight[i] = 1
	}
	return p
}

// TestPmed solves the OR-Library's p-median instances 1 to 30 (Beasley 1985), two seconds each at most, and
// compares with the published optima.
func TestPmed(t *testing.T) {
	folder := sourcedata.Path(t, "optimiser", "pmed")
	f, err := os.Open(filepath.Join(folder, "pmedopt.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var total time.Duration
	proved, best := 0, 0
	for _, row := range rows[1:] {
		p := readPmed(t, filepath.Join(folder, row[0]+".txt"))
		want, err := strconv.ParseFloat(row[3], 64)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		plan, err := Solve(ctx, p, Settings{})
		cancel()
		took := time.Since(start)
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(p, plan); err != nil {
			t.Fatal(err)
		}
		total += took
		if plan.Status == Optimal {
			proved++
		}
		c := plan.Certificate
		t.Logf("%-7s n %3d p %3d: %v, %s, gap %.2g %%, proof of %d steps, %d vectors, %v", row[0], p.Sites, p.Place,
			c.Value, plan.Status, 100*c.Gap(), len(c.Proof), len(c.Multiplier)/p.vectorSize(), took.Round(time.Millisecond))
		if c.Value == want {
			best++
		}
		if c.Bound > want || c.Value < want || c.Gap() > 0.01 {
			t.Errorf("%s: bound %v, value %v, %s; published optimum %v", row[0], c.Bound, c.Value, plan.Status, want)
		}
	}
	t.Logf("%d of %d proved optimal, %d at the published optimum, in %v", proved, len(rows)-1, best, total.Round(time.Millisecond))
}
