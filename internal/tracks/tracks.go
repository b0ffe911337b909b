package tracks

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// Metres in a degree in London.
const lonMetres, latMetres = 69_440.3, 111_257.8

// Settings of a drive. Start from DefaultSettings.
type Settings struct {
	Cars  int
	Speed float64 // metres a second, of all cars
	// Error is the standard deviation of a position to the east and to the north, in metres. Errors of a
	// car persist from one second to the next, as those of receivers do: their correlation over a second
	// is Persists.
	Error, Persists float64
	HeadingError    float64 // standard deviation in degrees
	Seed            uint64
}

// DefaultSettings returns 500 cars at 11 m/s (40 km/h) with errors of 5 m and 8 degrees: assumptions.
func DefaultSettings() Settings {
	return Settings{Cars: 500, Speed: 11, Error: 5, Persists: 0.8, HeadingError: 8, Seed: 1}
}

// Fix is where a car is, and what it says.
type Fix struct {
	Point   orb.Point // with its error
	Heading float64   // with its error
	True    orb.Point
	Arc     road.Arc // that it drives along
	Edge    int      // that the arc is a direction of
}

// Drive is cars on the roads of a network.
type Drive struct {
	settings Settings
	graph    *road.Graph
	edges    *road.Edges
	random   *rand.Rand
	cars     []car
	fixes    []Fix
}

// car drives along an arc, of which it has left so many metres behind.
type car struct {
	arc         road.Arc
	metres      float64
	east, north float64 // error
}

// New puts cars on roads that cars may use.
func New(n *route.Network, s Settings) (*Drive, error) {
	shapes, err := n.Shapes()
	if err != nil {
		return nil, err
	}
	d := &Drive{settings: s, graph: n.Graph, edges: shapes.Edges, random: rand.New(rand.NewPCG(s.Seed, 3)), fixes: make([]Fix, s.Cars)}
	for len(d.cars) < s.Cars {
		a := shapes.Edges.Forward[d.random.IntN(shapes.Edges.Len())]
		if d.open(a) && n.Graph.Metres[a] > 5 {
			d.cars = append(d.cars, car{arc: a, east: s.Error * d.random.NormFloat64(), north: s.Error * d.random.NormFloat64()})
		}
	}
	return d, nil
}

func (d *Drive) open(a road.Arc) bool {
	_, shaped := d.edges.Of(a)
	return shaped && d.graph.Base[a] != road.Unreachable && d.graph.Class[a] != road.BusOnly
}

// Step drives on for some time and returns where the cars are then. The slice is the drive's.
func (d *Drive) Step(t time.Duration) []Fix {
	s := &d.settings
	keep := math.Pow(s.Persists, t.Seconds())
	fresh := s.Error * math.Sqrt(1-keep*keep)
	for i := range d.cars {
		c := &d.cars[i]
		c.metres += s.Speed * t.Seconds()
		d.turn(c)
		c.east, c.north = keep*c.east+fresh*d.random.NormFloat64(), keep*c.north+fresh*d.random.NormFloat64()
		d.fixes[i] = d.fix(c)
	}
	return d.fixes
}

// Fixes returns where the cars are since the last Step. The slice is the drive's.
func (d *Drive) Fixes() []Fix { return d.fixes }

// turn goes on to other arcs where a car has come to the end of its own: any but back, unless that is
// the only one.
func (d *Drive) turn(c *car) {
	for length := float64(d.graph.Metres[c.arc]); c.metres > length; length = float64(d.graph.Metres[c.arc]) {
		from, choices, back := d.graph.Head[c.arc], []road.Arc(nil), c.arc
		edge, _ := d.edges.Of(c.arc)
		for a := d.graph.FirstOut[from]; a < d.graph.FirstOut[from+1]; a++ {
			if e, _ := d.edges.Of(a); !d.open(a) || d.graph.Metres[a] <= 0 {
				continue
			} else if e == edge {
				back = a
				continue
			}
			choices = append(choices, a)
		}
		c.metres -= length
		switch {
		case len(choices) > 0:
			c.arc = choices[d.random.IntN(len(choices))]
		case back != c.arc:
			c.arc = back
		default: // nowhere to go: it stands at the end
			c.metres = length
			return
		}
	}
}

func (d *Drive) fix(c *car) Fix {
	along := float32(min(1, c.metres/float64(d.graph.Metres[c.arc])))
	line := d.edges.Part(c.arc, along, along, nil)
	heading, _ := d.edges.Heading(c.arc, along)
	heading = math.Mod(heading+d.settings.HeadingError*d.random.NormFloat64()+720, 360)
	edge, _ := d.edges.Of(c.arc)
	p := line[0]
	return Fix{Point: orb.Point{p[0] + c.east/lonMetres, p[1] + c.north/latMetres}, Heading: heading, True: p, Arc: c.arc, Edge: edge}
}
