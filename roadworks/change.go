package roadworks

import (
	"fmt"
	"math"
	"regexp"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/road"
)

// Limits of a change and of how many are in force.
const (
	MaxChanges  = 1000
	MaxArcs     = 50_000 // that one change may touch
	MaxVertices = 1000   // of an area
	MaxEdges    = 1000   // named by number in one change
	MaxNote     = 200    // characters
	MaxRequest  = 64     // bytes of a request's identifier
	MinKmH      = 1
	MaxKmH      = 200
	// MaxLife is the longest time that a change with an end may be in force.
	MaxLife = 366 * 24 * time.Hour
)

// Kind is what was changed.
type Kind string

// Kinds, as the file spells them.
const (
	Closed Kind = "closed"
	Speed  Kind = "speed"
)

// Change is a closure or a speed, with the place in a form that holds on any network.
type Change struct {
	ID      string    `json:"id"`
	Request string    `json:"request_id,omitempty"` // of the caller; empty: none
	Kind    Kind      `json:"kind"`
	KmH     float64   `json:"speed_kmh,omitempty"` // where Kind is Speed
	Place   Place     `json:"where"`
	Note    string    `json:"note,omitempty"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // from then on it is not in force; zero: never
}

// Place says which roads are meant. Exactly one of At, Area and Edges is set.
type Place struct {
	At   *At      `json:"at,omitempty"`
	Area orb.Ring `json:"area,omitempty"` // corners in order, longitude before latitude; the last is joined to the first
	// Edges are arcs of the network with the hash Network. On another network each is the arc nearest
	// to its middle that goes its way.
	Edges   []Edge `json:"edges,omitempty"`
	Network string `json:"network_sha256,omitempty"`
}

// At is the road nearest to a point: both its directions, or the one that is nearest to Heading.
type At struct {
	Point   orb.Point `json:"point"`             // longitude, latitude
	Heading *float64  `json:"heading,omitempty"` // degrees clockwise from north
}

// Edge is one arc and where it runs.
type Edge struct {
	Arc road.Arc `json:"edge"`
	At
}

// FieldError says what is wrong with a field of a change; Field is named as in the contract.
type FieldError struct{ Field, Text string }

func (e *FieldError) Error() string { return e.Field + ": " + e.Text }

func wrong(field, format string, args ...any) error {
	return &FieldError{field, fmt.Sprintf(format, args...)}
}

// An identifier is also the last part of a resource's name.
var id = regexp.MustCompile(`^[a-z0-9]{1,32}$`)

// check returns what is wrong with a change, a *FieldError, or nil.
func (c *Change) check() error {
	switch {
	case !id.MatchString(c.ID):
		return wrong("id", "%.40q: want 1 to 32 small letters and digits", c.ID)
	case len(c.Request) > MaxRequest || !printable(c.Request):
		return wrong("request_id", "%.80q: want at most %d printable characters", c.Request, MaxRequest)
	case c.Kind != Closed && c.Kind != Speed:
		return wrong("kind", "%.40q: want %s or %s", c.Kind, Closed, Speed)
	case c.Kind == Speed && !(c.KmH >= MinKmH && c.KmH <= MaxKmH):
		return wrong("speed_kmh", "%v: want %d to %d", c.KmH, MinKmH, MaxKmH)
	case c.Kind == Closed && c.KmH != 0:
		return wrong("speed_kmh", "%v: a closure has none", c.KmH)
	case utf8.RuneCountInString(c.Note) > MaxNote || !printable(c.Note):
		return wrong("note", "want at most %d printable characters on one line", MaxNote)
	case c.Created.IsZero():
		return wrong("created", "missing")
	case !c.Expires.IsZero() && !c.Expires.After(c.Created):
		return wrong("expire_time", "%s: not later than now, %s", c.Expires.UTC().Format(time.RFC3339), c.Created.UTC().Format(time.RFC3339))
	case c.Expires.Sub(c.Created) > MaxLife && !c.Expires.IsZero():
		return wrong("expire_time", "%s: want at most a year ahead", c.Expires.UTC().Format(time.RFC3339))
	}
	return c.Place.check()
}

func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

func (p *Place) check() error {
	switch {
	case p.At != nil && p.Area == nil && p.Edges == nil:
		return p.At.check("where.at")
	case p.At == nil && p.Area != nil && p.Edges == nil:
		return checkArea(p.Area)
	case p.At == nil && p.Area == nil && p.Edges != nil:
		return p.checkEdges()
	default:
		return wrong("where", "want one of at, area and edges")
	}
}

func (a *At) check(field string) error {
	if _, err := geo.CheckPoint(a.Point.Lat(), a.Point.Lon()); err != nil {
		return wrong(field, "%v", err)
	}
	if h := a.Heading; h != nil && !(*h >= 0 && *h <= 360) {
		return wrong(field+".heading", "%v: want 0 to 360 degrees clockwise from north", *h)
	}
	return nil
}

func checkArea(ring orb.Ring) error {
	if len(ring) < 3 || len(ring) > MaxVertices {
		return wrong("where.area", "%d corners: want 3 to %d", len(ring), MaxVertices)
	}
	for i, p := range ring {
		if _, err := geo.CheckPoint(p.Lat(), p.Lon()); err != nil {
			return wrong(fmt.Sprintf("where.area.vertices[%d]", i), "%v", err)
		}
	}
	if math.Abs(planeArea(ring)) < 1e-12 { // square degrees: 0.01 m²
		return wrong("where.area", "the corners span no area")
	}
	return nil
}

// planeArea is the area that a ring runs round, by the shoelace formula, in square degrees.
func planeArea(ring orb.Ring) (sum float64) {
	for i, p := range ring {
		q, o := ring[(i+1)%len(ring)], ring[0]
		sum += (p[0]-o[0])*(q[1]-o[1]) - (q[0]-o[0])*(p[1]-o[1])
	}
	return sum / 2
}

var sha = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (p *Place) checkEdges() error {
	if n := len(p.Edges); n == 0 || n > MaxEdges {
		return wrong("where.edges", "%d edges: want 1 to %d", n, MaxEdges)
	}
	if !sha.MatchString(p.Network) {
		return wrong("where.edges.network_sha256", "%.80q: want 64 hexadecimal digits, as FindRoute gives them", p.Network)
	}
	for i := range p.Edges {
		e := &p.Edges[i]
		if h := e.Heading; !nearLondon(e.Point) || h == nil || !(*h >= 0 && *h <= 360) {
			return wrong(fmt.Sprintf("where.edges.edges[%d]", i), "runs nowhere near London, or has no heading")
		}
	}
	return nil
}

// nearLondon tells whether a point can be one of a network, which may reach farther than places in London.
func nearLondon(p orb.Point) bool {
	return math.Abs(p.Lon()) < 1.5 && p.Lat() > 50.5 && p.Lat() < 52.5
}
