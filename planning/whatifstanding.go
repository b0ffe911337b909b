package planning

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// standing works out how cars and centres serve London.
func (w *WhatIf) standing(cars, centres []stand, busy float64) Standing {
	v := w.st.serveRows(len(cars), busy, func(layer int) [][]road.Millis { return rowsOf(cars, layer) })
	boroughs, all := v.boroughs()
	out := Standing{Busy: busy, All: AreaStanding{Area: all}}
	for _, a := range boroughs {
		out.ByBorough = append(out.ByBorough, AreaStanding{Area: a})
	}
	if len(centres) > 0 {
		w.conveyances(centres, &out)
	}
	return out
}

func rowsOf(stands []stand, layer int) [][]road.Millis {
	rows := make([][]road.Millis, len(stands))
	for i := range stands {
		rows[i] = stands[i].rows[layer]
	}
	return rows
}

// conveyances fills in the road times to the nearest centre.
func (w *WhatIf) conveyances(centres []stand, out *Standing) {
	st := w.st
	v := &service{st: st, levels: 1, share: []float64{1}}
	for l, layer := range st.centre.Layers {
		v.time = append(v.time, nearest(rowsOf(centres, l), layer.Time.Cells, 1))
	}
	boroughs, all := v.boroughs()
	// Of the road alone: nobody is mobilised.
	of := func(a *Area) *Conveyance {
		return &Conveyance{round(a.MeanSeconds-MobilisationSeconds, 3), round(a.P90Seconds-MobilisationSeconds, 3)}
	}
	out.All.Conveyance = of(&all)
	for i := range out.ByBorough {
		at := slices.IndexFunc(boroughs, func(a Area) bool { return a.Code == out.ByBorough[i].Code })
		out.ByBorough[i].Conveyance = of(&boroughs[at])
	}
}
