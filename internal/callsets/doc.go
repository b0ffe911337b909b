// Package callsets reads, for tests and experiments, the real calls in the source data: mental-health
// crisis calls in Toronto and Seattle, all of Seattle's incidents, and London's road collisions, which
// stand in for calls only in where London's land and streets are.
package callsets
