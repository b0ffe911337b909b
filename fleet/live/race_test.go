//go:build race

package live_test

// raceDetector tells that times say nothing.
const raceDetector = true
