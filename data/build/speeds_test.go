package build

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
)

func TestShippedSpeeds(t *testing.T) {
	f, err := os.Open(filepath.Join("..", filepath.FromSlash(SpeedsFile)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	table, err := road.ReadSpeeds(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		hour int
		name string
	}{{7, "weekday AM peak"}, {12, "weekday inter-peak"}, {4*24 + 18, "weekday PM peak"}, {22, "weekday evening"}, {23, "night"}, {6*24 + 12, "weekend day"}, {5*24 + 19, "weekend evening"}} {
		if got := table.Name(table.Period(c.hour)); got != c.name {
			t.Errorf("hour %d is %q, want %q", c.hour, got, c.name)
		}
	}
	for p := range road.Period(table.Periods()) {
		if s := table.Source(p); !strings.HasPrefix(s, "TfL") && !strings.HasPrefix(s, assumed) {
			t.Errorf("%s: source %q is neither TfL's nor an assumption", table.Name(p), s)
		}
	}
	// TfL's ratio of the outer PM peak to the inter-peak: 27.4 against 33.9 km/h.
	pm := table.Profile(table.Period(17), road.Normal)
	if got, want := pm.Factor[road.Primary][road.Outer], float32(33.9/27.4); got < want-0.001 || got > want+0.001 {
		t.Errorf("outer PM peak takes %.4f of the inter-peak's time, want %.4f", got, want)
	}
}

func TestPublishedSpeedsRefusesGaps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "speeds.csv")
	text := "metric,area,period,year,value,unit,source,source_url,note\naverage traffic speed,Central London,AM peak,2014/15,14.1,km/h,a,b,c\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := publishedSpeeds(path); err == nil || !strings.Contains(err.Error(), "want 9") {
		t.Errorf("got %v, want a count of what is missing", err)
	}
}
