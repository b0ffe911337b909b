package grid

// Parents returns, for every cell of the fine grid, the cell of the coarse grid that its centre lies
// in: its H3 ancestor. Where that one has no land in London (hexagons do not nest exactly), it is the
// nearest cell of the coarse grid.
func Parents(fine, coarse *Grid) []Index {
	parents := make([]Index, fine.Len())
	for i, c := range fine.centre {
		p, ok := coarse.At(c)
		if !ok {
			p = coarse.nearest(coarse.plane.project(c))
		}
		parents[i] = p
	}
	return parents
}

// Children turns Parents round: for every cell of the coarse grid, the cells of the fine grid that have
// it as their parent, ascending.
func Children(fine, coarse *Grid) [][]Index {
	children := make([][]Index, coarse.Len())
	for i, p := range Parents(fine, coarse) {
		children[p] = append(children[p], Index(i))
	}
	return children
}

// nearest returns the cell whose centre is nearest to a place in the plane.
func (g *Grid) nearest(a axial) Index {
	best, least := Index(0), -1.0
	for i, at := range g.at {
		dq, dr := float64(at[0])-a.q, float64(at[1])-a.r
		if d := dq*dq + dq*dr + dr*dr; least < 0 || d < least {
			best, least = Index(i), d
		}
	}
	return best
}
