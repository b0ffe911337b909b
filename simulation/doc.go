// Package simulation says what would happen. For now it drives the demo's cars.
package simulation
