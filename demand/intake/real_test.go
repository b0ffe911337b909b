package intake

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/internal/sourcedata"
	"github.com/paulmach/orb"
)

// box takes a degree-wide box around a point for a city of one cell, and has no areas.
type box orb.Point

func (b box) At(p orb.Point) (int32, bool) {
	return 0, p[0] > b[0]-0.5 && p[0] < b[0]+0.5 && p[1] > b[1]-0.5 && p[1] < b[1]+0.5
}

func (box) Named(string) (int32, bool) { return 0, false }

// TestRealFiles reads published files as they are, with nothing given but the city and its zone. The
// rows and places that are missing were counted with other tools.
func TestRealFiles(t *testing.T) {
	for _, f := range []struct {
		name, zone string
		at         orb.Point
		read, kept int64
		drops      string
		kinds      int
	}{
		{"toronto_persons_in_crisis_2014_2015.csv.xz", "America/Toronto", orb.Point{-79.4, 43.7}, 25439, 25399, "[{no place 40}]", 3},
		{"seattle_911_2015.csv.xz", "America/Los_Angeles", orb.Point{-122.3, 47.6}, 79088, 78307, "[{the same to the byte as an earlier row 781}]", 37},
		{"london_stats19_collisions_2022.csv.xz", "Europe/London", orb.Point{-0.1, 51.5}, 23467, 23467, "[]", 1},
	} {
		zone, err := time.LoadLocation(f.zone)
		if err != nil {
			t.Fatal(err)
		}
		packed := sourcedata.Path(t, "demand", f.name)
		unpacked, err := exec.Command("xz", "-dc", packed).Output()
		if err != nil {
			t.Skipf("needs xz: %v", err)
		}
		s := Settings{Zone: zone, Where: box(f.at), Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), MaxDropped: DefaultMaxDropped}
		b, r, err := ReadCSV(context.Background(), bytes.NewReader(unpacked), s)
		if err != nil {
			t.Fatal(err)
		}
		type drop struct {
			Reason Reason
			Rows   int64
		}
		var drops []drop
		for _, d := range r.Drops {
			drops = append(drops, drop{d.Reason, d.Rows})
		}
		if r.Read != f.read || r.Kept != f.kept || fmt.Sprint(drops) != f.drops || len(b.Kinds) != f.kinds || int64(b.Len()) != f.kept {
			t.Errorf("%s: %d kinds, drops %v\n%s", f.name, len(b.Kinds), drops, r)
		}
	}
}
