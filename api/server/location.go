package server

import (
	"errors"

	"github.com/paulmach/orb"
	"google.golang.org/grpc/codes"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/bng"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
)

// pointOf returns the point that a location names; the error is INVALID_ARGUMENT and names the field.
func pointOf(field string, l *pb.Location) (orb.Point, error) {
	switch k := l.GetKind().(type) {
	case *pb.Location_LatLng:
		return latLngOf(field+".lat_lng", k.LatLng)
	case *pb.Location_EastingNorthing:
		p, err := bng.Point{Easting: k.EastingNorthing.GetEasting(), Northing: k.EastingNorthing.GetNorthing()}.WGS84()
		return fromGrid(field+".easting_northing", p, err)
	case *pb.Location_GridRef:
		square, err := bng.ParseSquare(k.GridRef)
		if err != nil {
			return orb.Point{}, invalid(field+".grid_ref", "%v", err)
		}
		p, err := square.Centre().WGS84()
		return fromGrid(field+".grid_ref", p, err)
	default:
		return orb.Point{}, invalid(field, "missing: want lat_lng, easting_northing or grid_ref")
	}
}

func latLngOf(field string, l *pb.LatLng) (orb.Point, error) {
	p, err := geo.CheckPoint(l.GetLatitude(), l.GetLongitude())
	if wrong, ok := errors.AsType[*geo.PointError](err); ok {
		name := map[string]string{"lat": ".latitude", "lon": ".longitude"}[wrong.Field]
		return p, invalid(field+name, "%v: %s", wrong.Value, wrong.Want)
	}
	return p, err
}

// fromGrid checks a point that was given on the British grid.
func fromGrid(field string, p orb.Point, err error) (orb.Point, error) {
	if err == nil {
		_, err = geo.CheckPoint(p.Lat(), p.Lon())
	}
	if err != nil {
		return p, invalid(field, "%v", err)
	}
	return p, nil
}

// place is a point with all that answers need to know about it.
type place struct {
	point    orb.Point
	spot     road.Spot // without ways where no road is near
	cell     string    // H3; empty outside the grid
	borough  string
	sector   geo.Sector
	modelled bool // travel times here are modelled
}

// cellID returns a cell's H3 identifier, which the grid would have to spell.
func (s *Server) cellID(i grid.Index) string { return s.city.Cells[i].Id }

// noRoad tells a place that is not London's from one that the network leaves out, as an import of a
// part of London does.
func (s *Server) noRoad(field string, p orb.Point) error {
	if _, ok := s.City.Grid.At(p); !ok {
		return invalid(field, "%.5f, %.5f: outside London: want a place in Greater London or close to it", p.Lat(), p.Lon())
	}
	return refused(codes.FailedPrecondition, "NO_ROAD",
		"%s: %.5f, %.5f: the road network in use (%s) has no road near: import one that covers the place", field, p.Lat(), p.Lon(), s.Network.Name)
}

// locate finds a request's location on the road network.
func (s *Server) locate(field string, l *pb.Location) (place, error) {
	at, onRoad, err := s.look(field, l)
	if err == nil && !onRoad {
		err = s.noRoad(field, at.point)
	}
	return at, err
}

// look does the same, but takes a place in London that no road is near.
func (s *Server) look(field string, l *pb.Location) (at place, onRoad bool, err error) {
	p, err := pointOf(field, l)
	if err != nil {
		return place{}, false, err
	}
	at = place{point: p, sector: geo.Sectors}
	at.spot, onRoad = s.Network.Snap(p)
	if cell, ok := s.City.Grid.At(p); ok {
		at.cell, at.sector = s.cellID(cell), s.City.Grid.Sector(cell)
		at.borough = s.City.Boroughs[s.City.Grid.Borough(cell)].Name
		at.modelled = s.modelledAt(cell)
	} else if !onRoad {
		err = s.noRoad(field, p)
	}
	return at, onRoad, err
}
