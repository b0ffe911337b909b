package simulation

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// Settings of a Demo. Start from DefaultSettings. All of them are made up so that there is something
// to see; none is a figure about a service.
type Settings struct {
	Cars    int
	Seed    uint64
	Speed   float64       // how much faster than real time the cars drive
	Between time.Duration // mean time between calls, per car
	OnScene time.Duration // mean time on scene; half to one and a half times this
}

// DefaultSettings returns a demo of n cars of which about half are busy.
func DefaultSettings(n int) Settings {
	return Settings{Cars: n, Seed: 1, Speed: 3, Between: 6 * time.Minute, OnScene: 2 * time.Minute}
}

// City is what a demo plays on.
type City struct {
	Grid    *grid.Grid
	Metric  *route.Metric
	Demand  *demand.Intensity
	Standby []orb.Point // where cars may wait
}

// Unit is a simulated car at the end of a step.
type Unit struct {
	Name   string
	Status dispatch.Status
	Skills dispatch.Skills
	Point  orb.Point
}

// Demo moves cars between standby points and calls. The same settings and steps give the same moves.
type Demo struct {
	city   City
	set    Settings
	random *rand.Rand
	policy *dispatch.ClosestIdle
	finder *route.Finder
	shape  *road.Edges
	cars   []*vehicle
}

// vehicle is one simulated car: it drives along way, and then stays for wait.
type vehicle struct {
	home          place
	point         orb.Point
	way           path
	driven, wait  time.Duration
	driving, busy bool
}

// place is a point and where it is on the roads.
type place struct {
	point orb.Point
	spot  road.Spot
}

// NewDemo puts each car at a standby point, more likely where more calls are expected.
func NewDemo(c City, s Settings) (*Demo, error) {
	if s.Cars < 1 || s.Speed <= 0 || s.Between <= 0 || s.OnScene <= 0 {
		return nil, fmt.Errorf("demo: %+v: want at least one car and times and speed above 0", s)
	}
	shapes, err := c.Metric.Network.Shapes()
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	finder := route.NewFinder(c.Metric)
	d := &Demo{city: c, set: s, random: rand.New(rand.NewPCG(s.Seed, 0)), finder: finder, shape: shapes.Edges,
		policy: dispatch.NewClosestIdle(dispatch.NewAdHoc(finder), dispatch.DefaultSettings())}
	homes := d.homes()
	if len(homes) == 0 {
		return nil, errors.New("demo: no standby point lies near a road")
	}
	for range s.Cars {
		home := d.nearestHome(homes, d.call(0))
		d.cars = append(d.cars, &vehicle{home: home, point: home.point})
	}
	return d, nil
}

// homes returns the standby points that lie near a road.
func (d *Demo) homes() []place {
	var list []place
	for _, p := range d.city.Standby {
		if s, ok := d.city.Metric.Network.Snap(p); ok {
			list = append(list, place{p, s})
		}
	}
	return list
}

// nearestHome returns the standby point nearest to a cell as the crow flies, degrees of latitude and
// longitude taken as they are: it need not be exact. Two cars may share one.
func (d *Demo) nearestHome(homes []place, cell grid.Index) place {
	c, best := d.city.Grid.Centre(cell), homes[0]
	far := func(h place) float64 {
		x, y := (h.point[0]-c[0])*0.62, h.point[1]-c[1] // cos 51.5° = 0.62
		return x*x + y*y
	}
	for _, h := range homes {
		if far(h) < far(best) {
			best = h
		}
	}
	return best
}

// call draws the cell of a call, with the forecast's chances in an hour of the week.
func (d *Demo) call(h demand.HourOfWeek) grid.Index {
	rates := d.city.Demand.At(h)
	var total float64
	for _, r := range rates {
		total += float64(r)
	}
	left := d.random.Float64() * total
	for i, r := range rates {
		if left -= float64(r); left < 0 {
			return grid.Index(i)
		}
	}
	return grid.Index(len(rates) - 1)
}

// Step moves time on and returns every car as it then is.
func (d *Demo) Step(elapsed time.Duration, h demand.HourOfWeek) []Unit {
	for _, v := range d.cars {
		d.move(v, elapsed)
	}
	calls := float64(elapsed) / float64(d.set.Between) * float64(len(d.cars)) // expected in the step
	if d.random.Float64() < calls {
		d.respond(d.call(h))
	}
	units := make([]Unit, len(d.cars))
	for i, v := range d.cars {
		units[i] = Unit{Name: name(i), Point: v.point, Skills: dispatch.Paramedic | dispatch.MentalHealthNurse}
		if v.busy {
			units[i].Status = dispatch.Busy
		}
	}
	return units
}

func name(i int) string { return fmt.Sprintf("cars/DEMO-%02d", i+1) }

// move drives a car on, or lets it wait on scene and then sends it home, free on the way.
func (d *Demo) move(v *vehicle, elapsed time.Duration) {
	if v.driving {
		v.driven += time.Duration(float64(elapsed) * d.set.Speed)
		v.point = v.way.position(v.driven)
		if v.driven >= v.way.duration() {
			v.driving = false
		}
		return
	}
	if v.wait -= elapsed; v.busy && v.wait <= 0 {
		v.busy = false
		d.send(v, v.home.spot)
	}
}

// send starts a car on its way; it stays where it is when there is none.
func (d *Demo) send(v *vehicle, to road.Spot) bool {
	from, ok := d.city.Metric.Network.Snap(v.point)
	if !ok {
		return false
	}
	way := d.finder.Path(from, to, nil)
	if way.Time == road.Unreachable {
		return false
	}
	v.way, v.driven, v.driving = follow(d.city.Metric, d.shape, &way), 0, true
	if len(v.way.points) == 0 { // it is there
		v.way.add(orb.LineString{v.point}, 0)
	}
	return true
}

// respond sends the car that the dispatch policy ranks first. A call that finds all cars busy is
// taken by others.
func (d *Demo) respond(cell grid.Index) {
	spot, ok := d.city.Metric.Network.Snap(d.city.Grid.Centre(cell))
	if !ok {
		return
	}
	snap := dispatch.Snapshot{}
	for i, v := range d.cars {
		c := &dispatch.Car{Name: name(i), Point: v.point}
		c.Spot, c.OnRoad = d.city.Metric.Network.Snap(v.point)
		if v.busy {
			c.Status = dispatch.Busy
		}
		snap.Cars = append(snap.Cars, c)
	}
	for _, first := range d.policy.Respond(&snap, &dispatch.Incident{Spot: spot, Sector: geo.Sectors}, 1, nil) {
		if v := d.cars[first.Slot]; d.send(v, spot) {
			v.busy = true
			v.wait = time.Duration((0.5 + d.random.Float64()) * float64(d.set.OnScene))
		}
	}
}
