package backtest

import (
	"fmt"
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// colours of the forecasters: those of Okabe and Ito (2008), which colour-blind people can tell apart.
var colours = []color.Color{
	color.RGBA{0, 114, 178, 255}, color.RGBA{213, 94, 0, 255}, color.RGBA{0, 158, 115, 255}, color.RGBA{204, 121, 167, 255},
	color.RGBA{86, 180, 233, 255}, color.RGBA{230, 159, 0, 255}, color.RGBA{0, 0, 0, 255},
}

// Size of the drawing.
const (
	plotWide = 680 * vg.Length(1) // points
	plotHigh = 510 * vg.Length(1)
	plotPad  = 28 * vg.Length(1)
)

// WriteSVG draws a report: the log score by week, the PIT histograms of district-day totals, the coverage
// of intervals, and hit rates.
func (r *Report) WriteSVG(w io.Writer) error {
	plots := [2][2]*plot.Plot{}
	for i, draw := range []func() (*plot.Plot, error){r.plotWeeks, r.plotPIT, r.plotCover, r.plotHits} {
		p, err := draw()
		if err != nil {
			return fmt.Errorf("backtest: plot: %w", err)
		}
		plots[i/2][i%2] = p
	}
	canvas := vgsvg.New(plotWide, plotHigh)
	whole := draw.New(canvas)
	whole.SetColor(color.White)
	whole.Fill(whole.Path())
	tiles := draw.Tiles{Rows: 2, Cols: 2, PadX: plotPad, PadY: plotPad, PadTop: 8, PadBottom: 8, PadLeft: 8, PadRight: 16}
	rows := [][]*plot.Plot{plots[0][:], plots[1][:]}
	for i, row := range plot.Align(rows, tiles, whole) {
		for k, c := range row {
			rows[i][k].Draw(c)
		}
	}
	_, err := canvas.WriteTo(w)
	return err
}

func newPlot(title string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.Title.TextStyle.Font.Size = title, vg.Points(11)
	return p
}

// legend says which colour is whose.
func (r *Report) legend(p *plot.Plot) {
	p.Legend.Top = true
	p.Legend.TextStyle.Font.Size = vg.Points(9)
	for i := range r.Scores {
		p.Legend.Add(r.Scores[i].Name, &plotter.Line{LineStyle: draw.LineStyle{Color: colours[i%len(colours)], Width: vg.Points(3)}})
	}
}

// lines draws a line for each forecaster.
func (r *Report) lines(p *plot.Plot, points func(*Score) plotter.XYs) error {
	p.Add(plotter.NewGrid())
	for i := range r.Scores {
		line, err := plotter.NewLine(points(&r.Scores[i]))
		if err != nil {
			return err
		}
		line.Color, line.Width = colours[i%len(colours)], vg.Points(1.5)
		p.Add(line)
	}
	return nil
}

func (r *Report) plotWeeks() (*plot.Plot, error) {
	p := newPlot(r.City + ": log score a call, by week")
	p.X.Label.Text = "week from " + r.Weeks[0].First
	err := r.lines(p, func(s *Score) (xy plotter.XYs) {
		for i, w := range s.Weekly {
			xy = append(xy, plotter.XY{X: float64(i + 1), Y: w.LogScore})
		}
		return xy
	})
	r.legend(p)
	p.Y.Max += 0.4 * (p.Y.Max - p.Y.Min) // room for the legend
	return p, err
}

func (r *Report) plotPIT() (*plot.Plot, error) {
	p := newPlot("PIT of district-day totals: level when right")
	p.X.Label.Text, p.Y.Min, p.Y.Max = "probability integral transform", 0, 0.2
	return p, r.lines(p, func(s *Score) (xy plotter.XYs) {
		for b, share := range s.Totals[districtDay].PIT {
			xy = append(xy, plotter.XY{X: float64(b) / bins, Y: share}, plotter.XY{X: float64(b+1) / bins, Y: share})
		}
		return xy
	})
}

func (r *Report) plotCover() (*plot.Plot, error) {
	p := newPlot("Intervals: covered less stated, 0 when right")
	p.Y.Label.Text = "percentage points"
	var groups []string
	for _, name := range names {
		for _, level := range central {
			groups = append(groups, fmt.Sprintf("%s-%s %.0f", name[0], name[1], 100*level))
		}
	}
	return p, r.columns(p, groups, func(s *Score) (values plotter.Values) {
		for _, t := range s.Totals {
			for _, c := range t.Cover {
				values = append(values, 100*(c.Covered-c.Level))
			}
		}
		return values
	})
}

func (r *Report) plotHits() (*plot.Plot, error) {
	p := newPlot("Calls from the cells with the highest rates")
	p.Y.Label.Text = "% of calls"
	var groups []string
	for _, of := range []string{"cells", "land"} {
		for _, top := range tops {
			groups = append(groups, fmt.Sprintf("top %.0f %% of %s", 100*top, of))
		}
	}
	return p, r.columns(p, groups, func(s *Score) (values plotter.Values) {
		for _, h := range s.Hits {
			values = append(values, 100*h.Cells)
		}
		for _, h := range s.Hits {
			values = append(values, 100*h.Land)
		}
		return values
	})
}

// columns draws groups of columns side by side, one of each group for each forecaster.
func (r *Report) columns(p *plot.Plot, groups []string, values func(*Score) plotter.Values) error {
	wide := 40 * vg.Points(1) / vg.Length(len(r.Scores)) * 6 / vg.Length(len(groups))
	for i := range r.Scores {
		c, err := plotter.NewBarChart(values(&r.Scores[i]), wide)
		if err != nil {
			return err
		}
		c.Color, c.LineStyle.Width = colours[i%len(colours)], 0
		c.Offset = wide * (vg.Length(i) - vg.Length(len(r.Scores)-1)/2)
		p.Add(c)
	}
	p.NominalX(groups...)
	p.X.Tick.Label.Rotation, p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = 0.5, draw.XRight, draw.YTop
	return nil
}
