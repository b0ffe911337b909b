// Package route says how long it takes by road: one to many, the nearest of many, and whole matrices.
//
// Plain Dijkstra for now; the hierarchy takes its place behind the same types.
package route
