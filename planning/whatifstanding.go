package planning

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// standing works out how cars and centres serve London.
func (w *WhatIf) standing(cars, centres []stand, busy float64) Standing {
	posts := make([]post, len(cars))
	for i := range cars {
		posts[i].group = cars[i].group
	}
	v := w.st.serveRows(posts, busy, func(car, period int) []road.Millis { return cars[car].rows[period] })
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

func rowsOf(stands []stand, period int) [][]road.Millis {
	rows := make([][]road.Millis, len(stands))
	for i := range stands {
		rows[i] = stands[i].rows[period]
	}
	return rows
}

// conveyances fills in the road times to centres.
func (w *WhatIf) conveyances(centres []stand, out *Standing) {
	st := w.st
	v := &service{st: st}
	add := func(weight []float64, time []road.Millis) {
		v.parts = append(v.parts, partService{weight: weight, share: []float64{1}, levels: 1, time: time})
	}
	if st.ship != nil {
		for l, time := range st.conveyanceTimes(centres) {
			add(st.ship.Layers[l].Weight, time)
		}
	} else {
		for l, p := range st.periods {
			add(p.weight, nearest(rowsOf(centres, l), len(p.weight), 1))
		}
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
