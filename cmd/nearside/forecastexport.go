package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/paulmach/orb/geojson"

	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// forecastExportCommand writes expected calls per cell.
type forecastExportCommand struct {
	forecastQuery
	Format string `default:"csv" enum:"csv,geojson" help:"csv or geojson."`
	Out    string `help:"File to write instead of standard output." placeholder:"FILE"`
}

func (c *forecastExportCommand) Run() error {
	if err := checkOut(c.Out); err != nil {
		return err
	}
	text, err := c.text(time.Now())
	if err != nil {
		return err
	}
	write := func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}
	if c.Out == "" {
		return write(os.Stdout)
	}
	return artefact.Replace(c.Out, write)
}

func (c *forecastExportCommand) text(now time.Time) ([]byte, error) {
	a, err := c.open(now)
	if err != nil {
		return nil, err
	}
	answer, err := forecast.Ask(a.baseline, a.query)
	if err != nil {
		return nil, err
	}
	if c.Format == "geojson" {
		return forecastGeoJSON(a, answer)
	}
	return forecastCSV(a, answer)
}

// rate is a mean over the hours, with the figures that a forecast can have.
func rate(a *forecast.Answer, i int) float64 {
	short, _ := strconv.ParseFloat(strconv.FormatFloat(a.Mean[i]/float64(len(a.Columns)), 'g', 4, 64), 64)
	return short
}

// forecastCSV has a row for each cell. The last column says what the figures are.
func forecastCSV(a *asked, answer *forecast.Answer) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"cell", "district", "calls_per_hour", "hours", "calls_p10", "calls_p50", "calls_p90", "status", "forecast"}}
	for i, cell := range answer.Cell {
		rows = append(rows, []string{
			a.city.label(cell), a.city.Districts[a.city.District[cell]],
			strconv.FormatFloat(rate(answer, i), 'g', -1, 64), strconv.Itoa(len(answer.Columns)),
			strconv.Itoa(int(answer.P10[i])), strconv.Itoa(int(answer.P50[i])), strconv.Itoa(int(answer.P90[i])),
			"modelled", answer.About.Name,
		})
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// forecastGeoJSON has a feature for each cell; the foreign member "nearside" says what the figures are.
func forecastGeoJSON(a *asked, answer *forecast.Answer) ([]byte, error) {
	fc := geojson.NewFeatureCollection()
	for i, cell := range answer.Cell {
		f := geojson.NewFeature(a.city.shape(cell))
		f.ID = a.city.label(cell)
		f.Properties = geojson.Properties{
			"district": a.city.Districts[a.city.District[cell]], "calls_per_hour": rate(answer, i),
			"calls_p10": answer.P10[i], "calls_p50": answer.P50[i], "calls_p90": answer.P90[i], "status": "modelled",
		}
		fc.Append(f)
	}
	fc.ExtraMembers = geojson.Properties{"nearside": map[string]any{
		"city": a.city.Name, "period": a.period, "hours": len(answer.Columns), "forecast": answer.About.Name,
		"learnt": answer.About.Learnt, "inputs_sha256": fmt.Sprintf("%x", answer.About.Hash), "notes": a.notes(),
	}}
	text, err := json.Marshal(fc)
	if err != nil {
		return nil, fmt.Errorf("forecast as GeoJSON: %w", err)
	}
	return append(text, '\n'), nil
}
