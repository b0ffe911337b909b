package export

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"

	"github.com/nearside-ems/nearside/planning"
)

// SitesCSV returns where a plan's cars and centres stand as RFC 4180 text with a header, one line
// each. docs/format/plan.md lists the columns.
func SitesCSV(d *planning.Document) ([]byte, error) {
	rows := [][]string{{"role", "number", "cell", "latitude", "longitude", "grid_ref", "borough", "sector", "place", "fixed", "modelled"}}
	for _, list := range placements(d) {
		for i, s := range list.sites {
			rows = append(rows, []string{list.role, strconv.Itoa(i + 1), s.Cell, number(s.Lat), number(s.Lon), s.GridRef,
				s.Borough, s.Sector, s.Place, strconv.FormatBool(s.Fixed), strconv.FormatBool(s.Modelled)})
		}
	}
	return table("sites", rows)
}

// BoroughsCSV returns how a plan serves each borough, and last all London, as RFC 4180 text with a
// header.
func BoroughsCSV(d *planning.Document) ([]byte, error) {
	rows := [][]string{{"code", "name", "sector", "calls_per_hour", "mean_s", "p90_s", "within_15",
		"nearest_mean_s", "nearest_p90_s", "nearest_within_15"}}
	for _, a := range append(append([]planning.Area{}, d.ByBorough...), d.All) {
		rows = append(rows, []string{a.Code, a.Name, a.Sector, number(a.CallsPerHour),
			number(a.MeanSeconds), number(a.P90Seconds), number(a.Within15),
			number(a.Nearest.MeanSeconds), number(a.Nearest.P90Seconds), number(a.Nearest.Within15)})
	}
	return table("boroughs", rows)
}

// placement is a plan's facilities of one kind.
type placement struct {
	role  string
	sites []planning.Site
}

func placements(d *planning.Document) []placement {
	return []placement{{"car", d.Cars}, {"centre", d.Centres}}
}

func table(name string, rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return nil, fmt.Errorf("plan's %s as CSV: %w", name, err)
	}
	return b.Bytes(), nil
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
