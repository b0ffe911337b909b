package mixture

import "github.com/nearside-ems/nearside/demand"

// Component describes one density of a mixture.
type Component struct {
	Name      string
	Weight    float64 // its part of the mixture; the weights sum to 1
	Bandwidth float64 // of its kernel, in metres; 0: none
	HalfLife  float64 // weeks in which what a call counts falls to a half; 0: it stays
	Kappa     float64 // calls expected somewhere that outweigh what is assumed of it; 0: nothing is
	Calls     float64 // effective calls, each counted as much as it counts today
}

// density is a probability over cells, for each hour of the week one of a few planes.
type density struct {
	Component
	careful bool                       // with few calls it is what holds without any
	plane   []float32                  // planes × cells, each sums to 1
	of      [demand.HoursPerWeek]uint8 // the plane of each hour
}

// at returns the density in an hour.
func (d *density) at(h demand.HourOfWeek, cells int) []float32 {
	p := int(d.of[h])
	return d.plane[p*cells : (p+1)*cells]
}

// normalised returns v scaled to sum to 1, or the fallback where it sums to nothing.
func normalised(v, fallback []float64) []float32 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	if !(sum > 0) {
		v, sum = fallback, 1
	}
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(x / sum)
	}
	return out
}
