package scenario

import (
	"fmt"
	"math"

	"github.com/nearside-ems/nearside/demand"
	"github.com/paulmach/orb"
)

// Ground is what a scenario has to know of a city besides its baseline.
type Ground struct {
	// Plane places a point, longitude and latitude, on the plane of the city's cells; an error says that it
	// is elsewhere.
	Plane func(orb.Point) (x, y float64, err error)
	// Residents are the people of each cell; nil where not known.
	Residents []float64
}

// footprint is cells and the part of something that falls to each; parts sum to 1.
type footprint struct {
	cells []int32
	part  []float64
}

// halfWithin is the radius that holds half of a normal distribution on the plane, in standard deviations.
var halfWithin = math.Sqrt(2 * math.Ln2)

// reach is how many standard deviations of a footprint are counted: 1 in 500,000 lies further out.
const reach = 5.1

// place finds where a point is on the plane and the cell nearest to it.
func (g *Ground) place(city *demand.City, at Point) (x, y float64, nearest int32, err error) {
	if x, y, err = g.Plane(orb.Point{at.Lon, at.Lat}); err != nil {
		return 0, 0, 0, err
	}
	least, widest := math.Inf(1), 0.0
	for i := range city.X {
		if d := math.Hypot(city.X[i]-x, city.Y[i]-y); d < least {
			least, nearest = d, int32(i)
		}
		widest = max(widest, city.Land[i])
	}
	if most := 1.5 * math.Sqrt(widest); least > most {
		return 0, 0, 0, fmt.Errorf("latitude %v, longitude %v is %.0f m from the nearest cell of %s; want a place in it", at.Lat, at.Lon, least, city.Name)
	}
	return x, y, nearest, nil
}

// around spreads something like a normal distribution of which half is within the radius, by land.
func (g *Ground) around(city *demand.City, at Point, radius float64) (*footprint, error) {
	x, y, nearest, err := g.place(city, at)
	if err != nil {
		return nil, err
	}
	sigma := radius / halfWithin
	return spread(city, nearest, func(i int) float64 {
		d := math.Hypot(city.X[i]-x, city.Y[i]-y) / sigma
		if d > reach {
			return 0
		}
		return math.Exp(-d*d/2) * city.Land[i]
	}), nil
}

// within spreads something evenly over the land of the cells whose centre is within the radius.
func (g *Ground) within(city *demand.City, at Point, radius float64) (*footprint, error) {
	x, y, nearest, err := g.place(city, at)
	if err != nil {
		return nil, err
	}
	return spread(city, nearest, func(i int) float64 {
		if math.Hypot(city.X[i]-x, city.Y[i]-y) > radius {
			return 0
		}
		return city.Land[i]
	}), nil
}

// inside spreads something evenly over the land of the cells whose centre a polygon holds.
func (g *Ground) inside(city *demand.City, polygon [][2]float64) (*footprint, error) {
	xs, ys := make([]float64, len(polygon)), make([]float64, len(polygon))
	var lat, lon float64
	for i, c := range polygon {
		var err error
		if xs[i], ys[i], err = g.Plane(orb.Point(c)); err != nil {
			return nil, err
		}
		lon, lat = lon+c[0]/float64(len(polygon)), lat+c[1]/float64(len(polygon))
	}
	_, _, nearest, err := g.place(city, Point{lat, lon})
	if err != nil {
		return nil, fmt.Errorf("the middle of the polygon: %w", err)
	}
	return spread(city, nearest, func(i int) float64 {
		if !holds(xs, ys, city.X[i], city.Y[i]) {
			return 0
		}
		return city.Land[i]
	}), nil
}

// holds reports whether a polygon holds a point: whether a ray from it crosses the outline an odd number
// of times.
func holds(xs, ys []float64, x, y float64) bool {
	in := false
	for i, j := 0, len(xs)-1; i < len(xs); j, i = i, i+1 {
		if (ys[i] > y) != (ys[j] > y) && x < (xs[j]-xs[i])*(y-ys[i])/(ys[j]-ys[i])+xs[i] {
			in = !in
		}
	}
	return in
}

// spread makes a footprint of weights; where all are 0 the nearest cell has all.
func spread(city *demand.City, nearest int32, weight func(i int) float64) *footprint {
	f := &footprint{}
	var total float64
	for i := range city.X {
		if w := weight(i); w > 0 {
			f.cells, f.part = append(f.cells, int32(i)), append(f.part, w)
			total += w
		}
	}
	if total == 0 {
		return &footprint{[]int32{nearest}, []float64{1}}
	}
	for i := range f.part {
		f.part[i] /= total
	}
	return f
}
