package callsets

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/paulmach/orb"
	"github.com/ulikunitz/xz"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/internal/sourcedata"
)

// Set is a city and the calls that came from it.
type Set struct {
	Name    string
	City    *demand.City
	Calls   *calls.History
	Outside int // rows of the file that have no cell, and so are not among the calls
}

// call is a row of a source.
type call struct {
	hour calls.Hour
	cell int32
	kind string
}

// history puts rows in the order that calls.History asks for, over the days that the source speaks of.
func history(cells int, known calls.Span, rows []call) *calls.History {
	h := &calls.History{Cells: cells, Span: known}
	of := map[string]uint8{}
	for _, r := range rows {
		if _, known := of[r.kind]; !known {
			of[r.kind] = 0
			h.Kinds = append(h.Kinds, calls.Kind{Category: r.kind})
		}
	}
	slices.SortFunc(h.Kinds, func(a, b calls.Kind) int { return cmp.Compare(a.Category, b.Category) })
	for i, k := range h.Kinds {
		of[k.Category] = uint8(i)
	}
	slices.SortFunc(rows, func(a, b call) int {
		return cmp.Or(cmp.Compare(a.hour, b.hour), cmp.Compare(a.cell, b.cell), cmp.Compare(a.kind, b.kind))
	})
	for _, r := range rows {
		h.Hour, h.Cell, h.Kind = append(h.Hour, r.hour), append(h.Cell, r.cell), append(h.Kind, of[r.kind])
	}
	return h
}

// days returns the span from the start of one day to the end of another, such as "2015-11-15".
func days(tb testing.TB, zone *time.Location, first, last string) calls.Span {
	tb.Helper()
	at := func(day string) time.Time {
		t, err := time.ParseInLocation(time.DateOnly, day, zone)
		if err != nil {
			tb.Fatal(err)
		}
		return t
	}
	return calls.Span{From: calls.HourAt(at(first)), To: calls.HourAt(at(last).AddDate(0, 0, 1))}
}

// table reads columns of a CSV file of the demand folder, compressed where its name says so.
func table(tb testing.TB, name string, columns ...string) [][]string {
	tb.Helper()
	rows, err := readTable(sourcedata.Path(tb, "demand", name), columns)
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	return rows
}

func readTable(path string, columns []string) ([][]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var r io.Reader = f
	if strings.HasSuffix(path, ".xz") {
		if r, err = xz.NewReader(f); err != nil {
			return nil, err
		}
	}
	c := csv.NewReader(r)
	header, err := c.Read()
	if err != nil {
		return nil, err
	}
	at := make([]int, len(columns))
	for k, name := range columns {
		if at[k] = slices.Index(header, name); at[k] < 0 {
			return nil, fmt.Errorf("no column %q in %q", name, header)
		}
	}
	var rows [][]string
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		kept := make([]string, len(at))
		for k, i := range at {
			kept[k] = row[i]
		}
		rows = append(rows, kept)
	}
}

// plane returns points in metres east and north of their mean, on a plane that is true at the middle
// latitude: over a city's 50 km it is off by less than a percent up to 60° north.
func plane(points []orb.Point) (x, y []float64) {
	const metresPerDegree = 6371008.8 * math.Pi / 180
	var mid orb.Point
	for _, p := range points {
		mid[0] += p[0] / float64(len(points))
		mid[1] += p[1] / float64(len(points))
	}
	shrink := math.Cos(mid[1] * math.Pi / 180)
	for _, p := range points {
		x = append(x, (p[0]-mid[0])*metresPerDegree*shrink)
		y = append(y, (p[1]-mid[1])*metresPerDegree)
	}
	return x, y
}

// hash stands for a city's cells and their order.
func hash(c *demand.City) [32]byte {
	h := sha256.New()
	h.Write([]byte(c.Name))
	for _, values := range [][]float64{c.X, c.Y, c.Land} {
		for _, v := range values {
			_ = binary.Write(h, binary.LittleEndian, v)
		}
	}
	return [32]byte(h.Sum(nil))
}

func zone(tb testing.TB, name string) *time.Location {
	tb.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		tb.Fatal(err)
	}
	return z
}

// done checks what has been read.
func done(tb testing.TB, s *Set) *Set {
	tb.Helper()
	s.City.Hash = hash(s.City)
	if err := s.City.Validate(); err != nil {
		tb.Fatal(err)
	}
	return s
}
