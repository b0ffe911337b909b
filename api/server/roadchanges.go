package server

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/roadworks"
)

// changePrefix begins the names of road changes.
const changePrefix = "roadChanges/"

const (
	defaultChanges = 100 // in a page of ListRoadChanges
	maxLines       = 2000
	maxStreets     = 10
)

// CloseRoad closes roads to all cars.
func (s *roadService) CloseRoad(_ context.Context, r *pb.CloseRoadRequest) (*pb.RoadChange, error) {
	c := roadworks.Change{Kind: roadworks.Closed, Note: r.GetNote(), Request: r.GetRequestId()}
	return s.change(c, r.GetWhere(), r)
}

// SetSpeed sets how fast cars drive on roads.
func (s *roadService) SetSpeed(_ context.Context, r *pb.SetSpeedRequest) (*pb.RoadChange, error) {
	c := roadworks.Change{Kind: roadworks.Speed, KmH: r.GetSpeedKmh(), Note: r.GetNote(), Request: r.GetRequestId()}
	return s.change(c, r.GetWhere(), r)
}

// expiring is a request with the end of a change.
type expiring interface {
	GetExpireTime() *timestamppb.Timestamp
	GetTtl() *durationpb.Duration
}

func (s *roadService) change(c roadworks.Change, where *pb.RoadPlace, end expiring) (*pb.RoadChange, error) {
	now := s.Now().UTC()
	c.ID, c.Created = newID(), now
	var err error
	if c.Expires, err = expiry(now, end); err != nil {
		return nil, err
	}
	if c.Place, err = s.placeOf(where); err != nil {
		return nil, err
	}
	added, err := s.roads.add(now, c)
	if err != nil {
		return nil, changeRefusal(err)
	}
	return s.changeProto(&added)
}

// expiry returns the end of a change, zero where it has none.
func expiry(now time.Time, r expiring) (time.Time, error) {
	if t := r.GetExpireTime(); t != nil {
		if err := t.CheckValid(); err != nil {
			return time.Time{}, invalid("expire_time", "%v", err)
		}
		return t.AsTime(), nil
	}
	if d := r.GetTtl(); d != nil {
		if err := d.CheckValid(); err != nil || d.AsDuration() <= 0 || d.AsDuration() > roadworks.MaxLife {
			return time.Time{}, invalid("ttl", "%v: want more than nothing and at most a year", d.AsDuration())
		}
		return now.Add(d.AsDuration()), nil
	}
	return time.Time{}, nil
}

// changeRefusal turns a refusal of the store into a status. What else fails is the disk.
func changeRefusal(err error) error {
	if field, ok := errors.AsType[*roadworks.FieldError](err); ok {
		return invalid(field.Field, "%s", field.Text)
	}
	switch {
	case errors.Is(err, roadworks.ErrNoRoad):
		return refused(codes.FailedPrecondition, "NO_ROAD", "where: %v", err)
	case errors.Is(err, roadworks.ErrTooMany):
		return refused(codes.ResourceExhausted, "TOO_MANY_ROAD_CHANGES", "%v", err)
	case errors.Is(err, roadworks.ErrRepeat):
		return refused(codes.AlreadyExists, "REQUEST_ID_USED", "request_id: %v", err)
	default:
		return refused(codes.Unavailable, "NOT_KEPT", "%v", err)
	}
}

// ReopenRoad takes a closure or a speed back.
func (s *roadService) ReopenRoad(_ context.Context, r *pb.ReopenRoadRequest) (*pb.ReopenRoadResponse, error) {
	id, ok := strings.CutPrefix(r.GetName(), changePrefix)
	if !ok || !jobID.MatchString(id) {
		return nil, invalid("name", "%.80q: want roadChanges/ID as CloseRoad returned it", r.GetName())
	}
	removed, ok, err := s.roads.remove(s.Now(), id)
	switch {
	case err != nil:
		return nil, changeRefusal(err)
	case ok:
		change, err := s.changeProto(&removed)
		return &pb.ReopenRoadResponse{Change: change}, err
	case r.GetAllowMissing():
		return &pb.ReopenRoadResponse{}, nil
	default:
		return nil, missing("road change", r.GetName())
	}
}

// ListRoadChanges lists the closures and speeds in force, oldest first. A page token is the last name
// of the page before.
func (s *roadService) ListRoadChanges(_ context.Context, r *pb.ListRoadChangesRequest) (*pb.ListRoadChangesResponse, error) {
	size := int(r.GetPageSize())
	if size == 0 {
		size = defaultChanges
	} else if err := inRange("page_size", r.GetPageSize(), 1, roadworks.MaxChanges); err != nil {
		return nil, err
	}
	now := s.Now()
	state := s.roads.at(now).state
	first := 0
	if token := r.GetPageToken(); token != "" {
		at, ok := state.Find(strings.TrimPrefix(token, changePrefix))
		if !ok {
			return nil, invalid("page_token", "%.80q: not one that this server gave, or the change has ended since: list from the start", token)
		}
		first = at + 1
	}
	last := min(first+size, len(state.Changes))
	out := &pb.ListRoadChangesResponse{AsOf: timestamppb.New(now)}
	shapes, err := s.Network.Shapes()
	if err != nil {
		return nil, err
	}
	left := maxLines
	for i := first; i < last; i++ {
		c, err := s.changeProto(&state.Changes[i])
		if err != nil {
			return nil, err
		}
		if r.GetIncludeLines() {
			c.Lines = lines(shapes.Edges, state.Changes[i].Arcs, left)
			left -= len(c.Lines)
		}
		out.Changes = append(out.Changes, c)
	}
	if last < len(state.Changes) {
		out.NextPageToken = out.Changes[len(out.Changes)-1].Name
	}
	return out, nil
}

// placeOf checks a request's place as far as the network and the grid have to do with it.
func (s *Server) placeOf(where *pb.RoadPlace) (roadworks.Place, error) {
	switch k := where.GetKind().(type) {
	case *pb.RoadPlace_At:
		p, err := pointOf("where.at.location", k.At.GetLocation())
		if err != nil {
			return roadworks.Place{}, err
		}
		return roadworks.Place{At: &roadworks.At{Point: p, Heading: k.At.Heading}}, nil
	case *pb.RoadPlace_Area:
		ring := make(orb.Ring, len(k.Area.GetVertices()))
		for i, v := range k.Area.GetVertices() {
			ring[i] = orb.Point{v.GetLongitude(), v.GetLatitude()}
		}
		return roadworks.Place{Area: ring}, nil
	case *pb.RoadPlace_Edges:
		return s.edgesOf(k.Edges)
	default:
		return roadworks.Place{}, invalid("where", "missing: want at, area or edges")
	}
}

// edgesOf notes where the edges run, so that they can be found on another network.
func (s *Server) edgesOf(e *pb.RoadEdges) (roadworks.Place, error) {
	hash := s.networkHash()
	if e.GetNetworkSha256() != hash {
		return roadworks.Place{}, invalid("where.edges.network_sha256",
			"%.80q: these are numbers of another network; the one in use is %s, %s", e.GetNetworkSha256(), s.Network.Name, hash)
	}
	out := roadworks.Place{Edges: make([]roadworks.Edge, len(e.GetEdges())), Network: hash}
	if len(e.GetEdges()) > roadworks.MaxEdges {
		return out, nil // which the store refuses
	}
	shapes, err := s.Network.Shapes()
	if err != nil {
		return out, err
	}
	for i, a := range e.GetEdges() {
		if int64(a) >= int64(s.Network.Graph.Arcs()) {
			return out, invalid(fmt.Sprintf("where.edges.edges[%d]", i), "%d: the network has edges 0 to %d", a, s.Network.Graph.Arcs()-1)
		}
		point, heading, ok := middle(shapes.Edges, road.Arc(a))
		if !ok {
			return out, invalid(fmt.Sprintf("where.edges.edges[%d]", i), "%d: joins the parts of a junction and is no road of its own", a)
		}
		out.Edges[i] = roadworks.Edge{Arc: road.Arc(a), At: roadworks.At{Point: point, Heading: &heading}}
	}
	return out, nil
}

func (s *Server) networkHash() string { return hex.EncodeToString(s.Network.Hash[:]) }

// changeProto is a change as the contract says it, without the lines of its roads.
func (s *Server) changeProto(c *roadworks.Placed) (*pb.RoadChange, error) {
	shapes, err := s.Network.Shapes()
	if err != nil {
		return nil, err
	}
	out := &pb.RoadChange{
		Name: changePrefix + c.ID, Kind: pb.RoadChangeKind_ROAD_CHANGE_KIND_CLOSED, Where: placeProtoOf(&c.Place),
		SpeedKmh: c.KmH, Note: c.Note, CreateTime: timestamppb.New(c.Created),
		Edges: int32(len(c.Arcs)), Metres: c.Metres, Streets: streets(shapes.Edges, c.Arcs), Kept: s.DataDir != "",
	}
	if c.Kind == roadworks.Speed {
		out.Kind = pb.RoadChangeKind_ROAD_CHANGE_KIND_SPEED
	}
	if !c.Expires.IsZero() {
		out.ExpireTime = timestamppb.New(c.Expires)
	}
	return out, nil
}

func placeProtoOf(p *roadworks.Place) *pb.RoadPlace {
	switch {
	case p.At != nil:
		at := &pb.Location{Kind: &pb.Location_LatLng{LatLng: latLngProto(p.At.Point)}}
		return &pb.RoadPlace{Kind: &pb.RoadPlace_At{At: &pb.NearestRoad{Location: at, Heading: p.At.Heading}}}
	case p.Area != nil:
		area := &pb.Area{}
		for _, v := range p.Area {
			area.Vertices = append(area.Vertices, latLngProto(v))
		}
		return &pb.RoadPlace{Kind: &pb.RoadPlace_Area{Area: area}}
	default:
		edges := &pb.RoadEdges{NetworkSha256: p.Network}
		for i := range p.Edges {
			edges.Edges = append(edges.Edges, uint32(p.Edges[i].Arc))
		}
		return &pb.RoadPlace{Kind: &pb.RoadPlace_Edges{Edges: edges}}
	}
}
