// Package calls keeps what is left of calls for help after import: for each, its cell, its hour and its
// kind (category and channel), and nothing else.
//
// A Builder sorts calls that come in any order into a History. A Store keeps the History of a data
// directory with a ledger of what was imported, takes calls that arrive one by one, and lets go of
// those older than its Retention. docs/format/calls.md has the files' layout.
package calls
