package cover

import (
	"context"
	"encoding/csv"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/internal/sourcedata"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/instances"
)

func pmed(t testing.TB, name string) *instances.Instance {
	t.Helper()
	f, err := os.Open(sourcedata.Path(t, "optimiser", "pmed", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in, err := instances.Read(f, name)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// TestPmed proves the p-centres of OR-Library's graphs 1 to 30, and compares with the best published values.
func TestPmed(t *testing.T) {
	f, err := os.Open(sourcedata.Path(t, "optimiser", "pmed", "pmedopt.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var solved, verified time.Duration
	for _, row := range rows[1:] {
		in := pmed(t, row[0])
		p := &Problem{Sites: in.Points, Cells: in.Points, Time: in.Distance}
		start := time.Now()
		plan, err := Centre(context.Background(), p, in.Place, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(start)
		solved += took
		start = time.Now()
		if err := VerifyCentre(p, plan); err != nil {
			t.Errorf("%s: %v", row[0], err)
		}
		verified += time.Since(start)
		if want := row[4]; strconv.Itoa(int(plan.Worst/in.Unit)) != want || plan.Status != optimiser.Optimal {
			t.Errorf("%s: %d, bound %d, %s; published %s", row[0], plan.Worst/in.Unit, plan.Bound/in.Unit, plan.Status, want)
		}
		t.Logf("%-7s %d in %v, proof of %d steps", row[0], plan.Worst/in.Unit, took.Round(100*time.Microsecond), len(plan.Proof.Steps))
	}
	t.Logf("solved in %v, verified in %v", solved.Round(time.Millisecond), verified.Round(time.Millisecond))
}
