package optimiser_test

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/nearside-ems/nearside/internal/sourcedata"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/instances"
)

// median reads a standard file as a p-median of the given number of facilities, or of the file's where that is 0.
// unit is what the value has to be multiplied by to be in the file's units.
func median(t testing.TB, path string, place int) (p *optimiser.Problem, unit float64) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in, err := instances.Read(f, filepath.Base(path))
	if err != nil {
		t.Fatal(err)
	}
	if place == 0 {
		place = in.Place
	}
	return &optimiser.Problem{Sites: in.Points, Cells: in.Points, Place: place,
		Layers: []optimiser.Layer{{Weight: in.Weight, Time: in.Distance, Share: []float64{1}}}}, 1000 / float64(in.Unit)
}

// published reads a table of published values, without its header.
func published(t testing.TB, path ...string) [][]string {
	f, err := os.Open(sourcedata.Path(t, path...))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// TestPmed proves the optima of the OR-Library's p-median instances 1 to 30 (Beasley 1985).
func TestPmed(t *testing.T) {
	for _, row := range published(t, "optimiser", "pmed", "pmedopt.csv") {
		p, unit := median(t, sourcedata.Path(t, "optimiser", "pmed", row[0]+".txt"), 0)
		want, err := strconv.ParseFloat(row[3], 64)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := optimiser.Solve(context.Background(), p, optimiser.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if err := optimiser.Verify(p, plan); err != nil {
			t.Fatal(err)
		}
		if c := plan.Certificate; plan.Status != optimiser.Optimal || c.Value*unit != want {
			t.Errorf("%s: %s, value %v, bound %v; published optimum %v", row[0], plan.Status, c.Value, c.Bound, want)
		}
	}
}
