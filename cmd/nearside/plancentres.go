package main

import (
	"fmt"
	"io"

	"github.com/nearside-ems/nearside/planning"
)

// printCentreService writes how patients find room at a plan's centres, and what more or fewer centres
// would do.
func printCentreService(w io.Writer, d *planning.Document) {
	c := d.CentreService
	if c == nil {
		return
	}
	fmt.Fprintf(w, "\nPatients at centres (modelled)\n")
	t := newTable(w)
	fmt.Fprintln(t, "centre\thours a week\tpatients/h\troom/h\tused\tmean way\troom for one more saves up to")
	for _, u := range c.Centres {
		room, used := "no limit", ""
		if u.RoomPerHour != nil {
			room, used = fmt.Sprintf("%.2f", *u.RoomPerHour), fmt.Sprintf("%.0f %%", 100**u.UsedShare)
		}
		fmt.Fprintf(t, "%s\t%d\t%.2f\t%s\t%s\t%s\t%s\n", u.Place, u.OpenHours, u.PatientsPerHour, room, used, clock(u.MeanSeconds), clock(u.RoomWorthSeconds))
	}
	t.Flush()
	fmt.Fprintf(w, "  %.2f patients an hour; conveyances and handover keep %.2f cars busy\n", c.PatientsPerHour, c.CarsConveying)
	if c.UnservedPerHour > 0 {
		fmt.Fprintf(w, "  WARNING: for %.2f patients an hour (%.1f %%) no open centre has room; each counts as two hours on the road\n", c.UnservedPerHour, 100*c.UnservedShare)
	}
	for _, p := range c.Periods {
		switch {
		case p.LackPerHour > 0:
			fmt.Fprintf(w, "  %s: %.2f of %.2f patients an hour unserved; for %.2f no plan of so many centres has room\n", p.HoursInWords, p.UnservedPerHour, p.PatientsPerHour, p.LackPerHour)
		case p.UnservedPerHour > 0:
			fmt.Fprintf(w, "  %s: %.2f of %.2f patients an hour unserved\n", p.HoursInWords, p.UnservedPerHour, p.PatientsPerHour)
		}
	}
	printCentreSteps(w, "One more centre, and then another", c.Expand)
	printCentreSteps(w, "Which centre to close, and then another", c.Contract)
}

func printCentreSteps(w io.Writer, title string, steps []planning.CentreStep) {
	if len(steps) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", title)
	t := newTable(w)
	fmt.Fprintln(t, "centre\tborough\tmean way after\tchange\tno choice below\tunserved/h")
	for _, s := range steps {
		fmt.Fprintf(t, "%s\t%s\t%s\t%+.0f s\t%s\t%.2f\n", s.Site.Place, s.Site.Borough, clock(s.Leg.Value), s.Change, clock(s.Leg.Bound), s.UnservedPerHour)
	}
	t.Flush()
}
