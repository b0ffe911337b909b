// Package artefact writes and reads the files that Nearside derives and keeps: a header with magic,
// version and the SHA-256 of the inputs, a body, and a checksum over both. A file is written to a
// temporary name beside its own and renamed when it is whole. docs/format/artefact.md has the layout.
package artefact
