// Package optimiser places facilities (cars or centres) on candidate sites so that expected travel
// time is least, and proves how far a plan can be from the best one.
//
// A Problem goes in; a Plan with a Certificate comes out. Verify recomputes both sides of the
// certificate and shares no code with the solver.
package optimiser
