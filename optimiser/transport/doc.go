// Package transport places centres of limited capacity: the capacitated p-median with divisible demand.
//
// Patients of each cell, in each layer (a period of the week), are taken to the centres that are open
// and have room, so that their weighted travel time is least; those for whom there is no room are
// unserved and count as optimiser.Cap. A Problem goes in; a Plan with a certificate comes out. Verify
// recomputes the certificate and shares no code with the solver. Expand and Contract say which centre
// to add to, or to close of, those that stand. docs/transport.md derives the bound.
//
// Given the centres, the patients are a transportation problem with few sinks, solved exactly by
// shortest augmenting paths among the centres. The choice of centres is bounded by Lagrangian
// relaxation of "each patient goes somewhere" (Cornuéjols, Sridharan and Thizy 1991), where each centre
// becomes a fractional knapsack, and closed by branch and bound.
package transport
