package forecast

import (
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/mixture"
	"github.com/nearside-ems/nearside/demand/volume"
)

// Volume returns the part of the fit that says when calls come.
func (f *Fit) Volume() *volume.Model { return f.volume }

// Mixture returns the part of the fit that says where calls come from.
func (f *Fit) Mixture() *mixture.Model { return f.mixture }

// Driver is what one component of the mixture gives to a place.
type Driver struct {
	Component mixture.Component
	Calls     float64 // expected from it, in all the hours together
	Share     float64 // of all calls expected there; shares sum to 1
}

// Drivers returns what each component gives to some cells in hours of a typical week, in the order of the
// mixture's components. A fit without calls, which is the prior, has none.
func (f *Fit) Drivers(cells []int32, hours []demand.HourOfWeek) []Driver {
	if f.about.Calls == 0 {
		return nil
	}
	week, total := f.volume.Week(), 0.0
	var list []Driver
	for _, c := range f.mixture.Components() {
		list = append(list, Driver{Component: c})
	}
	for _, h := range hoursOf(hours) {
		for _, cell := range cells {
			for k, p := range f.mixture.Explain(int(cell), h) {
				list[k].Calls += week[h] * p.Weight * p.Value
			}
		}
	}
	for k := range list {
		total += list[k].Calls
	}
	for k := range list {
		if total > 0 {
			list[k].Share = list[k].Calls / total
		}
	}
	return list
}
