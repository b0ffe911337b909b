package mixture

import "github.com/nearside-ems/nearside/demand"

// Model is a learnt mixture. It is immutable and safe to share.
type Model struct {
	cells int
	parts []density
	plane []float32                  // the mixture itself, planes × cells
	of    [demand.HoursPerWeek]uint8 // the plane of each hour
}

// newModel blends parts into as many planes as there are hours in which they differ.
func newModel(cells int, parts []density) *Model {
	m := &Model{cells: cells, parts: parts}
	var first []demand.HourOfWeek // of each plane, an hour that has it
	for h := range demand.HourOfWeek(demand.HoursPerWeek) {
		p := 0
		for p < len(first) && !alike(parts, first[p], h) {
			p++
		}
		if p == len(first) {
			first = append(first, h)
		}
		m.of[h] = uint8(p)
	}
	m.plane = make([]float32, len(first)*cells)
	sum := make([]float64, cells)
	for p, h := range first {
		clear(sum)
		for i := range parts {
			w := parts[i].Weight
			for c, v := range parts[i].at(h, cells) {
				sum[c] += w * float64(v)
			}
		}
		copy(m.plane[p*cells:], normalised(sum, sum))
	}
	return m
}

// alike reports whether no part tells two hours apart.
func alike(parts []density, a, b demand.HourOfWeek) bool {
	for i := range parts {
		if parts[i].of[a] != parts[i].of[b] {
			return false
		}
	}
	return true
}

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
	p := int(m.of[hour])
	copy(dst[:m.cells], m.plane[p*m.cells:(p+1)*m.cells])
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
