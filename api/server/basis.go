package server

import (
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/geo/road"
)

// lack is one thing that an answer does without, as a Basis tells it. docs/degraded.md has what a caller
// and an operator see of each.
type lack struct {
	kind   pb.DegradationKind
	reason string
}

// lacks appends what every answer does without now.
func (s *Server) lacks(list []lack) []lack {
	if s.NetworkFault != "" {
		list = append(list, lack{pb.DegradationKind_DEGRADATION_KIND_NO_ROAD_NETWORK, s.NetworkFault})
	}
	if l := s.records.now.Load().lack; l.reason != "" {
		list = append(list, l)
	}
	return list
}

// lacksForecast appends what answers that count expected calls do without: the prior stands in where a
// forecast was learnt, or could have been, and cannot be used. One that is merely old still counts;
// GetForecast says so.
func (s *Server) lacksForecast(list []lack) []lack {
	if fault := s.drift.fault(); fault != "" && !s.Baseline.About().Learnt {
		list = append(list, lack{pb.DegradationKind_DEGRADATION_KIND_NO_FORECAST, "the prior stands in for a forecast: " + fault})
	}
	return list
}

// basis is what stands behind an answer on roads, at a moment.
func (s *Server) basis(on *surface, p road.Period, d road.Driving, now time.Time) *pb.Basis {
	b := &pb.Basis{
		Network: s.Network.Name, Period: s.City.Speeds.Name(p), Driving: drivingProto(d), Demo: s.Demo,
		RoadChanges: int32(len(on.state.Changes)),
	}
	s.doubt(b, now)
	return b
}

// recordsBasis is what stands behind an answer about cars alone.
func (s *Server) recordsBasis(now time.Time) *pb.Basis {
	b := &pb.Basis{Network: s.Network.Name, Demo: s.Demo}
	s.doubt(b, now)
	return b
}

// doubt tells in a basis what every answer does without at a moment.
func (s *Server) doubt(b *pb.Basis, now time.Time) {
	degrade(b, s.lacks(nil)...)
	if age, old := s.records.age(now); old {
		b.RecordsAge = durationpb.New(age)
	}
}

// degrade tells in a basis what the answer does without.
func degrade(b *pb.Basis, list ...lack) {
	for _, l := range list {
		b.Degraded = true
		b.Degradations = append(b.Degradations, &pb.Degradation{Kind: l.kind, Reason: l.reason})
		b.DegradedReason = strings.TrimPrefix(b.DegradedReason+"; "+l.reason, "; ")
	}
}

// degradations writes the same of a hand-packed answer: fields 4, 5 and 9 of Basis. The fields between are
// others': the order does not matter to who reads them.
func (w *wire) degradations(list []lack) {
	if len(list) == 0 {
		return
	}
	w.flag(4, true)
	mark := w.open(5)
	for i, l := range list {
		if i > 0 {
			w.b = append(w.b, "; "...)
		}
		w.b = append(w.b, l.reason...)
	}
	w.close(mark)
	for _, l := range list {
		mark := w.open(9)
		w.number(1, uint64(l.kind))
		w.text(2, l.reason)
		w.close(mark)
	}
}
