// Package tracks drives made-up cars along the roads of a network and tells both where they are and
// where their receivers think they are, for tests and benchmarks.
package tracks
