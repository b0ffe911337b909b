package intake

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// slowTwin reads calls with encoding/csv, package time and maps, a row at a time, and gives each as text.
// Calls of the hour that clocks repeat are given without their hour.
func slowTwin(t *rapid.T, text string, zone *time.Location) (kept []string, drops map[Reason]int64) {
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	drops = map[Reason]int64{}
	seen := map[string]bool{}
	for _, r := range records[1:] {
		id, at, category := r[0], r[1], strings.ToLower(strings.TrimSpace(r[4]))
		local, err := time.Parse("02/01/2006 15:04", at)
		if at == "" {
			drops[NoTime]++
			continue
		}
		if err != nil && !strings.Contains(err.Error(), "day out of range") {
			drops[UnreadableTime]++
			continue
		}
		lat, errLat := strconv.ParseFloat(r[2], 64)
		lon, errLon := strconv.ParseFloat(r[3], 64)
		cell, inside := town{}.At(orb.Point{lon, lat})
		switch {
		case r[2] == "" || r[3] == "":
			drops[NoPlace]++
		case errLat != nil || errLon != nil:
			drops[UnreadablePlace]++
		case lat == 0 && lon == 0:
			drops[ZeroPlace]++
		case !inside:
			drops[Outside]++
		case seen[id+" "+at]:
			drops[Duplicate]++
		case err != nil:
			seen[id+" "+at] = true
			drops[NoSuchTime]++
		default:
			seen[id+" "+at] = true
			hour, ok := slowHour(local, zone)
			switch {
			case local.Year() < 1990:
				drops[TooEarly]++
			case local.Year() > 2030:
				drops[TooLate]++
			case !ok:
				kept = append(kept, fmt.Sprintf("twice %d %s", cell, category))
			default:
				kept = append(kept, fmt.Sprintf("%d %d %s", hour, cell, category))
			}
		}
	}
	return kept, drops
}

// slowHour returns the hour of what a clock shows; it is not ok where it shows that twice. Where it never
// does, the offset of the day before counts.
func slowHour(local time.Time, zone *time.Location) (calls.Hour, bool) {
	var found []time.Time
	for h := -14; h <= 14; h++ {
		at := local.Add(time.Duration(h) * time.Hour)
		if at.In(zone).Format(time.DateTime) == local.Format(time.DateTime) {
			found = append(found, at)
		}
	}
	if len(found) == 0 {
		_, offset := local.Add(-24 * time.Hour).In(zone).Zone()
		found = append(found, local.Add(-time.Duration(offset)*time.Second))
	}
	return calls.HourAt(found[0]), len(found) == 1
}

// TestReadCSVAgreesWithSlowTwin compares whole readings, with days around the changes of the clocks and
// faults of every kind.
func TestReadCSVAgreesWithSlowTwin(t *testing.T) {
	zone := london(t)
	day := rapid.SampledFrom([]string{"31/03/2024", "27/10/2024", "15/06/2023", "15/07/2023", "29/02/2023", "01/01/1970", "01/01/2093", "13/01/2020"})
	row := rapid.Custom(func(t *rapid.T) string {
		at := fmt.Sprintf("%s %02d:%02d", day.Draw(t, "day"), rapid.IntRange(0, 3).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"))
		at = rapid.SampledFrom([]string{at, at, at, at, "", "soon"}).Draw(t, "time")
		lat := rapid.SampledFrom([]string{"51.4", "51.6", "51.4", "51.6", "53", "0", "", "north"}).Draw(t, "lat")
		lon := rapid.SampledFrom([]string{"-0.2", "0.1", "-0.2", "0.1", "0", "-2", ""}).Draw(t, "lon")
		return fmt.Sprintf("%d,%s,%s,%s,%s\n", rapid.IntRange(0, 9).Draw(t, "id"), at, lat, lon, rapid.SampledFrom([]string{"", "Welfare", " welfare ", "\"a \"\"b\"\", c\""}).Draw(t, "category"))
	})
	rapid.Check(t, func(rt *rapid.T) {
		text := "id,time,lat,lon,category\n99,31/12/2023 12:00,51.4,0,\n" + strings.Join(rapid.SliceOfN(row, 0, 40).Draw(rt, "rows"), "")
		want, drops := slowTwin(rt, text, zone)
		b, r, err := read(t, text, func(s *Settings) {
			s.MaxDropped = 1
			s.Columns = Columns{ID: "id", Time: "time", Lat: "lat", Lon: "lon", Category: "category"}
		})
		if err != nil {
			if strings.Contains(err.Error(), "metres") || strings.Contains(err.Error(), "swapped") {
				return
			}
			rt.Fatal(err)
		}
		var got []string
		for i, h := range b.Hour {
			hour := fmt.Sprint(int32(h))
			if _, once := slowHour(asShown(h, zone), zone); !once {
				hour = "twice"
			}
			got = append(got, fmt.Sprintf("%s %d %s", hour, b.Cell[i], b.Kinds[b.Kind[i]].Category))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			rt.Fatalf("kept %q, want %q\n%s", got, want, r)
		}
		for _, d := range r.Drops {
			if drops[d.Reason] != d.Rows {
				rt.Fatalf("%d rows dropped, want %d: %v\n%s", d.Rows, drops[d.Reason], d.Reason, text)
			}
			delete(drops, d.Reason)
		}
		if len(drops) > 0 {
			rt.Fatalf("not dropped: %v\n%s", drops, text)
		}
	})
}

// asShown returns what the clocks show at the start of an hour, as if it were UTC.
func asShown(h calls.Hour, zone *time.Location) time.Time {
	_, offset := h.Time().In(zone).Zone()
	return h.Time().Add(time.Duration(offset) * time.Second)
}
