package server

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
)

// The contract's enums count from one, with zero for "not given"; the engines' count from zero.

func drivingOf(d pb.Driving) (road.Driving, error) {
	switch d {
	case pb.Driving_DRIVING_UNSPECIFIED, pb.Driving_DRIVING_NORMAL:
		return road.Normal, nil
	case pb.Driving_DRIVING_BLUE_LIGHT:
		return road.BlueLight, nil
	default:
		return 0, invalid("driving", "%d: unknown; want DRIVING_NORMAL or DRIVING_BLUE_LIGHT", d)
	}
}

func drivingProto(d road.Driving) pb.Driving { return pb.Driving(d) + pb.Driving_DRIVING_NORMAL }

func skillsOf(field string, list []pb.Skill) (dispatch.Skills, error) {
	var set dispatch.Skills
	for _, k := range list {
		if k < pb.Skill_SKILL_PARAMEDIC || k > pb.Skill_SKILL_SPECIALIST_MENTAL_HEALTH_PARAMEDIC {
			return 0, invalid(field, "%d: unknown; want 1 to %d, the values of Skill", k, pb.Skill_SKILL_SPECIALIST_MENTAL_HEALTH_PARAMEDIC)
		}
		set |= 1 << (k - 1)
	}
	return set, nil
}

func skillsProto(set dispatch.Skills) (list []pb.Skill) {
	for k := pb.Skill_SKILL_PARAMEDIC; k <= pb.Skill_SKILL_SPECIALIST_MENTAL_HEALTH_PARAMEDIC; k++ {
		if set&(1<<(k-1)) != 0 {
			list = append(list, k)
		}
	}
	return list
}

// sectorsOf returns the set of sectors that are asked for, a bit each; 0 where none is.
func sectorsOf(field string, list []string) (set uint8, err error) {
	for i, name := range list {
		sector, err := geo.ParseSector(name)
		if err != nil {
			return 0, invalid(fmt.Sprintf("%s[%d]", field, i), "%v", err)
		}
		set |= 1 << sector
	}
	return set, nil
}

// statusOf returns nil where the status was not given.
func statusOf(field string, st pb.CarStatus) (*dispatch.Status, error) {
	if st == pb.CarStatus_CAR_STATUS_UNSPECIFIED {
		return nil, nil
	}
	if st < 0 || st > pb.CarStatus(dispatch.Statuses) {
		return nil, invalid(field, "%d: unknown; want 0 to %d, the values of CarStatus", st, dispatch.Statuses)
	}
	d := dispatch.Status(st - 1)
	return &d, nil
}

func latLngProto(p orb.Point) *pb.LatLng { return &pb.LatLng{Latitude: p.Lat(), Longitude: p.Lon()} }

func millisProto(t road.Millis) *durationpb.Duration {
	return durationpb.New(time.Duration(t) * time.Millisecond)
}

// carProto is a car of a snapshot as the contract says it.
func (s *Server) carProto(snap *dispatch.Snapshot, c *dispatch.Car) *pb.Car {
	car := &pb.Car{Name: c.Name, Status: pb.CarStatus(c.Status) + 1, Skills: skillsProto(c.Skills), Stale: snap.Stale(c)}
	if c.HasPosition() {
		s.placeCar(car, snap, c)
	}
	if !c.ShiftEnd.IsZero() {
		car.ShiftEnd = timestamppb.New(c.ShiftEnd)
	}
	if c.Revision != 0 {
		car.Etag = strconv.FormatUint(c.Revision, 10)
		car.Incident, car.Destination, car.Base, car.HomeSector = c.Incident, c.Destination, c.Base, sectorName(c.Home)
		if !c.Since.IsZero() {
			car.StatusTime = timestamppb.New(c.Since)
		}
	}
	return car
}

// placeCar writes where a car is.
func (s *Server) placeCar(car *pb.Car, snap *dispatch.Snapshot, c *dispatch.Car) {
	car.Position, car.PositionTime, car.PositionAge = latLngProto(c.Point), timestamppb.New(c.Fixed), durationpb.New(c.Age(snap.Now))
	car.OffRoad, car.Heading = !c.OnRoad, c.Heading
	if c.OnRoad {
		car.RoadMetres = float64(c.Spot.Metres)
	}
	if c.InGrid {
		car.Sector, car.Cell = c.Sector.String(), s.cellID(c.Cell)
		car.Borough = s.City.Boroughs[s.City.Grid.Borough(c.Cell)].Name
	}
}

// modelledAt tells whether travel times in a cell are modelled and not measured.
func (s *Server) modelledAt(cell grid.Index) bool {
	return s.Modelled != nil && s.Modelled[cell]
}

// someModelled tells whether any travel times are.
func (s *Server) someModelled() bool { return slices.Contains(s.Modelled, true) }

// modelledCar tells the same of where a car stands.
func (s *Server) modelledCar(c *dispatch.Car) bool { return c.InGrid && s.modelledAt(c.Cell) }

// kinds maps the data's kinds of places to the contract's.
var kinds = map[data.Kind]pb.PlaceKind{
	data.EmergencyDepartment: pb.PlaceKind_PLACE_KIND_EMERGENCY_DEPARTMENT,
	data.PlaceOfSafety:       pb.PlaceKind_PLACE_KIND_PLACE_OF_SAFETY,
	data.CrisisAssessment:    pb.PlaceKind_PLACE_KIND_CRISIS_ASSESSMENT,
	data.MentalHealthWard:    pb.PlaceKind_PLACE_KIND_INPATIENT,
	data.SecureUnit:          pb.PlaceKind_PLACE_KIND_SECURE_UNIT,
	data.Hospital:            pb.PlaceKind_PLACE_KIND_HOSPITAL,
	data.FireStation:         pb.PlaceKind_PLACE_KIND_FIRE_STATION,
	data.PoliceStation:       pb.PlaceKind_PLACE_KIND_POLICE_STATION,
}

func placeProto(p *data.Place) *pb.Place {
	return &pb.Place{
		Name: p.Name, Kind: kinds[p.Kind], Position: latLngProto(p.Point), Borough: p.Borough,
		Operator: p.Operator, Verified: p.Verified, Evidence: p.Evidence,
	}
}

// sectorName is empty where the sector is not known.
func sectorName(s geo.Sector) string {
	if s >= geo.Sectors {
		return ""
	}
	return s.String()
}
