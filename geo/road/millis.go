package road

import (
	"math"
	"time"
)

// Millis is a travel time in milliseconds. Sums go through Add, so that Unreachable absorbs.
type Millis uint32

// Unreachable is the travel time of a way that does not exist; no time is longer. It is 24.8 days, so
// that the sum of two times never overflows.
const Unreachable Millis = math.MaxInt32

// Add returns a + b, and Unreachable where the sum is longer. Neither may be over Unreachable.
func (a Millis) Add(b Millis) Millis { return min(a+b, Unreachable) }

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
