// Package data is London as it ships: boundaries, population, places, profiles and the road lattice,
// embedded in the binary. SOURCES.md says where each figure comes from; data/build makes the files.
package data
