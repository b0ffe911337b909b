package hierarchy_test

import (
	"fmt"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// A ring of one-way streets, and a short cut from node 1 to node 3 that closes.
func Example() {
	g := &road.Graph{FirstOut: []road.Arc{0, 1, 3, 4, 5}, Head: []road.Node{1, 2, 3, 3, 0}, Lon: make([]float32, 4), Lat: make([]float32, 4)}
	h, err := hierarchy.New(g, []road.Node{0, 2, 1, 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	from, to := []hierarchy.Start{{At: h.Rank[0]}}, []hierarchy.Start{{At: h.Rank[3], Time: 500}}
	open, s := h.Customise([]road.Millis{4000, 2500, 3000, 2500, 6000}).Perfect(), h.NewSearch()
	closed := open.Update([]road.Millis{4000, 2500, road.Unreachable, 2500, 6000}, []road.Arc{2})
	for _, m := range []*hierarchy.Metric{open, closed} {
		fmt.Println(m.Time(s, from, to), "over arcs", m.Path(s, from, to, nil).Arcs)
	}
	// Output:
	// 7500 over arcs [0 2]
	// 9500 over arcs [0 1 3]
}
