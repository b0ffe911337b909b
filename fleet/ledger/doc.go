// Package ledger is an append-only log of entries with keys, in which an entry is accepted only on top of
// the revision of its key that the writer saw: compare-and-set. What is decided about a car is one entry
// under the car's key, which holds both the decision and what the car is after it, so that state and log
// cannot part.
//
// Entries are sealed (Seal): each names the hash of the entry before it under its key, and of the last
// entry of the whole log that its writer knew. Verify finds what was changed, left out or put in, and what
// was cut off against a Head noted before. docs/format/ledger.md has the layout.
//
// A Store keeps a ledger: Memory here, and package jetstream on disk and on clusters. Package storetest
// has the tests that every Store passes.
package ledger
