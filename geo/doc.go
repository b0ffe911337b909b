// Package geo holds what every other package agrees on about places: points and their
// validity, London's extent, its boroughs and its integrated-care sectors.
//
// Points are orb.Point, that is {longitude, latitude} in degrees, WGS84.
package geo
