// Package intake reads records of calls for help, as a service exports them, and keeps of each call its
// hour, its cell and its kind, and nothing else.
//
// Rows come as CSV (ReadCSV) or Parquet (ReadParquet). Which column holds what is given by Settings or
// guessed from the header and the first rows; what cannot be guessed safely is asked for. A row that
// cannot be placed in time and space is dropped and counted in the Report by reason, with the numbers of
// the first few lines but never their content. Too large a share dropped fails the whole file, and a
// file that fails gives no calls at all.
//
// The package reads no clock and writes nothing. docs/format/calls-import.md describes what it accepts.
package intake
