// Package benchmarks measures Nearside end to end on the shipped London. Its gate compares fast
// algorithms with their slow twins, the service with an empty RPC, and this commit with the one that
// it grew from, each pair within one run.
package benchmarks
