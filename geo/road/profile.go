package road

import (
	"fmt"
	"math"
)

// Driving is a way of driving.
type Driving uint8

// Normal obeys every rule; BlueLight is emergency driving: exempt from speed limits, red lights and
// bus-lane rules, not from one-way streets and barriers.
const (
	Normal Driving = iota
	BlueLight
	Drivings
)

func (d Driving) String() string { return [...]string{"normal", "blue_light"}[d] }

// MarshalText returns the name of a way of driving.
func (d Driving) MarshalText() ([]byte, error) {
	if d >= Drivings {
		return nil, fmt.Errorf("driving %d: want less than %d", uint8(d), Drivings)
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads the name of a way of driving.
func (d *Driving) UnmarshalText(name []byte) error {
	for *d = Normal; *d < Drivings; *d++ {
		if d.String() == string(name) {
			return nil
		}
	}
	*d = Normal
	return fmt.Errorf("driving %q: want %s or %s", name, Normal, BlueLight)
}

// Period is a part of the week in which speeds are taken as constant; SpeedTable names them.
type Period uint8

// Profile turns a Graph's base times into travel times for one period and way of driving.
type Profile struct {
	Period  Period
	Driving Driving
	Factor  [Classes][Zones]float32 // multiplies Graph.Base; +Inf where the class may not be used
}

// Time returns a base time under the profile.
func (p *Profile) Time(base Millis, c Class, z Zone) Millis {
	if base == Unreachable {
		return Unreachable
	}
	t := float64(base) * float64(p.Factor[c][z])
	if !(t < float64(Unreachable)) {
		return Unreachable
	}
	return Millis(math.Round(t))
}

// Weights returns the travel time of every arc under the profile.
func (g *Graph) Weights(p *Profile) []Millis {
	w := make([]Millis, g.Arcs())
	for a := range w {
		w[a] = p.Time(g.Base[a], g.Class[a], g.Zone[a])
	}
	return w
}
