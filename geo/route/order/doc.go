// Package order finds the order in which the nodes of a road network are contracted: a nested
// dissection, in which small separators of large parts come last.
package order
