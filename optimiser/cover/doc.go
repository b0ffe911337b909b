// Package cover finds the fewest sites that reach every cell within a time, and the shortest time within
// which a number of sites can reach every cell, each with a proof that a verifier checks.
//
// The first is the location set covering problem (Toregas and others 1971), the second the vertex
// p-centre problem, solved by bisection over the times that occur (Minieka 1970). Both come down to the
// question whether q sites can reach all cells within r. It is answered by reductions, local search and
// branch and bound with a dual bound; docs/cover.md says how, and why the proof holds.
package cover
