package spelling_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/internal/spelling"
)

func ExampleClosest() {
	fmt.Printf("%q %q", spelling.Closest("grp", []string{"http", "grpc"}), spelling.Closest("zebra", []string{"http", "grpc"}))
	// Output: "grpc" ""
}

// slow is the definition.
func slow(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	replaced := slow(a[1:], b[1:])
	if a[0] != b[0] {
		replaced++
	}
	return min(replaced, 1+slow(a[1:], b), 1+slow(a, b[1:]))
}

func TestDistanceIsTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[abc]{0,6}`)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if got, want := spelling.Distance(a, b), slow(a, b); got != want {
			t.Errorf("%q to %q: %d, want %d", a, b, got, want)
		}
	})
}
