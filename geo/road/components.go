package road

// Components numbers the strongly connected components of the graph given by firstOut and head and
// returns each node's component and each component's size. Arcs for which skip is true do not count.
// Tarjan (1972), with an explicit stack since chains of London's streets are deeper than goroutine
// stacks should be.
func Components(firstOut []Arc, head []Node, skip func(Arc) bool) (component []int32, size []int) {
	t := tarjan{firstOut: firstOut, head: head, skip: skip}
	n := len(firstOut) - 1
	t.order, t.low, t.next = make([]int32, n), make([]int32, n), make([]Arc, n)
	t.component = make([]int32, n)
	for v := range n {
		if t.order[v] == 0 {
			t.visit(Node(v))
		}
	}
	return t.component, t.size
}

type tarjan struct {
	firstOut   []Arc
	head       []Node
	skip       func(Arc) bool
	order, low []int32 // 0: not seen
	next       []Arc   // next arc to look at
	open, path []Node
	component  []int32 // -1 while on the open stack, then the component
	size       []int
	clock      int32
}

func (t *tarjan) enter(v Node) {
	t.clock++
	t.order[v], t.low[v], t.next[v], t.component[v] = t.clock, t.clock, t.firstOut[v], -1
	t.open, t.path = append(t.open, v), append(t.path, v)
}

func (t *tarjan) visit(root Node) {
	t.enter(root)
	for len(t.path) > 0 {
		v := t.path[len(t.path)-1]
		if t.next[v] < t.firstOut[v+1] {
			t.look(v)
			continue
		}
		t.leave(v)
	}
}

// look follows the next arc of v.
func (t *tarjan) look(v Node) {
	a := t.next[v]
	t.next[v]++
	if t.skip(a) {
		return
	}
	switch h := t.head[a]; {
	case t.order[h] == 0:
		t.enter(h)
	case t.component[h] < 0:
		t.low[v] = min(t.low[v], t.order[h])
	}
}

// leave ends v, and its component where v is the first node of it.
func (t *tarjan) leave(v Node) {
	t.path = t.path[:len(t.path)-1]
	if len(t.path) > 0 {
		u := t.path[len(t.path)-1]
		t.low[u] = min(t.low[u], t.low[v])
	}
	if t.low[v] != t.order[v] {
		return
	}
	c, n := int32(len(t.size)), 0
	for {
		w := t.open[len(t.open)-1]
		t.open = t.open[:len(t.open)-1]
		t.component[w] = c
		n++
		if w == v {
			break
		}
	}
	t.size = append(t.size, n)
}
