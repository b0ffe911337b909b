package roster

import (
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// Question asks for a roster.
type Question struct {
	Sites, Cells int    // places where a shift can stand; cells that calls come from
	Hours        []Hour // of the week, those that count, ascending
	Templates    []Template

	// Crews is how many crews there are in all: exactly so many, or with CrewHours at most so many.
	// 0: as many as the templates' Most allow.
	Crews     int
	CrewHours float64 // the most hours a week that all crews together are paid for; 0: no limit

	// Share gives a layer's Share, what the k-th nearest car in service serves, when at most so many cars can be
	// in service. A car that is missing for a level counts as one at optimiser.Cap.
	Share func(cars int) []float64
	Curve *optimiser.Curve // as in optimiser.Layer: what a travel time counts as; nil: itself

	Fixed     []Post // these must be worked
	Forbidden []int  // sites where no shift stands
}

// Hour is what is asked for in one hour of the week.
type Hour struct {
	Hour   int           // 0 (Monday 00:00) to 167
	Demand []float64     // per cell: calls expected in this hour, taken as even over it
	Time   *route.Matrix // Sites × Cells; hours that share a pointer can be merged
}

// Post is one crew: the shift it works and where its car stands.
type Post struct {
	Template int // index of Question.Templates
	Way      int // index of the template's Breaks; 0 without breaks
	Site     int
}

// Variant is a template with one way of taking its breaks.
type Variant struct{ Template, Way int }

// Variants lists them in the order of the templates. The problem's site v·Sites + s is variant v at site s.
func (q *Question) Variants() []Variant {
	var out []Variant
	for t := range q.Templates {
		for way := range q.Templates[t].Ways() {
			out = append(out, Variant{t, way})
		}
	}
	return out
}

// MostVariants is how many templates there may be, each counted as often as it has ways of taking breaks.
const MostVariants = 64
