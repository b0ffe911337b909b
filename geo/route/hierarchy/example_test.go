package hierarchy_test

import (
	"fmt"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// A one-way street of three nodes, contracted from its middle.
func Example() {
	g := &road.Graph{FirstOut: []road.Arc{0, 1, 2, 2}, Head: []road.Node{1, 2}, Lon: make([]float32, 3), Lat: make([]float32, 3)}
	h, err := hierarchy.New(g, []road.Node{1, 0, 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	m, s := h.Customise([]road.Millis{4000, 2500}), h.NewSearch()
	time := func(from, to road.Node) road.Millis {
		leave := m.Leave(s, []hierarchy.Start{{At: h.Rank[from]}}, nil)
		return hierarchy.Meet(leave, m.Reach(s, []hierarchy.Start{{At: h.Rank[to]}}, nil))
	}
	fmt.Println(time(0, 2), time(2, 0) == road.Unreachable)
	// Output: 6500 true
}
