// Package mercator is the National Grid's transverse Mercator projection applied to WGS 84, the
// plane in which Ordnance Survey's OSTN15 shifts are given.
//
// It uses Krüger's series to the fourth power of the third flattening, as in Karney (2011),
// "Transverse Mercator with an accuracy of a few nanometers", equations 7 to 11, 35 and 36. The first
// term left out is below 10⁻⁶ m within 5° of the central meridian.
package mercator

import "math"

// The ellipsoid WGS 84 (GRS 80 to 0.1 mm) and the projection of the National Grid: true origin 49° N,
// 2° W, false origin 400 km west and 100 km north of it, scale 0.9996012717.
const (
	semiMajor    = 6378137.0
	flattening   = 1 / 298.257223563
	scale        = 0.9996012717
	originLat    = 49 * degree
	originLon    = -2 * degree
	falseEast    = 400_000
	falseNorth   = -100_000
	degree       = math.Pi / 180
	eccentricity = 0.0818191908426215 // sqrt(f(2-f))
)

// Third flattening n and the series in it.
const (
	n  = flattening / (2 - flattening)
	n2 = n * n
	n3 = n2 * n
	n4 = n3 * n

	radius = scale * semiMajor / (1 + n) * (1 + n2/4 + n4/64) // of the rectifying sphere, scaled
)

var (
	toPlane = [4]float64{
		n/2 - 2*n2/3 + 5*n3/16 + 41*n4/180,
		13*n2/48 - 3*n3/5 + 557*n4/1440,
		61*n3/240 - 103*n4/140,
		49561 * n4 / 161280,
	}
	toSphere = [4]float64{
		-n/2 + 2*n2/3 - 37*n3/96 + n4/360,
		-n2/48 - n3/15 + 437*n4/1440,
		-17*n3/480 + 37*n4/840,
		-4397 * n4 / 161280,
	}
	// originNorth is the projection's northing, before the false origin, of its true origin.
	originNorth = plain(originLat)
)

// plain returns the northing of a latitude on the central meridian.
func plain(lat float64) float64 {
	xi, _ := series(math.Atan(conformal(math.Tan(lat))), 0, &toPlane)
	return radius * xi
}

// Forward returns easting and northing in metres of a place in degrees.
func Forward(lat, lon float64) (east, north float64) {
	sin, cos := math.Sincos(lon*degree - originLon)
	tau := conformal(math.Tan(lat * degree))
	xi, eta := series(math.Atan2(tau, cos), math.Asinh(sin/math.Hypot(tau, cos)), &toPlane)
	return falseEast + radius*eta, falseNorth + radius*xi - originNorth
}

// Inverse is the inverse of Forward.
func Inverse(east, north float64) (lat, lon float64) {
	xi, eta := series((north-falseNorth+originNorth)/radius, (east-falseEast)/radius, &toSphere)
	sin, cos := math.Sincos(xi)
	sinh := math.Sinh(eta)
	want := sin / math.Hypot(sinh, cos)
	// Newton's method; two steps reach the limit of float64 (Karney, equations 19 to 21).
	tau := want
	for range 3 {
		got := conformal(tau)
		const e2 = eccentricity * eccentricity
		tau += (want - got) / math.Hypot(1, got) * (1 + (1-e2)*tau*tau) / ((1 - e2) * math.Hypot(1, tau))
	}
	return math.Atan(tau) / degree, (math.Atan2(sinh, cos) + originLon) / degree
}

// conformal turns the tangent of a latitude into the tangent of its conformal latitude.
func conformal(tau float64) float64 {
	sigma := math.Sinh(eccentricity * math.Atanh(eccentricity*tau/math.Hypot(1, tau)))
	return tau*math.Hypot(1, sigma) - sigma*math.Hypot(1, tau)
}

// series adds Krüger's trigonometric series to a place on the sphere or in the plane.
func series(xi, eta float64, coefficient *[4]float64) (float64, float64) {
	dXi, dEta := 0.0, 0.0
	for j, c := range coefficient {
		k := 2 * float64(j+1)
		sin, cos := math.Sincos(k * xi)
		dXi += c * sin * math.Cosh(k*eta)
		dEta += c * cos * math.Sinh(k*eta)
	}
	return xi + dXi, eta + dEta
}
