package unit_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/unit"
)

var update = flag.Bool("update", false, "write the table of docs/fleet.md and the scenarios' traces anew")

// allowed says by hand what the table of transitions says: rows are what a car is, columns what SetStatus
// may make of it, in the order of dispatch.Status.
const allowed = `
                 av bu of as mo en on co at cl br ou
available         .  x  x  .  .  .  .  .  .  .  x  x
busy              x  .  x  .  .  .  .  .  .  .  x  x
off shift         x  .  .  .  .  .  .  .  .  .  .  x
assigned          .  .  .  .  x  x  x  .  .  .  .  x
mobilising        .  .  .  .  .  x  x  .  .  .  .  x
en route          .  .  .  .  .  .  x  .  .  .  .  x
on scene          x  .  .  .  .  .  .  x  x  x  .  x
conveying         x  .  .  .  .  .  .  x  x  x  .  x
at centre         x  .  .  .  .  .  .  .  x  x  .  x
clearing          x  .  .  .  .  .  .  .  .  .  .  x
on break          x  .  x  .  .  .  .  .  .  .  .  x
out of service    x  .  x  .  .  .  .  .  .  .  .  .
`

// byHand reads allowed.
func byHand(t interface{ Fatalf(string, ...any) }) (pairs map[[2]dispatch.Status]bool) {
	pairs = map[[2]dispatch.Status]bool{}
	rows := strings.Split(strings.Trim(allowed, "\n"), "\n")[1:]
	for from := range dispatch.Statuses {
		name, marks := rows[from][:16], strings.Fields(rows[from][16:])
		if strings.TrimSpace(name) != from.String() || len(marks) != int(dispatch.Statuses) {
			t.Fatalf("row %d is %q", from, rows[from])
		}
		for to, mark := range marks {
			pairs[[2]dispatch.Status{from, dispatch.Status(to)}] = mark == "x"
		}
	}
	return pairs
}

// as returns a record of a car that is something.
func as(s dispatch.Status) unit.Record {
	r := unit.Reported("cars/a", dispatch.Available, dispatch.Paramedic)
	r.Status, r.Since = s, noon
	if s >= dispatch.Assigned && s <= dispatch.Clearing {
		r.Incident = "incidents/1"
	}
	return r
}

func TestEveryPairOfStatuses(t *testing.T) {
	pairs := byHand(t)
	for from := range dispatch.Statuses {
		for to := range dispatch.Statuses {
			c := &unit.SetStatus{RequestID: "1", Status: to, Reason: "as told"}
			if to == dispatch.Conveying || to == dispatch.AtCentre {
				c.Destination = "St Thomas'"
			}
			next, _, err := unit.Apply(as(from), c, noon, true)
			refused := (*unit.TransitionError)(nil)
			switch ok := pairs[[2]dispatch.Status{from, to}]; {
			case ok && (err != nil || next.Status != to):
				t.Errorf("%s → %s: %v", from, to, err)
			case !ok && (!errors.As(err, &refused) || refused.From != from || refused.To != to):
				t.Errorf("%s → %s is possible: %v", from, to, err)
			}
		}
	}
}

func TestAssignAndReleaseByStatus(t *testing.T) {
	for from := range dispatch.Statuses {
		_, _, err := unit.Apply(as(from), &unit.Assign{RequestID: "1", Incident: "incidents/2"}, noon, true)
		if (err == nil) != (from == dispatch.Available) {
			t.Errorf("assigned while %s: %v", from, err)
		}
		released, _, err := unit.Apply(as(from), &unit.Release{RequestID: "1", Reason: "stood down"}, noon, true)
		inTime := from == dispatch.Assigned || from == dispatch.Mobilising || from == dispatch.EnRoute || from == dispatch.OnScene
		if (err == nil) != inTime || err == nil && (released.Status != dispatch.Available || released.Incident != "") {
			t.Errorf("released while %s: %v, %v", from, &released, err)
		}
	}
}

const tableBegins, tableEnds = "<!-- table of transitions: generated -->\n", "<!-- end of table -->\n"

// TestTableInDocumentation compares the table of docs/fleet.md with the one that is enforced.
func TestTableInDocumentation(t *testing.T) {
	file := filepath.Join("..", "..", "docs", "fleet.md")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(data), tableBegins)
	is, after, found := strings.Cut(rest, tableEnds)
	if !found {
		t.Fatalf("%s has no table between %q and %q", file, tableBegins, tableEnds)
	}
	want := table()
	if is == want {
		return
	}
	if !*update {
		t.Fatalf("%s differs from the table that is enforced; go test ./fleet/unit -update writes it anew. It is\n%swant\n%s", file, is, want)
	}
	if err := os.WriteFile(file, []byte(before+tableBegins+want+tableEnds+after), 0o666); err != nil {
		t.Fatal(err)
	}
}

func table() string {
	var b strings.Builder
	b.WriteString("| a car that is | `UpdateCarStatus` may make it | `AssignCar` | `ReleaseCar` |\n|---|---|---|---|\n")
	for from := range dispatch.Statuses {
		var words []string
		for _, to := range unit.Follows(from) {
			if to == from {
				words = append(words, to.String()+" (elsewhere)")
			} else {
				words = append(words, to.String())
			}
		}
		assign, release := "", ""
		if from == dispatch.Available {
			assign = "assigned"
		}
		if unit.Releasable(from) {
			release = "available"
		}
		b.WriteString("| " + strings.Join([]string{from.String(), strings.Join(words, ", "), assign, release}, " | ") + " |\n")
	}
	return b.String()
}
