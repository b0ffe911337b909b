package data

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/geo"
)

// FuzzReadPlaces: whatever is accepted lies in London and has a known kind.
func FuzzReadPlaces(f *testing.F) {
	head := strings.Join(PlaceColumns, ",") + "\n"
	f.Add([]byte(head + "hospital,St Elsewhere,,Camden,51.55,-0.14,no,yes,made up\n"))
	f.Add([]byte(head + "hospital,Swapped,,Camden,-0.14,51.55,no,yes,made up\n"))
	f.Add([]byte(head + "temple,Unknown,,Camden,51.55,NaN,no,maybe,made up\n"))
	f.Add([]byte(head + "hospital,\"Cut"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, b []byte) {
		places, err := ReadPlaces(bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, p := range places {
			if !geo.London.Contains(p.Point) || p.Name == "" {
				t.Errorf("accepted %+v", p)
			}
		}
	})
}

// FuzzReadResidents: whatever is accepted has cells and boroughs in range and people that can be counted.
func FuzzReadResidents(f *testing.F) {
	l := loaded(f)
	head := strings.Join(ResidentColumns, ",") + "\n"
	cell := l.Grid.ID(0)
	f.Add([]byte(head + cell + ",E09000008,308,-0.325,94758\n"))
	f.Add([]byte(head + cell + ",E09000008,-1,NaN,94758\n"))
	f.Add([]byte(head + "89194ac0003fff,E09000099,1,1e99,1\n"))
	f.Add([]byte(head + cell + ",E09000008\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := ReadResidents(bytes.NewReader(b), l.Boroughs, l.Grid)
		if err != nil {
			return
		}
		for _, r := range rows {
			if r.Cell >= l.Grid.Len() || r.Borough >= len(l.Boroughs) || r.People < 0 || r.Land < 0 || r.Need != r.Need {
				t.Errorf("accepted %+v", r)
			}
		}
	})
}

func TestReadersNameTheLine(t *testing.T) {
	l := loaded(t)
	head := strings.Join(ResidentColumns, ",") + "\n"
	rows := head + l.Grid.ID(0) + ",E09000008,308,-0.325,94758\n" + l.Grid.ID(1) + ",E09000008,many,0,1\n"
	if _, err := ReadResidents(strings.NewReader(rows), l.Boroughs, l.Grid); err == nil || !strings.Contains(err.Error(), "line 3: people") {
		t.Errorf("error %v, want one that names line 3 and people", err)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.WriteAll([][]string{PlaceColumns, {"hospital", "Swapped", "", "Camden", "-0.14", "51.55", "no", "yes", "made up"}})
	if _, err := ReadPlaces(&b); err == nil || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), "swapped") {
		t.Errorf("error %v, want one that names line 2 and the swap", err)
	}
}
