package cover

import "github.com/nearside-ems/nearside/geo/road"

// Proof shows that no Place sites, the fixed ones included, reach every cell that counts within Reach.
//
// Steps is a tree in preorder over the plans that remain, in which some sites are taken, some are out,
// the others open, and the cells that count and that no taken site reaches are due. A step that does
// not end a part says what is assumed from there on until the part ends; see Kind. Part by part it is shown
// that the sites still to place cannot reach all that is due.
type Proof struct {
	Place int
	Reach road.Millis
	Steps []Step

	// Vectors of weights: vector v has the entries First[v] to First[v+1] of Cell and Weight.
	First  []int32
	Cell   []int32
	Weight []uint32 // at least 1
}

// Step is a node of a Proof.
type Step struct {
	Kind Kind
	A, B int32
}

// Kind is what a Step does.
type Kind uint8

// Kinds of Step.
const (
	// Split on an open site A: two parts follow, first the plans that take it, then those that do not.
	Split Kind = iota
	// Take the open site A, since no other open site reaches cell B, which is due.
	Take
	// Drop the open site A, since the open site B reaches every due cell that A reaches.
	Drop
	// Ignore the due cell A: it need no longer be reached. This only makes it easier to be a plan.
	Ignore
	// Exclude the open site A by vector B: what it reaches and what the q-1 open sites that reach most of the due
	// cells in the vector can sum up to weigh less together than those cells, q being the number of sites still to place.
	Exclude
	// Weigh ends a part by vector A: the due cells in it weigh more together than those that the q open
	// sites that reach most of them can sum up to.
	Weigh
)

// Parts is how many parts the proof bounds; of a nil proof it is 1.
func (p *Proof) Parts() int {
	if p == nil {
		return 1
	}
	parts := 0
	for _, s := range p.Steps {
		if s.Kind == Weigh {
			parts++
		}
	}
	return parts
}
