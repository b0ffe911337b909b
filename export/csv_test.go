package export_test

import (
	"testing"

	"github.com/nearside-ems/nearside/export"
)

func TestCSV(t *testing.T) {
	d, _ := served()
	sites, err := export.SitesCSV(d)
	if err != nil {
		t.Fatal(err)
	}
	if want := "role,number,cell,latitude,longitude,grid_ref,borough,sector,place,fixed,modelled\n" +
		"car,1,89195da49b7ffff,51.5,-0.1,TQ 1 2,Southwark,SEL,Guy's <Hospital>,true,false\n" +
		"centre,1,89195da49bbffff,51.6,0.2,,,,,false,true\n"; string(sites) != want {
		t.Errorf("sites:\n%s", sites)
	}
	boroughs, err := export.BoroughsCSV(d)
	if err != nil {
		t.Fatal(err)
	}
	if want := "code,name,sector,calls_per_hour,mean_s,p90_s,within_15,nearest_mean_s,nearest_p90_s,nearest_within_15\n" +
		"E09000028,Southwark,SEL,0.5,900.5,1200,0.25,0,0,0\n,London,,0.5,0,0,0,0,0,0\n"; string(boroughs) != want {
		t.Errorf("boroughs:\n%s", boroughs)
	}
}
