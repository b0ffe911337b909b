package main

import (
	"strings"
	"testing"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// TestNearestTellsWhereTheCallIs: calls just outside London are answered, and said to be outside.
func TestNearestTellsWhereTheCallIs(t *testing.T) {
	for borough, want := range map[string]string{"Camden": "call in Camden;", "": "call outside London;"} {
		var b strings.Builder
		if err := writeNearest(&b, &pb.FindNearestCarsResponse{Borough: borough}); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%q: got %q, %v; want %q", borough, b.String(), err, want)
		}
	}
}
