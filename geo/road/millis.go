package road

import (
	"math"
	"time"
)

// Millis is a travel time in milliseconds. Sums go through Add, so that Unreachable absorbs.
type Millis uint32

// Unreachable is the travel time of a way that does not exist.
const Unreachable Millis = math.MaxUint32

// Add returns a + b, and Unreachable where the sum does not fit.
func (a Millis) Add(b Millis) Millis {
	if s := a + b; s >= a {
		return s
	}
	return Unreachable
}

// Seconds returns the time in seconds, +Inf where it is Unreachable.
func (a Millis) Seconds() float64 {
	if a == Unreachable {
		return math.Inf(1)
	}
	return float64(a) / 1000
}

// Duration returns the time as a Duration; ok is false where it is Unreachable.
func (a Millis) Duration() (d time.Duration, ok bool) {
	return time.Duration(a) * time.Millisecond, a != Unreachable
}
