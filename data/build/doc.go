// Package build derives the shipped data from its sources: one Step a file, run in order, each
// reading source files and what earlier steps made. SOURCES.md is generated from their records.
//
// A build is deterministic and byte-identical when repeated on the same architecture; nothing is
// written to the data folder until every step has succeeded.
package build
