package roadworks

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
)

// street is one long road east to west at a latitude, an arc each way for every hundredth of a degree:
// arc 2i runs east from longitude -0.2 + i/100, arc 2i+1 back.
type street struct{ arcs int }

const streetLat = 51.5

func (s street) from(a road.Arc) float64 { return -0.2 + float64(a/2)/100 }

func (s street) Arcs(p *Place) (arcs []road.Arc, metres float64, err error) {
	switch {
	case p.At != nil:
		return s.near(p.At)
	case p.Area != nil:
		b := p.Area.Bound()
		for a := range road.Arc(s.arcs) {
			if b.Min.Lat() <= streetLat && b.Max.Lat() >= streetLat && s.from(a) <= b.Max.Lon() && s.from(a)+0.01 >= b.Min.Lon() {
				arcs = append(arcs, a)
			}
		}
	default:
		for _, e := range p.Edges {
			near, _, _ := s.near(&e.At)
			arcs = append(arcs, near...)
		}
	}
	if len(arcs) == 0 {
		err = fmt.Errorf("%w: the street is elsewhere", ErrNoRoad)
	}
	return arcs, 0, err
}

func (s street) near(at *At) ([]road.Arc, float64, error) {
	metres := math.Abs(at.Point.Lat()-streetLat) * 111258
	i := road.Arc(math.Floor((at.Point.Lon() + 0.2) * 100))
	if metres > 100 || int(2*i+1) >= s.arcs {
		return nil, 0, fmt.Errorf("%w: the nearest is %.0f m away", ErrNoRoad, metres)
	}
	if h := at.Heading; h == nil {
		return []road.Arc{2 * i, 2*i + 1}, metres, nil
	} else if *h < 180 {
		return []road.Arc{2 * i}, metres, nil
	}
	return []road.Arc{2*i + 1}, metres, nil
}

// box is a rectangle that the street runs through from one longitude to another.
func box(west, east float64) orb.Ring {
	return orb.Ring{{west, 51.49}, {east, 51.49}, {east, 51.51}, {west, 51.51}}
}

func atPoint(lon float64) Place { return Place{At: &At{Point: orb.Point{lon, streetLat}}} }
