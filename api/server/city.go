package server

import (
	"context"
	"math"
	"slices"
	"strings"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
)

// GetCity says what this server runs on. It never changes while the server runs.
func (s *planningService) GetCity(context.Context, *pb.GetCityRequest) (*pb.City, error) {
	return s.city, nil
}

// sentence makes one of words that follow a colon elsewhere; nothing stays nothing.
func sentence(words string) string {
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + strings.TrimSuffix(words[1:], ".") + "."
}

func (s *Server) describe() *pb.City {
	c, g := s.City, s.City.Grid
	city := &pb.City{
		Title: "London", Demo: s.Demo, Network: s.Network.Name, NetworkNote: strings.TrimSpace(s.NetworkNote + " " + sentence(s.NetworkFault)),
		Demand: s.demand.Week.Source, DemandNote: strings.TrimSpace(strings.Join(s.demand.Notes, " ") + " " + sentence(s.BaselineFault)), DataSha256: c.Hash, Version: s.Version,
		NetworkSha256: s.networkHash(),
	}
	for i := range g.Len() {
		cell := grid.Index(i)
		city.Cells = append(city.Cells, &pb.Cell{
			Id: g.ID(cell), Borough: int32(g.Borough(cell)), Modelled: s.modelledAt(cell), Population: c.Population[i],
			LandKm2: float32(math.Round(g.Area(cell)) / 1e6), // to the square metre, which also keeps the JSON short
		})
	}
	for _, b := range c.Boroughs {
		city.Boroughs = append(city.Boroughs, &pb.Borough{Code: b.Code, Name: b.Name, Sector: sectorName(b.Sector)})
	}
	for i := range c.Places {
		city.Places = append(city.Places, placeProto(&c.Places[i]))
	}
	city.Periods, city.CallsPerHour = speedPeriods(c.Speeds), callsPerHour(s.demand.Week)
	for _, p := range slices.Concat(c.Provenance, s.NetworkProvenance) {
		city.Provenance = append(city.Provenance, &pb.Provenance{What: p.What, Origin: string(p.Origin), Source: p.Source, Licence: p.Licence})
	}
	return city
}

// callsPerHour sums the calls expected in all cells, for each hour of the week.
func callsPerHour(v *demand.Intensity) []float64 {
	week := make([]float64, demand.HoursPerWeek)
	for h := range week {
		for _, rate := range v.At(demand.HourOfWeek(h)) {
			week[h] += float64(rate)
		}
	}
	return week
}

func speedPeriods(t *road.SpeedTable) []*pb.SpeedPeriod {
	list := make([]*pb.SpeedPeriod, t.Periods())
	for p := range list {
		list[p] = &pb.SpeedPeriod{Name: t.Name(road.Period(p)), Source: t.Source(road.Period(p))}
	}
	for h := range int32(road.HoursPerWeek) {
		p := list[t.Period(int(h))]
		p.Hours = append(p.Hours, h)
	}
	return list
}
