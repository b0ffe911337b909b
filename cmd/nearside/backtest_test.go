package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/demand/backtest"
)

// smallTown writes an outline of two areas and the calls of 14 weeks: three a day, most of them in the
// first area, at a time of day that says which.
func smallTown(t *testing.T) (outline, file string) {
	t.Helper()
	dir := t.TempDir()
	outline, file = filepath.Join(dir, "town.geojson"), filepath.Join(dir, "calls.csv")
	square := func(name string, west float64) string {
		return fmt.Sprintf(`{"type":"Feature","properties":{"name":%q},"geometry":{"type":"Polygon","coordinates":[[[%g,43.6],[%g,43.6],[%g,43.62],[%g,43.62],[%g,43.6]]]}}`,
			name, west, west+0.02, west+0.02, west, west)
	}
	text := `{"type":"FeatureCollection","features":[` + square("West", -79.4) + "," + square("East", -79.38) + `]}`
	if err := os.WriteFile(outline, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("time,area,category\n")
	for day := range 14 * 7 {
		for k := range 3 {
			at := time.Date(2025, 1, 6+day, 3+9*k, 7*day%60, 0, 0, time.UTC)
			fmt.Fprintf(&b, "%s,%s,%s\n", at.Format("2006-01-02 15:04"), []string{"East", "West", "West"}[k], []string{"crisis", "welfare", "crisis"}[(k+day)%3])
		}
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return outline, file
}

// TestBacktestOfATown imports calls as a user would and tests forecasts on them.
func TestBacktestOfATown(t *testing.T) {
	outline, file := smallTown(t)
	dir, now := t.TempDir(), time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	quiet := newBars(io.Discard)
	defer quiet.close()
	in := importCallsCommand{File: file, DataDir: dir}
	in.City, in.Name, in.Cells, in.Holidays = outline, "Town", "areas", "none"
	in.Area, in.Zone, in.MaxDropped, in.DateOrder, in.TimeFormat = "area", "America/Toronto", 5, "auto", "text"
	in.Time, in.Category = "time", "category"
	if err := in.run(t.Context(), nil, io.Discard, quiet, now); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := backtestCommand{DataDir: dir, Origins: 3, Block: "auto", JSON: filepath.Join(dir, "r.json"), SVG: filepath.Join(dir, "r.svg")}
	if err := c.run(t.Context(), &out, quiet, now); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Backtest of Town: 3 weeks", "294 calls", "Nearside", "MEDIC − Nearside", "space-time KDE"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	text, err := os.ReadFile(c.JSON)
	if err != nil {
		t.Fatal(err)
	}
	var report backtest.Report
	if err := json.Unmarshal(text, &report); err != nil || report.Calls != 294 || report.Tested != 63 || report.Block != backtest.ByDay {
		t.Errorf("error %v, report %+v", err, report)
	}
	if drawing, err := os.ReadFile(c.SVG); err != nil || !bytes.Contains(drawing, []byte("<svg")) {
		t.Errorf("error %v, drawing of %d bytes", err, len(drawing))
	}
	out.Reset()
	part := backtestCommand{DataDir: dir, Origins: 1, Block: "week", Category: []string{"crisis"}, Since: "2025-02-03"}
	if err := part.run(t.Context(), &out, quiet, now); err != nil || !strings.Contains(out.String(), "140 calls from 2025-02-03") {
		t.Errorf("error %v, text\n%s", err, out.String())
	}
	for says, c := range map[string]backtestCommand{
		"--category fire: no call is of it; want one": {DataDir: dir, Block: "auto", Category: []string{"fire"}},
		"--since June: want a day":                    {DataDir: dir, Block: "auto", Since: "June"},
		"--resolution 9: the cells of Town":           {DataDir: dir, Block: "auto", Resolution: 9},
		"14 origins in 14 whole weeks":                {DataDir: dir, Block: "auto", Origins: 14},
		"keeps no calls; import some first":           {DataDir: t.TempDir(), Block: "auto"},
		"is a directory; want a file name":            {DataDir: dir, Block: "auto", JSON: dir},
	} {
		if err := c.run(t.Context(), io.Discard, quiet, now); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
}
