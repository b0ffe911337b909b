// Package osm makes a road network out of an OpenStreetMap extract (.osm.pbf).
//
// It reads the PBF format itself: a file from a user may be cut short, damaged or no PBF at all, and
// each of these has to end in an error that says so and never in a panic or an absurd allocation.
package osm
