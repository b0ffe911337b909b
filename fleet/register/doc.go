// Package register reads the file in which a service lists its cars: their skills, bases, sectors and
// shifts, as docs/format/fleet.md describes it. Everything that is wrong is reported at once, with its line.
package register
