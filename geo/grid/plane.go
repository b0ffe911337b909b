package grid

import (
	"math"

	"github.com/paulmach/orb"
)

// H3's constants (h3 v4, faceijk.c and constants.h): the centre of icosahedron face 3, on which all
// London lies, as latitude and longitude in radians; the azimuth of that face's first axis; the
// turn between odd and even resolutions; and the gnomonic length of a unit at resolution 0.
const (
	faceLat   = 0.600191595538186799
	faceLon   = -0.450603909469755746
	faceAxis  = 0.430469363979999913
	oddTurn   = 0.333473172251832115336090755351601070065900389
	unitRes0  = 0.38196601125010500003
	degrees   = math.Pi / 180
	sqrt7     = 2.6457513110645905905016157536392604257102
	sqrt3Half = 0.8660254037844386467637231707529361834714
)

// vec is a vector in three dimensions; unit vectors are places on the sphere.
type vec [3]float64

func (a vec) dot(b vec) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

// mix returns x·a + y·b.
func mix(x float64, a vec, y float64, b vec) vec {
	return vec{x*a[0] + y*b[0], x*a[1] + y*b[1], x*a[2] + y*b[2]}
}

// onSphere returns the unit vector of a point, which H3 takes as if the earth were a sphere.
func onSphere(p orb.Point) vec {
	sinLat, cosLat := math.Sincos(p[1] * degrees)
	sinLon, cosLon := math.Sincos(p[0] * degrees)
	return vec{cosLat * cosLon, cosLat * sinLon, sinLat}
}

// axial is a place in the face's plane in axial hexagon coordinates: cell centres are the integers,
// the six neighbours of (0, 0) are ±(1, 0), ±(0, 1) and ±(1, -1), and a cell has area 1.
type axial struct{ q, r float64 }

// plane maps the sphere to the axial coordinates of one resolution and back.
type plane struct {
	centre vec // the face's centre, where the plane touches the sphere
	q, r   vec // a point v of the sphere has q = (v·q)/(v·centre), and r alike
	x, y   vec // unit vectors of the plane along and across the rows of cells
	scale  float64
}

func newPlane(res int) plane {
	sinLat, cosLat := math.Sincos(faceLat)
	sinLon, cosLon := math.Sincos(faceLon)
	north := vec{-sinLat * cosLon, -sinLat * sinLon, cosLat}
	east := vec{-sinLon, cosLon, 0}
	turn := faceAxis
	if res%2 == 1 {
		turn -= oddTurn
	}
	sin, cos := math.Sincos(turn)
	p := plane{
		centre: vec{cosLat * cosLon, cosLat * sinLon, sinLat},
		x:      mix(cos, north, sin, east),
		y:      mix(sin, north, -cos, east),
		scale:  math.Pow(sqrt7, float64(res)) / unitRes0,
	}
	// Rows are √3/2 apart, and each is half a cell further along than the one before.
	p.r = mix(p.scale/sqrt3Half, p.y, 0, p.y)
	p.q = mix(p.scale, p.x, -p.scale/(2*sqrt3Half), p.y)
	return p
}

// project returns the axial coordinates of a point. Those of points on the other half of the earth
// mean nothing, but lie far from London.
func (p *plane) project(pt orb.Point) axial {
	v := onSphere(pt)
	w := 1 / v.dot(p.centre)
	return axial{v.dot(p.q) * w, v.dot(p.r) * w}
}

// point is the inverse of project.
func (p *plane) point(a axial) orb.Point {
	v := mix((a.q+a.r/2)/p.scale, p.x, a.r*sqrt3Half/p.scale, p.y)
	v = mix(1, v, 1, p.centre)
	return orb.Point{
		math.Atan2(v[1], v[0]) / degrees,
		math.Atan2(v[2], math.Hypot(v[0], v[1])) / degrees,
	}
}

// tie is how near to a cell's edge, in cell widths, rounding errors could put a point on the other
// side. Coordinates are below 10⁵ at resolution 10 with relative errors of a few 2⁻⁵²: under 10⁻¹⁰.
const tie = 1e-9

// round returns the cell that a place lies in; clear is false where the place is on the edge of two
// cells as far as rounding errors can tell.
func (a axial) round() (q, r int, clear bool) {
	fq, fr := math.Round(a.q), math.Round(a.r)
	fs := math.Round(-a.q - a.r)
	dq, dr, ds := math.Abs(fq-a.q), math.Abs(fr-a.r), math.Abs(fs+a.q+a.r)
	switch {
	case dq > dr && dq > ds:
		fq = -fr - fs
	case dr > ds:
		fr = -fq - fs
	}
	u, v := a.q-fq, a.r-fr
	away := max(math.Abs(u-v), math.Abs(u+2*v), math.Abs(2*u+v)) // 1 on the edges
	return int(fq), int(fr), away < 1-tie
}

// corners of the cell at (0, 0), anticlockwise in the plane.
var corners = [6]axial{{2. / 3, -1. / 3}, {1. / 3, 1. / 3}, {-1. / 3, 2. / 3}, {-2. / 3, 1. / 3}, {-1. / 3, -1. / 3}, {1. / 3, -2. / 3}}

// directions to the six neighbours of a cell.
var directions = [6][2]int{{1, 0}, {0, 1}, {-1, 1}, {-1, 0}, {0, -1}, {1, -1}}
