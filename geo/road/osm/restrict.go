package osm

import (
	"strings"

	"github.com/nearside-ems/nearside/geo/road"
)

// restriction is a turn restriction in the file's ids.
type restriction struct {
	from, via, to int64
	only          bool // every other turn from from at via is forbidden
	round         bool // only turning round on the road itself is forbidden
}

// addRelation keeps turn restrictions for cars over a single via node.
func (in *input) addRelation(r *relation) {
	if t := r.tags.get("type"); t != "restriction" && t != "restriction:motorcar" {
		return
	}
	in.report.Restrictions++
	kind := first(&r.tags, "restriction:motorcar", "restriction")
	no, only := strings.HasPrefix(kind, "no_"), strings.HasPrefix(kind, "only_")
	exempt := strings.Contains(r.tags.get("except"), "motorcar") || strings.Contains(r.tags.get("except"), "emergency")
	t, ok := r.members3()
	if !ok || exempt || !no && !only {
		in.report.SkippedTurns++
		return
	}
	t.only = only
	t.round = kind == "no_u_turn" && t.from == t.to
	in.restrictions = append(in.restrictions, t)
}

// members3 returns the members in the roles from, via and to; ok is false unless each is there once,
// via is a node and the others are ways.
func (r *relation) members3() (t restriction, ok bool) {
	var from, via, to int
	for i := range r.members {
		id := int64(r.members[i])
		switch role := r.role(i); {
		case role == "from" && r.types[i] == 1:
			t.from, from = id, from+1
		case role == "via" && r.types[i] == 0:
			t.via, via = id, via+1
		case role == "to" && r.types[i] == 1:
			t.to, to = id, to+1
		case role == "via":
			via = 2
		}
	}
	return t, from == 1 && via == 1 && to == 1
}

// maxArms is the most roads at a junction with restrictions: several times what any junction in London
// has. The turns there, and the work to split it, grow with their square or faster, and a file made for
// harm has thousands.
const maxArms = 64

// turns translates the restrictions into forbidden turns of the graph.
func (b *builder) turns() []road.Turn {
	var out []road.Turn
	into := make([][]road.Arc, b.graph.Nodes())
	for a, h := range b.graph.Head {
		into[h] = append(into[h], road.Arc(a))
	}
	for _, r := range b.in.restrictions {
		n := len(out)
		if via, ok := b.nodeOf(r.via); ok && len(into[via]) <= maxArms {
			out = b.forbid(out, r, into[via], via)
		}
		if len(out) == n {
			b.in.report.SkippedTurns++
		}
	}
	return out
}

func (b *builder) forbid(out []road.Turn, r restriction, into []road.Arc, via road.Node) []road.Turn {
	reaches := false // an "only" whose way to go is not there would close the junction
	for a := b.graph.FirstOut[via]; a < b.graph.FirstOut[via+1]; a++ {
		reaches = reaches || b.in.wayIDs[b.firstWay[a]] == r.to
	}
	if !reaches {
		return out
	}
	for _, from := range into {
		if b.in.wayIDs[b.lastWay[from]] != r.from {
			continue
		}
		for to := b.graph.FirstOut[via]; to < b.graph.FirstOut[via+1]; to++ {
			if (b.in.wayIDs[b.firstWay[to]] == r.to) != r.only && (!r.round || b.arcs[from].against(&b.arcs[to])) {
				out = append(out, road.Turn{From: from, To: to})
			}
		}
	}
	return out
}
