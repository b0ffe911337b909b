package main

import (
	"fmt"
	"io"

	"github.com/nearside-ems/nearside/planning"
)

// printRoster writes who works when: by shift, and by hour of the day.
func printRoster(w io.Writer, d *planning.Document) {
	r := d.Roster
	if r == nil {
		return
	}
	fmt.Fprintf(w, "\nShifts: %s, %.6g crew hours a week\n", countOf(len(d.Cars), "crew"), r.CrewHours)
	t := newTable(w)
	fmt.Fprintln(t, "shift\twhen\tcrews\tcrew hours\t")
	for _, s := range r.Shifts {
		fmt.Fprintf(t, "%s\t%s\t%d\t%.6g\t\n", s.Name, s.InWords, s.Crews, s.CrewHours)
	}
	t.Flush()
	fmt.Fprintln(w, "\nBy hour of the day")
	t = newTable(w)
	fmt.Fprintln(t, "hour\tcalls an hour\tcars in service\tobjective\tnearest car by road\t")
	for _, h := range r.Hours {
		cars := fmt.Sprint(h.CarsLeast)
		if h.CarsMost > h.CarsLeast {
			cars = fmt.Sprintf("%d to %d", h.CarsLeast, h.CarsMost)
		}
		fmt.Fprintf(t, "%02d:00\t%.2f\t%s\t%s\t%s\t\n", h.Hour, h.CallsPerHour, cars, d.Unit.Say(h.Value), clock(h.NearestSeconds))
	}
	t.Flush()
}
