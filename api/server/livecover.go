package server

import (
	"runtime"
	"slices"
	"sync"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/parallel"
)

const (
	// reachMetres is how far a car may be from where its reach was worked out. Positions that jitter by
	// less, as those of a car that stands, change nothing. A car at 50 km/h passes it in 7 s.
	reachMetres = 100
	// coversKept is how many of them are kept: a few limits and plans, on the roads of now.
	coversKept = 6
)

// coverKey is what the reach of cars depends on beside where they are.
type coverKey struct {
	metric *route.Metric
	limit  road.Millis // of the drive
	posts  string      // standby, a plan's name, or none
}

// standby are the posts of coverKey where no plan says where cars wait.
const standby = "standby"

// covers keeps what free cars reach, so that it need not be worked out again while they stand.
type covers struct {
	mu   sync.Mutex
	list []*liveCover // the one used last is last
}

// get returns the cover of a key, made where it is not there. The oldest is dropped where there are many.
func (c *covers) get(key coverKey, make func() *liveCover) *liveCover {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.IndexFunc(c.list, func(l *liveCover) bool { return l.key == key })
	if at >= 0 {
		l := c.list[at]
		c.list = append(slices.Delete(c.list, at, at+1), l)
		return l
	}
	l := make()
	l.key = key
	if len(c.list) >= coversKept {
		c.list = slices.Delete(c.list, 0, 1)
	}
	c.list = append(c.list, l)
	return l
}

// known returns the cover of a key where it is there; nil where not.
func (c *covers) known(key coverKey) *liveCover {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := slices.IndexFunc(c.list, func(l *liveCover) bool { return l.key == key }); at >= 0 {
		return c.list[at]
	}
	return nil
}

// liveCover is what the free cars reach within a limit, and how long they take to posts. Hold mu while
// using it.
type liveCover struct {
	mu      sync.Mutex
	key     coverKey
	lane    *lane
	targets []road.Spot // the cells, then the posts
	off     []bool      // cells that no road is near
	posts   []dispatch.Post
	points  []orb.Point   // of the posts
	cars    []*reachOfCar // by slot; nil where never free
	cover   dispatch.Cover
}

// reachOfCar is what a car reaches from a point.
type reachOfCar struct {
	from   orb.Point
	cells  dispatch.Reach
	travel []road.Millis // to each post
}

// newCover has posts at places joined to the network.
func (s *Server) newCover(l *lane, limit road.Millis, posts []post) *liveCover {
	c := &liveCover{lane: l, targets: slices.Clone(s.cells), off: s.off}
	for _, p := range posts {
		c.targets, c.points = append(c.targets, p.spot), append(c.points, p.point)
		c.posts = append(c.posts, dispatch.Post{Name: p.name, Sector: p.sector, Room: p.room})
	}
	parallel.For(runtime.GOMAXPROCS(0), len(posts), func(i int) { c.posts[i].Reach = c.from(posts[i].spot, limit).cells })
	return c
}

// from works out what is reached from a spot.
func (c *liveCover) from(spot road.Spot, limit road.Millis) *reachOfCar {
	finder := c.lane.finders.Get().(*route.Finder)
	defer c.lane.finders.Put(finder)
	times := finder.OneToMany(spot, c.targets, make([]road.Millis, len(c.targets)))
	cells := times[:len(c.off)]
	for i, off := range c.off {
		if off {
			cells[i] = road.Unreachable
		}
	}
	return &reachOfCar{cells: dispatch.ReachWithin(cells, limit, nil), travel: slices.Clone(times[len(c.off):])}
}

// update works out anew what those of the free cars reach that have moved. free are slots.
func (c *liveCover) update(snap *dispatch.Snapshot, free []int) {
	for len(c.cars) < len(snap.Cars) {
		c.cars = append(c.cars, nil)
	}
	var moved []int
	for _, slot := range free {
		if r := c.cars[slot]; r == nil || orbgeo.Distance(r.from, snap.Cars[slot].Point) > reachMetres {
			moved = append(moved, slot)
		}
	}
	parallel.For(runtime.GOMAXPROCS(0), len(moved), func(i int) {
		car := snap.Cars[moved[i]]
		r := c.from(car.Spot, c.key.limit)
		r.from = car.Point
		c.cars[moved[i]] = r
	})
}

// freeCars returns the slots of the cars that could be sent.
func freeCars(snap *dispatch.Snapshot) (slots []int) {
	for slot, c := range snap.Cars {
		if snap.Free(c) {
			slots = append(slots, slot)
		}
	}
	return slots
}

// post is a place on the network where cars may wait.
type post struct {
	name   string
	point  orb.Point
	spot   road.Spot
	sector geo.Sector
	cell   string
	place  string // empty where no named place is near
	room   int
}

// standbyPosts are the places of London that a plan may put cars at.
func (s *Server) standbyPosts() (list []post) {
	for i := range s.places {
		p := &s.places[i]
		cell, ok := s.City.Grid.At(p.Point)
		if !p.Candidate || !ok {
			continue
		}
		list = append(list, post{name: p.Name, point: p.Point, spot: p.spot, sector: s.City.Grid.Sector(cell), cell: s.cellID(cell), place: p.Name})
	}
	return list
}

// planPosts are the sites of a plan, with room for as many cars as it puts there.
func (s *Server) planPosts(p *pb.Plan) (list []post) {
	for _, site := range p.GetCars() {
		cell, ok := s.City.Grid.Find(site.GetCell())
		if !ok || s.off[cell] {
			continue
		}
		if at := slices.IndexFunc(list, func(q post) bool { return q.cell == site.GetCell() }); at >= 0 {
			list[at].room++
			continue
		}
		name := site.GetPlace()
		if name == "" {
			name = site.GetGridRef()
		}
		list = append(list, post{
			name: name, point: s.City.Grid.Centre(cell), spot: s.cells[cell], sector: s.City.Grid.Sector(cell),
			cell: site.GetCell(), place: site.GetPlace(), room: 1,
		})
	}
	return list
}

// boroughOf returns the borough that a car stands in; ok is false outside London.
func (s *Server) boroughOf(c *dispatch.Car) (borough int, ok bool) {
	if !c.InGrid {
		return 0, false
	}
	return s.City.Grid.Borough(c.Cell), true
}
