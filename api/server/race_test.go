//go:build race

package server

// Under the race detector pools drop what they are given at random, so allocations cannot be counted.
func init() { racing = true }
