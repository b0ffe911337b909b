// Package city makes road networks like those of real cities, of any size, for tests and benchmarks.
package city
