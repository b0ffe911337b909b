package server

import (
	"sync"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// roads holds the travel times of each period and way of driving, made when first asked for, with
// the scratch space of searches on them.
type roads struct {
	speeds  *road.SpeedTable
	network *route.Network
	ready   [][road.Drivings]*lane
}

// lane is one profile's times.
type lane struct {
	once    sync.Once
	metric  *route.Metric
	adhoc   sync.Pool // of *dispatch.AdHoc
	finders sync.Pool // of *route.Finder
}

func newRoads(speeds *road.SpeedTable, n *route.Network) *roads {
	r := &roads{speeds: speeds, network: n, ready: make([][road.Drivings]*lane, speeds.Periods())}
	for p := range r.ready {
		for d := range r.ready[p] {
			r.ready[p][d] = new(lane)
		}
	}
	return r
}

// at returns the lane of an hour of the week.
func (r *roads) at(h demand.HourOfWeek, d road.Driving) (*lane, road.Period) {
	period := r.speeds.Period(int(h))
	l := r.ready[period][d]
	l.once.Do(func() {
		l.metric = route.NewMetric(r.network, r.speeds.Profile(period, d))
		l.adhoc.New = func() any { return dispatch.NewAdHoc(route.NewFinder(l.metric)) }
		l.finders.New = func() any { return route.NewFinder(l.metric) }
	})
	return l, period
}

// laneAt returns the travel times of an hour, and what an answer that uses them says about itself.
func (s *Server) laneAt(h demand.HourOfWeek, d road.Driving) (*lane, *pb.Basis) {
	l, period := s.roads.at(h, d)
	return l, &pb.Basis{
		Network: s.Network.Name, Period: s.City.Speeds.Name(period), Driving: drivingProto(d), Demo: s.Demo,
	}
}

// hourNow is the present hour of the week in London.
func (s *Server) hourNow() demand.HourOfWeek { return demand.HourOf(s.Now(), s.Zone) }
