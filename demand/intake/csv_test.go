package intake

import (
	"testing"
	"time"
)

// present is the time that tests take for now.
var present = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func london(tb testing.TB) *time.Location {
	tb.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		tb.Fatal(err)
	}
	return zone
}
