// Package suitability says which share of calls suits a joint-response car, a paramedic with a
// mental-health nurse, and which kind of help one call leads to.
//
// The Rules are data, each with where it comes from, so that a planner can read, question and change
// them, and see what a change does to the volume. docs/format/suitability.md describes the file.
package suitability
