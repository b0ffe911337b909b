// Package optimiser places facilities (cars, shifts or centres) on candidate sites so that what the
// demand pays for travel time is least, and proves how far a plan can be from the best one.
//
// A Problem goes in; a Plan with a Certificate comes out. Verify recomputes both sides of the
// certificate and shares no code with the solver. docs/optimiser.md derives the objective, the
// bound and the proof, and lists the questions that layers and rules express: medians, covering,
// busy cars, shifts, quotas, budgets.
//
// The plan comes from a greedy start and swap search (Resende and Werneck 2004), the bound from a
// Lagrangian relaxation raised by subgradient steps (Cornuéjols, Fisher and Nemhauser 1977), here
// extended to the reliability p-median of Snyder and Daskin (2005).
package optimiser
