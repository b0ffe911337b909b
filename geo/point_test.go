package geo

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func TestCheckPoint(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		lat, lon    float64
		field, hint string // of the error; no field where the point is fine
	}{
		{51.5074, -0.1278, "", ""},
		{London.Min.Lat(), London.Min.Lon(), "", ""},
		{London.Max.Lat(), London.Max.Lon(), "", ""},
		{-0.1278, 51.5074, "lat", "swapped"},
		{nan, -0.1278, "lat", "not a number"},
		{51.5, nan, "lon", "not a number"},
		{inf, 0, "lat", "not a number"},
		{51.5, -inf, "lon", "not a number"},
		{55.95, -3.19, "lat", "51.275 to 51.705"},
		{51.5, -2.6, "lon", "-0.525 to 0.35"},
		{0, 0, "lat", "Greater London"},
	} {
		p, err := CheckPoint(c.lat, c.lon)
		if c.field == "" {
			if err != nil || p.Lat() != c.lat || p.Lon() != c.lon {
				t.Errorf("CheckPoint(%v, %v) = %v, %v", c.lat, c.lon, p, err)
			}
			continue
		}
		if bad, ok := errors.AsType[*PointError](err); !ok || bad.Field != c.field || !strings.Contains(err.Error(), c.hint) {
			t.Errorf("CheckPoint(%v, %v): error %v, want one about %s with %q", c.lat, c.lon, err, c.field, c.hint)
		}
	}
}

// TestErrorWritesOutLargeValues: metres in powers of ten are hard to compare with what is allowed.
func TestErrorWritesOutLargeValues(t *testing.T) {
	err := &PointError{Field: "easting", Value: 1_415_000, Want: "want less"}
	if err.Error() != "easting 1415000: want less" {
		t.Errorf("got %q", err)
	}
}
