// Package grid is London's H3 cells of one resolution as a dense index 0 to n-1.
//
// Cells are in ascending order of their H3 identifiers. Every point of the boroughs lies in a cell:
// a cell belongs to the grid when any of it is London's land. A point's cell is found without H3's
// library: London lies on one face of H3's icosahedron, in whose gnomonic plane the cells of a
// resolution are one regular lattice of hexagons.
//
// A Cover is the cells of any outline on earth; most lie on one face and are found the same way.
//
// The tidal Thames is in no borough. Its cells belong to the grid where they touch a bank: at resolution
// 9 that is the whole river above Greenwich, every bridge included, and three quarters of its surface in
// all; what is missing is the middle of the river further east.
package grid
