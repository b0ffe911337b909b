package osm

import (
	"context"
	"fmt"
	"io"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/road"
)

// Settings of an import. Zone and Speeds are needed.
type Settings struct {
	Zone     func(orb.Point) road.Zone // zone of a point; an arc counts to the zone of its middle
	Speeds   *road.SpeedTable          // reference speeds and junction delays
	Progress func(done, total int64)   // bytes read so far, both passes counted; may be nil
}

// Result is an imported network.
type Result struct {
	road.Roads
	Report Report
}

// Report says what was read and what was left out.
type Report struct {
	Ways         int // ways that a car or an emergency vehicle may use
	ClosedWays   int // other ways with a highway tag: paths, private plots, barriers
	Ferries      int // left out
	MissingNodes int // nodes of the ways that lie outside the extract or away from London
	Nodes, Arcs  int // of the graph, those added for forbidden turns included
	Dropped      Dropped
	ClassArcs    [road.Classes]int
	ClassMetres  [road.Classes]float64
	Restrictions int // turn restrictions read
	SkippedTurns int // of these, not understood (via ways, exceptions), not on the kept network or where over 64 roads meet
	Splits       road.Splits
	Components   int // strongly connected components before dropping
}

// Dropped is what was not connected with the rest in both directions.
type Dropped struct {
	Nodes, Arcs int
	Metres      float64
}

// around is how far from London's bound roads still count: a detour may use them. Degrees.
const around = 0.05

// Import reads an extract, from its start and twice: ways first, then the nodes that they use.
// The nodes and arcs of the result come in the order of the file's node ids and ways.
func Import(ctx context.Context, r io.ReadSeeker, s Settings) (*Result, error) {
	in := input{ctx: ctx, r: r, settings: s}
	if err := in.read(); err != nil {
		return nil, fmt.Errorf("import roads: %w", err)
	}
	switch {
	case len(in.ways) == 0:
		return nil, fmt.Errorf("import roads: %w (of %d ways with a highway tag)", ErrNoRoads, in.report.ClosedWays)
	case in.report.MissingNodes == len(in.ids):
		return nil, fmt.Errorf("import roads: %w: none of %d road nodes is within longitude %g to %g, latitude %g to %g", ErrElsewhere,
			len(in.ids), geo.London.Left(), geo.London.Right(), geo.London.Bottom(), geo.London.Top())
	}
	c := contract(&in)
	out, err := build(&in, c)
	if err != nil {
		return nil, fmt.Errorf("import roads: %w", err)
	}
	return out, nil
}
