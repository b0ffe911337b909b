// Package archive puts files into one, each with its hash, so that what is restored is what was backed up,
// whole or not at all. docs/format/backup.md has the layout.
package archive
