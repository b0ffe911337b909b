package transport

import (
	"cmp"
	"fmt"
	"slices"
)

// Assignment is who goes where between given centres, at the least weighted time.
type Assignment struct {
	Sites []int   // ascending
	Value float64 // patient-weighted seconds, the unserved at Cap
	Flows []Flow
	Price []float64 // per layer and site of Sites: what room for one patient more would save, seconds
}

// Assign takes patients to centres at the sites. Unlike a plan they may be of any number from 1 and need
// not respect Fixed and Forbidden: so the present centres can be compared with a plan. The problem must
// be valid. It fails when sites is empty, out of range or repeats one.
func Assign(p *Problem, sites []int) (*Assignment, error) {
	if len(sites) == 0 {
		return nil, fmt.Errorf("transport: no sites to assign to")
	}
	sites = slices.Sorted(slices.Values(sites))
	for i, s := range sites {
		if s < 0 || s >= p.Sites {
			return nil, fmt.Errorf("transport: site %d: from 0 to %d is allowed", s, p.Sites-1)
		}
		if i > 0 && s == sites[i-1] {
			return nil, fmt.Errorf("transport: site %d is given twice", s)
		}
	}
	q := Closing(p, sites) // no other site has a column
	q.Fixed, q.Place = nil, len(sites)
	in := newInstance(q)
	flows, o := ship(q, newLayout(in, 1), numbered(len(sites)))
	return &Assignment{Sites: sites, Value: o.value / 1000, Flows: flows, Price: in.appendPrices(nil, o)}, nil
}

func numbered(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// ship takes everybody to the columns, which ascend, and lists the flows.
func ship(p *Problem, l *layout, columns []int) ([]Flow, *offer) {
	var flows []Flow
	o := l.try(columns, func() bool { return false }, func(g int, s *shipper) {
		for layer := range p.Layers {
			if l.in.groupOf[layer] == g {
				flows = appendFlows(flows, p, layer, s, l.in.site)
			}
		}
	})
	slices.SortStableFunc(flows, func(x, y Flow) int { return cmp.Compare(x.Layer, y.Layer) })
	return flows, o
}

func appendFlows(flows []Flow, p *Problem, layer int, s *shipper, site []int) []Flow {
	for i, w := range p.Layers[layer].Weight {
		if w == 0 {
			continue
		}
		s.each(i, func(j int, part float64) {
			if amount := w * part; j < len(s.columns) && amount > 0 {
				flows = append(flows, Flow{int32(layer), int32(i), int32(site[s.columns[j]]), amount})
			}
		})
	}
	return flows
}

// appendPrices appends an offer's prices, its columns ascending, in the order of the certificate, in seconds.
func (in *instance) appendPrices(dst []float64, o *offer) []float64 {
	for _, g := range in.groupOf {
		for _, v := range o.price[g][0] {
			dst = append(dst, float64(v)/1000)
		}
	}
	return dst
}

// Served returns, per layer and site of the problem, the patients whom the flows bring there.
func Served(p *Problem, flows []Flow) [][]float64 {
	out := make([][]float64, len(p.Layers))
	for l := range out {
		out[l] = make([]float64, p.Sites)
	}
	for _, f := range flows {
		out[f.Layer][f.Site] += f.Amount
	}
	return out
}

// Lack returns, per layer, the patients for whom no plan has room, however well it is chosen: what the
// fixed centres and the roomiest others leave. Elsewhere a plan may still leave more unserved, where
// room is out of reach or in other layers.
func (p *Problem) Lack() []float64 {
	out := make([]float64, len(p.Layers))
	for l := range p.Layers {
		layer := &p.Layers[l]
		var others []float64
		room := 0.0
		for s := range p.Sites {
			switch {
			case slices.Contains(p.Fixed, s):
				room += layer.room(s)
			case !slices.Contains(p.Forbidden, s):
				others = append(others, layer.room(s))
			}
		}
		slices.SortFunc(others, func(x, y float64) int { return cmp.Compare(y, x) })
		for _, c := range others[:p.Place-len(p.Fixed)] {
			room += c
		}
		out[l] = max(0, sum(layer.Weight)-room)
	}
	return out
}
