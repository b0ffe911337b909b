// Package scenario changes a forecast in small stated ways: calls that grow from year to year, calls that
// move from one channel to another or away, an event, people who will live where nobody lives yet.
//
// A Scenario is a JSON document, described in docs/format/demand-scenario.md, or the same as values.
// Apply makes a baseline of a baseline: whatever can be asked of the one can be asked of the other. The
// figures are the user's, and each carries where it is from or that it is an assumption.
package scenario
