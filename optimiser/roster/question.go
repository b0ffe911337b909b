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

	Share []float64        // as in optimiser.Layer: what the k-th nearest car in service serves
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

// variant is a template with one way of taking its breaks.
type variant struct{ template, way int }

// variants lists them in the order of the templates. A problem's site v·Sites + s is variant v at site s.
func (q *Question) variants() []variant {
	var out []variant
	for t := range q.Templates {
		for way := range q.Templates[t].Ways() {
			out = append(out, variant{t, way})
		}
	}
	return out
}

// MostVariants is how many templates there may be, each counted as often as it has ways of taking breaks.
const MostVariants = 64
