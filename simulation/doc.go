// Package simulation says what would happen. For now it drives the demo's cars: calls come where the
// forecast expects them, the dispatch policy picks a car, and the car drives there along the network.
package simulation
