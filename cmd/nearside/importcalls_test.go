package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/internal/sourcedata"
	"github.com/ulikunitz/xz"
)

var may2026 = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)

// newImport returns the command with its flags' defaults.
func newImport(dir string) *importCallsCommand {
	c := &importCallsCommand{File: "-", DataDir: dir}
	c.DateOrder, c.TimeFormat, c.MaxDropped = "auto", "text", 5
	c.Cells, c.Holidays = "h3", "none"
	return c
}

func (c *importCallsCommand) try(stdin io.Reader) (report string, err error) {
	var out strings.Builder
	b := newBars(io.Discard)
	defer b.close()
	err = c.run(context.Background(), stdin, &out, b, may2026)
	return out.String(), err
}

// endless is a file of one line that does not end.
type endless struct{ read int64 }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	e.read += int64(len(b))
	return len(b), nil
}

// TestImportCallsLongLine: a line without an end is refused before much of it has been read, and what is
// kept stays as it is.
func TestImportCallsLongLine(t *testing.T) {
	dir := t.TempDir()
	const head = "time,latitude,longitude\n2024-03-04 10:15,51.5074,-0.1278\n"
	if _, err := newImport(dir).try(strings.NewReader(head)); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, calls.File))
	if err != nil {
		t.Fatal(err)
	}
	for name, start := range map[string]string{"header": "", "row": head, "quoted": head + "2024-03-04 10:15,\""} {
		e := &endless{}
		_, err := newImport(dir).try(io.MultiReader(strings.NewReader(start), io.LimitReader(e, 10<<30)))
		if err == nil || !strings.Contains(err.Error(), "nothing was imported") || !strings.Contains(err.Error(), "line") {
			t.Errorf("%s: %v", name, err)
		}
		if e.read > 64<<20 {
			t.Errorf("%s: %d bytes were read before it was refused", name, e.read)
		}
	}
	if after, err := os.ReadFile(filepath.Join(dir, calls.File)); err != nil || string(after) != string(before) {
		t.Errorf("the calls that were kept have changed: %v", err)
	}
}

// stopping ends a context in the middle of a file.
type stopping struct {
	io.Reader
	stop context.CancelFunc
}

func (s *stopping) Read(b []byte) (int, error) {
	s.stop()
	return s.Reader.Read(b)
}

// TestImportCallsInterrupted: an import that is stopped leaves nothing behind, no city either.
func TestImportCallsInterrupted(t *testing.T) {
	outlined := filepath.Join(t.TempDir(), "city.geojson")
	const box = `{"type":"Polygon","coordinates":[[[-0.26,51.41],[0.06,51.41],[0.06,51.59],[-0.26,51.59],[-0.26,51.41]]]}`
	if err := os.WriteFile(outlined, []byte(box), 0o600); err != nil {
		t.Fatal(err)
	}
	c := newImport(t.TempDir())
	c.City, c.Zone = outlined, "Europe/London"
	ctx, stop := context.WithCancel(context.Background())
	in := strings.NewReader("time,latitude,longitude\n" + strings.Repeat("2024-03-04 10:15,51.5074,-0.1278\n", 100_000))
	b := newBars(io.Discard)
	defer b.close()
	if err := c.run(ctx, &stopping{in, stop}, io.Discard, b, may2026); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("error %v", err)
	}
	if left := files(t, c.DataDir); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// unpackedSource returns a reader of a file of the source data.
func unpackedSource(t testing.TB, name string) io.Reader {
	t.Helper()
	f, err := os.Open(sourcedata.Path(t, "demand", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	r, err := xz.NewReader(bufio.NewReader(f))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// unpackTo writes a file of the source data to a folder, unpacked.
func unpackTo(t testing.TB, dir, name string) string {
	t.Helper()
	path := filepath.Join(dir, strings.TrimSuffix(name, ".xz"))
	text, err := io.ReadAll(unpackedSource(t, name))
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestImportCallsToronto imports what Toronto's police publish, as docs/format/calls-import.md says, by
// area and by the areas' centroids, which come to the same.
func TestImportCallsToronto(t *testing.T) {
	city := unpackTo(t, t.TempDir(), "toronto_neighbourhoods_158.geojson.xz")
	counts := map[string][]int{}
	for _, by := range []string{"area", "centroid"} {
		c := newImport(t.TempDir())
		c.City, c.Name, c.Cells, c.Zone, c.District = city, "Toronto", "areas", "America/Toronto", "division"
		if by == "area" {
			c.Area = "hood_158"
		} else {
			c.Lat, c.Lon = "hood_lat", "hood_lon"
		}
		report, err := c.try(unpackedSource(t, "toronto_persons_in_crisis_2014_2015.csv.xz"))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"City: Toronto: 158 areas", "Rows: 25439 read, 25399 kept, 40 dropped", "Districts: 17,", "Imported: 25399 calls.", "2014-01-01 to 2015-02-28"} {
			if !strings.Contains(report, want) {
				t.Errorf("by %s: no %q in\n%s", by, want, report)
			}
		}
		store, err := calls.OpenStored(c.DataDir, may2026)
		if err != nil {
			t.Fatal(err)
		}
		n := make([]int, 158)
		for _, cell := range store.History().Cell {
			n[cell]++
		}
		counts[by] = n
	}
	for i, n := range counts["area"] {
		if m := counts["centroid"][i]; n != m {
			t.Errorf("area %d has %d calls by name and %d by centroid", i, n, m)
		}
	}
}

// TestImportCallsLondon imports London's collisions of 2022 as they are published.
func TestImportCallsLondon(t *testing.T) {
	c := newImport(t.TempDir())
	report, err := c.try(unpackedSource(t, "london_stats19_collisions_2022.csv.xz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Rows: 23467 read, 23467 kept, 0 dropped", "Imported: 23467 calls.", "2022-01-01 to 2022-12-31"} {
		if !strings.Contains(report, want) {
			t.Errorf("no %q in\n%s", want, report)
		}
	}
}

// manyRows writes a CSV file of calls in two years, as a service might export them.
func manyRows(t testing.TB, rows int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "calls.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	r := rand.New(rand.NewPCG(1, 2))
	at := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	step := 2 * 365 * 24 * time.Hour / time.Duration(rows)
	fmt.Fprintln(w, "call_id,time,latitude,longitude,category,channel,notes")
	for i := range rows {
		fmt.Fprintf(w, "%d,%s,%.6f,%.6f,%s,%s,\"row %d, nobody's business\"\n", i, at.Add(time.Duration(i)*step).Format(time.DateTime),
			51.42+0.16*r.Float64(), -0.25+0.3*r.Float64(), []string{"crisis", "welfare", "overdose"}[r.IntN(3)], []string{"999", "111", "police"}[r.IntN(3)], i)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// BenchmarkImportCalls imports a million rows from a file into an empty data directory of London,
// loading the city included. The target is 5 s.
func BenchmarkImportCalls(b *testing.B) {
	path := manyRows(b, 1_000_000)
	for b.Loop() {
		c := newImport(b.TempDir())
		c.File = path
		if _, err := c.try(nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkImportCallsElsewhere does the same over the H3 cells of an outline.
func BenchmarkImportCallsElsewhere(b *testing.B) {
	path := manyRows(b, 1_000_000)
	city := filepath.Join(b.TempDir(), "city.geojson")
	const box = `{"type":"Polygon","coordinates":[[[-0.26,51.41],[0.06,51.41],[0.06,51.59],[-0.26,51.59],[-0.26,51.41]]]}`
	if err := os.WriteFile(city, []byte(box), 0o600); err != nil {
		b.Fatal(err)
	}
	res := 9
	for b.Loop() {
		c := newImport(b.TempDir())
		c.File, c.City, c.Zone, c.Resolution = path, city, "Europe/London", &res
		if _, err := c.try(nil); err != nil {
			b.Fatal(err)
		}
	}
}
