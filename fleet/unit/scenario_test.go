package unit_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/unit"
	"github.com/nearside-ems/nearside/geo"
)

// TestScenarios runs the scripts in testdata. A line is a command, and the indented line below it what
// becomes of the car:
//
//	at 2026-07-14 11:00
//	register ID [base=…] [home=…] [shifts=11:00-23:00,…]	shifts of the day that it is, or the next after midnight
//	assign ID INCIDENT
//	status ID STATUS [destination=…] [reason=…]	words joined by underscores
//	release ID REASON
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := scenario{record: unit.Reported("cars/JRC-1", dispatch.Available, dispatch.Paramedic)}
			got := s.run(t, string(data))
			if got == string(data) {
				return
			}
			if !*update {
				t.Fatalf("got\n%s\nwant\n%s", got, data)
			}
			if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		})
	}
}

type scenario struct {
	now    time.Time
	record unit.Record
}

func (s *scenario) run(t *testing.T, script string) string {
	var b strings.Builder
	for line := range strings.Lines(script) {
		if strings.HasPrefix(line, "\t") {
			continue
		}
		b.WriteString(line)
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			b.WriteString("\t" + s.step(t, strings.Fields(line)) + "\n")
		}
	}
	return b.String()
}

func (s *scenario) step(t *testing.T, words []string) string {
	if words[0] == "at" {
		var err error
		if s.now, err = time.Parse("2006-01-02 15:04", words[1]+" "+words[2]); err != nil {
			t.Fatal(err)
		}
		return s.counts()
	}
	next, repeat, err := unit.Apply(s.record, s.command(t, words), s.now, true)
	s.record = next
	switch {
	case err != nil:
		return "refused: " + err.Error()
	case repeat:
		return "a repeat: " + s.counts()
	}
	return s.counts()
}

// counts says what the car is, and what it counts as where that differs.
func (s *scenario) counts() string {
	said := s.record.String()
	if status, since := s.record.Effective(s.now); status != s.record.Status {
		said += fmt.Sprintf("; counts as %s since %s", status, since.Format(time.RFC3339))
	}
	return said
}

func (s *scenario) command(t *testing.T, words []string) unit.Command {
	named := map[string]string{}
	for _, w := range words[2:] {
		name, value, _ := strings.Cut(w, "=")
		named[name] = strings.ReplaceAll(value, "_", " ")
	}
	text := func(i int) string { return strings.ReplaceAll(words[i], "_", " ") }
	switch words[0] {
	case "register":
		d := unit.Details{Skills: dispatch.MentalHealthNurse, Base: named["base"], Home: geo.Sectors, Shifts: s.shifts(t, named["shifts"])}
		if named["home"] != "" {
			var err error
			if d.Home, err = geo.ParseSector(named["home"]); err != nil {
				t.Fatal(err)
			}
		}
		return &unit.Register{RequestID: words[1], Details: d}
	case "assign":
		return &unit.Assign{RequestID: words[1], Incident: words[2]}
	case "release":
		return &unit.Release{RequestID: words[1], Reason: text(2)}
	case "status":
		for status := range dispatch.Statuses {
			if status.String() == text(2) {
				return &unit.SetStatus{RequestID: words[1], Status: status, Destination: named["destination"], Reason: named["reason"]}
			}
		}
	}
	t.Fatalf("%q is not a command", words)
	return nil
}

func (s *scenario) shifts(t *testing.T, list string) (shifts []unit.Shift) {
	midnight := s.now.Truncate(24 * time.Hour)
	for each := range strings.SplitSeq(list, ",") {
		if each == "" {
			continue
		}
		var from, to [2]int
		if _, err := fmt.Sscanf(each, "%d:%d-%d:%d", &from[0], &from[1], &to[0], &to[1]); err != nil {
			t.Fatalf("shift %q: %v", each, err)
		}
		at := func(c [2]int) time.Time {
			return midnight.Add(time.Duration(c[0])*time.Hour + time.Duration(c[1])*time.Minute)
		}
		shifts = append(shifts, unit.Shift{Start: at(from), End: at(to)})
	}
	return shifts
}
