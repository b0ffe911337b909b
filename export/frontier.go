package export

import (
	"bytes"
	"errors"
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/nearside-ems/nearside/planning"
)

// ErrNoFrontier says that the plan's scenario asked for none.
var ErrNoFrontier = errors.New("the plan has no frontier: give frontier in its scenario")

// Size of the drawing, in points.
const (
	frontierWide = 480 * vg.Length(1)
	frontierHigh = 320 * vg.Length(1)
)

// FrontierSVG draws a plan's frontier: each point's mean against the mean of the borough that waits longest,
// in minutes by road, and the bound beneath which no plan within the point's cap has its mean.
func FrontierSVG(d *planning.Document) ([]byte, error) {
	if d.Frontier == nil {
		return nil, ErrNoFrontier
	}
	p := plot.New()
	p.Title.Text = "Mean and worst borough, mobilisation left out"
	p.X.Label.Text, p.Y.Label.Text = "mean of the borough that waits longest, minutes", "mean of all calls, minutes"
	plans, bounds := make(plotter.XYs, len(d.Frontier.Points)), make(plotter.XYs, len(d.Frontier.Points))
	for i, t := range d.Frontier.Points {
		plans[i] = plotter.XY{X: t.WorstSeconds / 60, Y: t.MeanSeconds / 60}
		bounds[i] = plotter.XY{X: t.Cap / 60, Y: t.BoundSeconds / 60}
	}
	for _, s := range []struct {
		name   string
		points plotter.XYs
		colour color.Color
		shape  draw.GlyphDrawer
	}{{"plans", plans, color.RGBA{0, 114, 178, 255}, draw.CircleGlyph{}}, {"no plan below", bounds, color.RGBA{213, 94, 0, 255}, draw.CrossGlyph{}}} {
		line, dots, err := plotter.NewLinePoints(s.points)
		if err != nil {
			return nil, fmt.Errorf("frontier: %w", err)
		}
		line.Color, dots.Color, dots.Shape = s.colour, s.colour, s.shape
		p.Add(line, dots)
		p.Legend.Add(s.name, line, dots)
	}
	p.Legend.Top = true
	canvas := vgsvg.New(frontierWide, frontierHigh)
	p.Draw(draw.New(canvas))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("frontier: %w", err)
	}
	return out.Bytes(), nil
}
