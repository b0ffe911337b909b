// Package queue says how busy cars are and what that does to response: the share of time that each is
// out, which car is sent to which call, and how many calls find none.
//
// ErlangB, ErlangC and Line are the closed forms for cars that are all alike. Approximate is the
// method of Budge, Ingolfsson and Erkut (2009), "Approximating vehicle dispatch probabilities for emergency service systems with
// location-specific service times and multiple units per location", Operations Research 57(1): any
// number of stations and cells, in milliseconds. Exact is the hypercube of Larson (1974), "A hypercube
// queuing model for facility location and redistricting in urban emergency services", Computers &
// Operations Research 1, for up to MaxExactCars cars: its referee.
//
// Both are loss systems: calls come as a Poisson process, the first station on a cell's list that has
// a car free sends one, and a call that finds no car of its list free is served by somebody else. Rates
// and service times are in one unit of time, such as hours; nothing else depends on which.
// docs/busy.md derives the methods and states how far the approximation is off.
package queue
