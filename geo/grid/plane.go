package grid

import (
	"math"

	"github.com/paulmach/orb"
)

// H3's constants (h3 v4, faceijk.c and constants.h): the turn between odd and even resolutions, and the
// gnomonic length of a unit at resolution 0.
const (
	oddTurn   = 0.333473172251832115336090755351601070065900389
	unitRes0  = 0.38196601125010500003
	degrees   = math.Pi / 180
	sqrt7     = 2.6457513110645905905016157536392604257102
	sqrt3Half = 0.8660254037844386467637231707529361834714
)

// face is a face of H3's icosahedron: its centre as latitude and longitude in radians, and the azimuth of
// its first axis.
type face struct{ lat, lon, axis float64 }

// faces are H3's (h3 v4, faceijk.c). London lies on that with index londonFace.
var faces = [20]face{
	{0.803582649718989942, 1.248397419617396099, 5.619958268523939882},
	{1.307747883455638156, 2.536945009877921159, 5.760339081714187279},
	{1.054751253523952054, -1.347517358900396623, 0.780213654393430055},
	{0.600191595538186799, -0.450603909469755746, 0.430469363979999913},
	{0.491715428198773866, 0.401988202911306943, 6.130269123335111400},
	{0.172745327415618701, 1.678146885280433686, 2.692877706530642877},
	{0.605929321571350690, 2.953923329812411617, 2.982963003477243874},
	{0.427370518328979641, -1.888876200336285401, 3.532912002790141181},
	{-0.079066118549212831, -0.733429513380867741, 3.494305004259568154},
	{-0.230961644455383637, 0.506495587332349035, 3.003214169499538391},
	{0.079066118549212831, 2.408163140208925497, 5.930472956509811562},
	{0.230961644455383637, -2.635097066257444203, 0.138378484090254847},
	{-0.172745327415618701, -1.463445768309359553, 0.448714947059150361},
	{-0.605929321571350690, -0.187669323777381622, 0.158629650112549365},
	{-0.427370518328979641, 1.252716453253507838, 5.891865957979238535},
	{-0.600191595538186799, 2.690988744120037492, 2.711123289609793325},
	{-0.491715428198773866, -2.739604450678486295, 3.294508837434268316},
	{-0.803582649718989942, -1.893195233972397139, 3.804819692245439833},
	{-1.307747883455638156, -0.604647643711872080, 3.664438879055192436},
	{-1.054751253523952054, 1.794075294689396615, 2.361378999196363184},
}

const londonFace = 3

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

// centre returns a face's centre on the sphere.
func (f *face) centre() vec {
	sinLat, cosLat := math.Sincos(f.lat)
	sinLon, cosLon := math.Sincos(f.lon)
	return vec{cosLat * cosLon, cosLat * sinLon, sinLat}
}

var faceCentres = func() (c [len(faces)]vec) {
	for i := range faces {
		c[i] = faces[i].centre()
	}
	return c
}()

// faceOf returns the face that a place on the sphere lies on: that of the nearest centre.
func faceOf(v vec) int {
	best, most := 0, -1.0
	for i := range faceCentres {
		if d := v.dot(faceCentres[i]); d > most {
			best, most = i, d
		}
	}
	return best
}

// newPlane returns the plane of a face at a resolution.
func newPlane(f *face, res int) plane {
	sinLat, cosLat := math.Sincos(f.lat)
	sinLon, cosLon := math.Sincos(f.lon)
	north := vec{-sinLat * cosLon, -sinLat * sinLon, cosLat}
	east := vec{-sinLon, cosLon, 0}
	turn := f.axis
	if res%2 == 1 {
		turn -= oddTurn
	}
	sin, cos := math.Sincos(turn)
	p := plane{
		centre: f.centre(),
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
// mean nothing.
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
