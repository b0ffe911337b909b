// Package roster decides how many crews work which shifts, and from which sites, over a week of hours
// whose demand and travel times differ; and where cars stand from hour to hour when only few may move.
//
// A Question goes in; Solve builds one optimiser.Problem for the whole week, in which a site is a shift
// that starts at a place, and returns a Roster with that problem's certificate. Hours in which the same
// crews are in service and the same travel times hold are merged, which changes no value: docs/shifts.md
// has the lemma, what is modelled and what is not.
package roster
