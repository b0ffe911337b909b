// Package lattice reads and writes the built-in road network of London: one node for each grid cell,
// arcs with the times of whole stretches of road between cells, and the last metres between any point
// and the nodes around it.
//
// docs/format/lattice.md describes the file byte by byte; data/SOURCES.md says how it was made and how
// far its times are from those on the full road network.
package lattice
