package intake

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// streets is a city of numbered areas.
type streets int32

func (s streets) At(orb.Point) (int32, bool) { return 0, false }

func (s streets) Named(area string) (cell int32, ok bool) {
	_, err := fmt.Sscanf(area, "area %d", &cell)
	return cell, err == nil && cell < int32(s)
}

func readDistricts(t *testing.T, rows []string) (*Batch, error) {
	t.Helper()
	text := "time,area,patch\n" + strings.Join(rows, "\n") + "\n"
	s := Settings{Zone: time.UTC, Where: streets(3), Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Columns: Columns{District: "patch"}, KeepIdentical: true}
	b, _, err := ReadCSV(context.Background(), strings.NewReader(text), s)
	return b, err
}

// TestDistrictIsWhatMostCallsName: a cell's majority counts, names of few calls and no name do not.
func TestDistrictIsWhatMostCallsName(t *testing.T) {
	var rows []string
	add := func(n int, area, patch string) {
		for range n {
			rows = append(rows, fmt.Sprintf("2024-03-04 10:15,%s,%s", area, patch))
		}
	}
	add(4, "area 0", "South")
	add(5, "area 0", "North  Side")
	add(9, "area 0", "Mrs Smith") // most here, but nine calls in all
	add(20, "area 0", "")
	add(7, "area 1", "South")
	add(7, "area 1", "north side")
	add(3, "area 2", "a slip")
	b, err := readDistricts(t, rows)
	if err != nil {
		t.Fatal(err)
	}
	if want := []CellDistrict{{0, "North Side"}, {1, "North Side"}}; !slices.Equal(b.Districts, want) {
		t.Errorf("districts %v, want %v", b.Districts, want)
	}
}

func TestDistrictsOfFreeText(t *testing.T) {
	var rows []string
	for i := range 600 {
		rows = append(rows, fmt.Sprintf("2024-03-04 10:15,area 0,%d High Street", i))
	}
	for n, want := range map[int]string{600: "more than 500 different values", 400: "400 different values in 400 calls"} {
		if _, err := readDistricts(t, rows[:n]); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `"patch"`) {
			t.Errorf("%d addresses as districts: %v", n, err)
		}
	}
	if _, err := readDistricts(t, []string{"2024-03-04 10:15,area 0," + strings.Repeat("x", 65)}); err == nil {
		t.Error("a district of 65 characters was taken")
	}
}
