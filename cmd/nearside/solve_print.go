package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/nearside-ems/nearside/optimiser"
)

// solved notes what a search found.
func (s *solution) solved(start time.Time, sites []int, status optimiser.Status, nodes int) {
	s.Solve = time.Since(start).Seconds()
	s.Status, s.Nodes = status, nodes
	for _, j := range sites {
		s.Sites = append(s.Sites, j+1)
	}
}

// check runs the verifier, which knows nothing of the search, and completes the solution.
func (s *solution) check(verify func() error) error {
	start := time.Now()
	if err := verify(); err != nil {
		return fmt.Errorf("the answer does not hold, which is a fault of this program: %w", err)
	}
	s.Verify, s.Verified = time.Since(start).Seconds(), true
	s.Value, s.Bound = rounded6(s.Value), rounded6(s.Bound)
	if s.Value > 0 && s.Status != optimiser.Optimal {
		s.Gap = math.Abs(s.Value-s.Bound) / s.Value
	}
	return nil
}

// rounded6 takes off what only float64 knows.
func rounded6(v float64) float64 { return math.Round(v*1e6) / 1e6 }

func (s *solution) print(w io.Writer, asJSON bool) error {
	if asJSON {
		text, err := json.MarshalIndent(s, "", "  ")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(w, string(text))
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	p := func(name, format string, args ...any) {
		_, _ = fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	p("instance", "%s (%s), %s", s.Instance, s.Format, countOf(s.Points, "point"))
	p("problem", "%s%s", s.Problem, s.parameters())
	p("value", "%s%s", plainNumber(s.Value), when(s.ofAll > 0, fmt.Sprintf(" of %s, %.3f %%", plainNumber(s.ofAll), 100*s.Value/s.ofAll)))
	p("bound", "%s", plainNumber(s.Bound))
	p("gap", "%s", s.gapInWords())
	p("nodes", "%d of the proof's tree", s.Nodes)
	p("time", "%.3f s; reading %.3f s, verifying %.3f s", s.Solve, s.Read, s.Verify)
	p("verified", "yes")
	p("sites", "%s", strings.Trim(fmt.Sprint(s.Sites), "[]"))
	return t.Flush()
}

func (s *solution) parameters() string {
	text := when(s.P > 0, fmt.Sprintf(", p = %d", s.P))
	if s.Radius != nil {
		text += fmt.Sprintf(", radius %v", *s.Radius)
	}
	return text + when(s.Share > 0 && s.Share < 1, fmt.Sprintf(", %v %% of demand", 100*s.Share))
}

func (s *solution) gapInWords() string {
	switch s.Status {
	case optimiser.Optimal:
		return "0 %: proved optimal"
	case optimiser.Stopped:
		return fmt.Sprintf("%.4g %%: stopped by the time limit", 100*s.Gap)
	}
	return fmt.Sprintf("%.4g %%: the bound rose no further", 100*s.Gap)
}

func plainNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
