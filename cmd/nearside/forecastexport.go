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

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// forecastExportCommand writes expected calls per cell or district: rates, never points or counts.
type forecastExportCommand struct {
	forecastQuery
	By      string `default:"cell" enum:"cell,district" help:"What has a row: cell or district."`
	Publish bool   `help:"Write what may be published: places where fewer calls than --threshold were learnt from are left out, rates have two figures."`
	thresholdFlag
	Format string `default:"csv" enum:"csv,geojson" help:"csv, or geojson (cells only)."`
	Out    string `help:"File to write instead of standard output." placeholder:"FILE"`
}

// Validate is called by kong after parsing.
func (c *forecastExportCommand) Validate() error {
	if c.Format == "geojson" && c.By == "district" {
		return fmt.Errorf("--format geojson --by district: want --by cell, or --format csv")
	}
	return c.thresholdFlag.Validate()
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

// exported is an answer as it is written.
type exported struct {
	asked  *asked
	answer *forecast.Answer
	rows   []exportRow
	out    int // places left out
	notes  []string
}

// exportRow is one place.
type exportRow struct {
	cell     int32  // where it is one
	id       string // empty for a district
	district string
	rate     float64 // expected calls an hour, mean over the hours
	band     [3]int  // 10, 50 and 90 % of the calls in all the hours
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
	e := &exported{asked: a, answer: answer, notes: a.notes()}
	e.fill(c.By == "district", c.disclosure(a))
	if c.Format == "geojson" {
		return e.geoJSON()
	}
	return e.csv()
}

// fill makes the rows; shown says whether a cell or district may be shown, and how many figures a rate has.
func (e *exported) fill(districts bool, d *disclosure) {
	hours := float64(e.asked.count(e.answer))
	add := func(mean float64, row exportRow, shown bool) {
		if !shown {
			e.out++
			return
		}
		row.rate, _ = strconv.ParseFloat(strconv.FormatFloat(mean/hours, 'g', d.figures(), 64), 64)
		e.rows = append(e.rows, row)
	}
	city := e.asked.city
	if districts {
		for i, b := range e.answer.Districts {
			if b.Mean > 0 {
				add(b.Mean, exportRow{district: city.Districts[i], band: [3]int{b.P10, b.P50, b.P90}}, d.shows(d.district(int32(i))))
			}
		}
	} else {
		for i, cell := range e.answer.Cell {
			add(e.answer.Mean[i], exportRow{
				cell: cell, id: city.label(cell), district: city.Districts[city.District[cell]],
				band: [3]int{int(e.answer.P10[i]), int(e.answer.P50[i]), int(e.answer.P90[i])},
			}, d.shows(d.cell(cell)))
		}
	}
	if d != nil {
		e.notes = append(e.notes, fmt.Sprintf("%s with fewer than %d calls to learn from left out; rates have two figures.", countOf(e.out, "place"), d.threshold))
	}
}

// csv has a row for each place. The last columns say what the figures are.
func (e *exported) csv() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"cell", "district", "calls_per_hour", "hours", "calls_p10", "calls_p50", "calls_p90", "status", "forecast"}}
	for _, r := range e.rows {
		rows = append(rows, []string{
			r.id, r.district, strconv.FormatFloat(r.rate, 'g', -1, 64), strconv.Itoa(e.asked.count(e.answer)),
			strconv.Itoa(r.band[0]), strconv.Itoa(r.band[1]), strconv.Itoa(r.band[2]), "modelled", e.answer.About.Name,
		})
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// geoJSON has a feature for each cell; the foreign member "nearside" says what the figures are.
func (e *exported) geoJSON() ([]byte, error) {
	fc := geojson.NewFeatureCollection()
	for _, r := range e.rows {
		f := geojson.NewFeature(orb.Geometry(e.asked.city.shape(r.cell)))
		f.ID = r.id
		f.Properties = geojson.Properties{
			"district": r.district, "calls_per_hour": r.rate,
			"calls_p10": r.band[0], "calls_p50": r.band[1], "calls_p90": r.band[2], "status": "modelled",
		}
		fc.Append(f)
	}
	about := &e.answer.About
	fc.ExtraMembers = geojson.Properties{"nearside": map[string]any{
		"city": e.asked.city.Name, "period": e.asked.period, "hours": e.asked.count(e.answer), "forecast": about.Name,
		"learnt": about.Learnt, "inputs_sha256": fmt.Sprintf("%x", about.Hash), "notes": e.notes,
	}}
	text, err := json.Marshal(fc)
	if err != nil {
		return nil, fmt.Errorf("forecast as GeoJSON: %w", err)
	}
	return append(text, '\n'), nil
}
