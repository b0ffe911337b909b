package main

import (
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/planning"
)

func TestPrintCentreService(t *testing.T) {
	room, used := 0.5, 0.96
	step := planning.CentreStep{Site: planning.Site{Place: "Old Mill", Borough: "Lambeth"}, Change: -91.2, UnservedPerHour: 0.25,
		Leg: planning.Leg{Value: 1069, Bound: 1060}}
	var out strings.Builder
	printCentreService(&out, &planning.Document{CentreService: &planning.CentreReport{
		PatientsPerHour: 2.75, UnservedPerHour: 0.5, UnservedShare: 0.1818, CarsConveying: 1.8,
		Periods: []planning.CentrePeriod{{HoursInWords: "22:00 to 23:00", PatientsPerHour: 2, UnservedPerHour: 2, LackPerHour: 1.5}, {HoursInWords: "16:00 to 19:00", PatientsPerHour: 3}},
		Centres: []planning.CentreUse{{Place: "Infirmary", OpenHours: 77, PatientsPerHour: 0.48, RoomPerHour: &room, UsedShare: &used, MeanSeconds: 1137, RoomWorthSeconds: 199},
			{Place: "St Anne's", OpenHours: 84, PatientsPerHour: 0.7, MeanSeconds: 933}},
		Contract: []planning.CentreStep{step},
	}})
	for _, want := range []string{
		"Infirmary  77            0.48        0.50      96 %  18:57     3:19",
		"St Anne's  84            0.70        no limit",
		"2.75 patients an hour; conveyances and handover keep 1.80 cars busy",
		"WARNING: for 0.50 patients an hour (18.2 %) no open centre has room",
		"22:00 to 23:00: 2.00 of 2.00 patients an hour unserved; for 1.50 no plan of so many centres has room",
		"Which centre to close", "Old Mill  Lambeth  17:49           -91 s   17:40            0.25",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "16:00") || strings.Contains(out.String(), "One more") {
		t.Errorf("says what is not to be said:\n%s", out.String())
	}
	out.Reset()
	if printCentreService(&out, &planning.Document{}); out.Len() > 0 {
		t.Errorf("of no centre service it says %q", out.String())
	}
}
