// Package unit is the life of one car as a state machine: what its record holds, which commands change
// it, and which of them are refused. It is pure: values in, values out, and the caller says what time it
// is. Keeping records and letting many callers change them is the task of package live.
package unit
