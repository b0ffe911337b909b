package mixture

import "github.com/nearside-ems/nearside/demand"

// Model is a learnt mixture. It is immutable and safe to share.
type Model struct {
	cells int
	parts []density
}

func newModel(cells int, parts []density) *Model { return &Model{cells: cells, parts: parts} }

// Cells returns the number of cells.
func (m *Model) Cells() int { return m.cells }

// Components describes the components, in the order in which Explain gives them.
func (m *Model) Components() []Component {
	cs := make([]Component, len(m.parts))
	for i := range m.parts {
		cs[i] = m.parts[i].Component
	}
	return cs
}

// Shares writes to dst the probability of each cell, for a call in an hour of the week. dst has an entry
// for each cell; they sum to 1 but for rounding, and none is 0. It allocates nothing.
func (m *Model) Shares(hour demand.HourOfWeek, dst []float32) {
	dst = dst[:m.cells]
	clear(dst)
	for i := range m.parts {
		w := float32(m.parts[i].Weight)
		for c, p := range m.parts[i].at(hour, m.cells) {
			dst[c] += w * p
		}
	}
}

// Part is what one component gives to a cell's probability.
type Part struct {
	Component string
	Weight    float64 // of the component in the mixture
	Value     float64 // the component's own probability of the cell
	Share     float64 // the part of the mixture's probability that comes from it; shares sum to 1
}

// Explain returns what each component gives to a cell in an hour of the week.
func (m *Model) Explain(cell int, hour demand.HourOfWeek) []Part {
	parts := make([]Part, len(m.parts))
	sum := 0.0
	for i := range m.parts {
		d := &m.parts[i]
		v := float64(d.at(hour, m.cells)[cell])
		parts[i] = Part{Component: d.Name, Weight: d.Weight, Value: v, Share: d.Weight * v}
		sum += d.Weight * v
	}
	for i := range parts {
		parts[i].Share /= sum
	}
	return parts
}
