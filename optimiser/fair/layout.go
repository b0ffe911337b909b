package fair

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// terrain is a problem laid out for search: clients are cells once for each distinct matrix, so that
// layers with the same times share their lists of nearest sites.
type terrain struct {
	p      *Problem
	parts  int
	share  []float64 // of the k-th nearest facility
	step   []float64 // share[k] − share[k+1]: the objective is a sum of step·(sum of the k least times)
	groups []group
	size   []int // first client of each group, and their number at the end
	fixed  []bool
	barred []bool // per site: forbidden
}

// group is the layers with one matrix. weight is that of the demand divided by its part's, so that sums
// of it are means.
type group struct {
	time   *route.Matrix
	weight [][]float64
	part   [][]int32
	used   []bool // per cell: some layer has weight there
}

func newTerrain(p *Problem) *terrain {
	d := p.Demand
	t := &terrain{p: p, parts: len(p.Names), size: []int{0}, fixed: make([]bool, d.Sites), barred: make([]bool, d.Sites)}
	t.share, t.step = shares(d)
	for _, s := range d.Fixed {
		t.fixed[s] = true
	}
	for _, s := range d.Forbidden {
		t.barred[s] = true
	}
	per := p.totals()
	for l := range d.Layers {
		layer := &d.Layers[l]
		at := slices.IndexFunc(t.groups, func(g group) bool { return g.time == layer.Time })
		if at < 0 {
			at = len(t.groups)
			t.groups = append(t.groups, group{time: layer.Time, used: make([]bool, d.Cells)})
			t.size = append(t.size, t.size[at]+d.Cells)
		}
		g, weight := &t.groups[at], make([]float64, d.Cells)
		for i, w := range layer.Weight {
			weight[i] = w / per[p.Part[l][i]]
			g.used[i] = g.used[i] || w > 0
		}
		g.weight, g.part = append(g.weight, weight), append(g.part, p.Part[l])
	}
	return t
}

// shares returns the share of calls that the k-th nearest facility serves, the same in every layer, and their differences.
func shares(d *optimiser.Problem) (share, step []float64) {
	share = d.Layers[0].Share
	levels := len(share)
	step = make([]float64, levels)
	for k := range step {
		step[k] = share[k]
		if k+1 < levels {
			step[k] -= share[k+1]
		}
	}
	return share, step
}

// layout is a set of open sites with, for each client, its levels+1 nearest of them: one more than
// serve it, so that a closing knows who comes next. Lists end in stand-ins at the longest time.
type layout struct {
	*terrain
	k1   int
	open []int     // position → site
	at   []int     // site → position + 1, 0 when closed
	near []int32   // per client k1 times, ascending
	who  []int32   // per client k1 positions; a stand-in's is len(open)
	mean []float64 // of each part, in milliseconds
	loss []float64 // position × parts: what its closing alone adds to each mean
}

func newLayout(t *terrain) *layout {
	k1, n := len(t.share)+1, t.size[len(t.groups)]
	return &layout{
		terrain: t, k1: k1, at: make([]int, t.p.Demand.Sites),
		near: make([]int32, n*k1), who: make([]int32, n*k1), mean: make([]float64, t.parts),
	}
}

// reset opens the sites and no others.
func (l *layout) reset(sites []int) {
	l.open = append(l.open[:0], sites...)
	clear(l.at)
	for pos, s := range l.open {
		l.at[s] = pos + 1
	}
	for i := range l.near {
		l.near[i], l.who[i] = int32(optimiser.Cap), int32(len(sites))
	}
	for g := range l.groups {
		for pos, s := range l.open {
			for i, t := range l.groups[g].time.Row(s) {
				l.insert(l.size[g]+i, ms(t), int32(pos))
			}
		}
	}
	l.settle()
}

func ms(t road.Millis) int32 { return int32(min(t, optimiser.Cap)) }

// insert puts one facility into a client's list if it is near enough. A real one comes before a stand-in.
func (l *layout) insert(client int, t, pos int32) {
	near := l.near[client*l.k1 : (client+1)*l.k1]
	who := l.who[client*l.k1 : (client+1)*l.k1]
	none, at := int32(len(l.open)), l.k1-1
	if t > near[at] || t == near[at] && who[at] != none {
		return
	}
	for ; at > 0 && (near[at-1] > t || who[at-1] == none); at-- {
		near[at], who[at] = near[at-1], who[at-1]
	}
	near[at], who[at] = t, pos
}

// settle recomputes the means and losses from the lists.
func (l *layout) settle() {
	clear(l.mean)
	if want := (len(l.open) + 1) * l.parts; len(l.loss) != want {
		l.loss = make([]float64, want)
	}
	clear(l.loss)
	for g := range l.groups {
		for v, weight := range l.groups[g].weight {
			part := l.groups[g].part[v]
			for i, w := range weight {
				if w > 0 {
					l.settleClient(l.size[g]+i, int(part[i]), w)
				}
			}
		}
	}
}

func (l *layout) settleClient(client, part int, w float64) {
	near := l.near[client*l.k1 : (client+1)*l.k1]
	who := l.who[client*l.k1 : (client+1)*l.k1]
	cost, rise := 0.0, 0.0
	for k := l.k1 - 2; k >= 0; k-- { // closing rank k moves all farther ones up by one
		cost += l.share[k] * float64(near[k])
		rise += l.share[k] * float64(near[k+1]-near[k])
		l.loss[int(who[k])*l.parts+part] += w * rise
	}
	l.mean[part] += w * cost
}

// swap opens site s in place of the one at position pos.
func (l *layout) swap(pos, s int) {
	l.at[l.open[pos]] = 0
	l.open[pos] = s
	l.at[s] = pos + 1
	for g := range l.groups {
		for i, t := range l.groups[g].time.Row(s) {
			client := l.size[g] + i
			if slices.Contains(l.who[client*l.k1:(client+1)*l.k1], int32(pos)) {
				l.refill(client, g, i)
			} else {
				l.insert(client, ms(t), int32(pos))
			}
		}
	}
	l.settle()
}

// refill rebuilds the list of a client that lost a facility.
func (l *layout) refill(client, g, cell int) {
	for k := client * l.k1; k < (client+1)*l.k1; k++ {
		l.near[k], l.who[k] = int32(optimiser.Cap), int32(len(l.open))
	}
	for pos, s := range l.open {
		l.insert(client, ms(l.groups[g].time.Row(s)[cell]), int32(pos))
	}
}

// trial is what opening one site would do: gain per part, and for each position × part a correction
// where it is closed at the same time. Opening gains on its own, closing loses on its own, and where
// both touch a client the sum is put right by extra (Resende and Werneck 2004; docs/optimiser.md).
type trial struct{ gain, extra, mean, rank []float64 }

// try fills a trial for site s.
func (l *layout) try(s int, t *trial) {
	if len(t.gain) != l.parts || len(t.extra) != len(l.loss) {
		t.gain, t.extra, t.mean = make([]float64, l.parts), make([]float64, len(l.loss)), make([]float64, l.parts)
	}
	clear(t.gain)
	clear(t.extra)
	var fix [maxLevels]float64
	for g := range l.groups {
		group := &l.groups[g]
		for i, time := range group.time.Row(s) {
			client, c := l.size[g]+i, ms(time)
			near := l.near[client*l.k1 : (client+1)*l.k1]
			if c >= near[l.k1-1] || !group.used[i] {
				continue
			}
			gain := l.exchange(c, near, &fix)
			who := l.who[client*l.k1 : (client+1)*l.k1]
			for v := range group.weight {
				w, b := group.weight[v][i], int(group.part[v][i])
				t.gain[b] += w * gain
				for k := range l.step {
					t.extra[int(who[k])*l.parts+b] += w * fix[k]
				}
			}
		}
	}
}

// maxLevels is the most facilities that serve a client.
const maxLevels = 64

// exchange returns what a facility at time c takes off a client's expected time, and in fix, for each
// rank, the correction where the facility of that rank closes.
func (l *layout) exchange(c int32, near []int32, fix *[maxLevels]float64) (gain float64) {
	sum := 0.0
	for k := l.k1 - 2; k >= 0; k-- {
		if c < near[k] {
			gain += l.step[k] * float64(near[k]-c)
			sum += l.step[k] * float64(near[k]-near[k+1])
		} else if c < near[k+1] {
			sum += l.step[k] * float64(c-near[k+1])
		}
		fix[k] = sum
	}
	return gain
}

// seconds returns the parts' means in seconds.
func (l *layout) seconds() []float64 {
	out := make([]float64, l.parts)
	for b, m := range l.mean {
		out[b] = m / 1000
	}
	return out
}

// exchanged returns the parts' means, in seconds, where the trial's site replaces the one at pos.
func (l *layout) exchanged(pos int, t *trial) []float64 {
	loss, extra := l.loss[pos*l.parts:], t.extra[pos*l.parts:]
	for b := range t.mean {
		t.mean[b] = max(0, l.mean[b]-t.gain[b]+loss[b]+extra[b]) / 1000
	}
	return t.mean
}

// isFixed reports whether the facility at a position must stay.
func (l *layout) isFixed(pos int) bool { return l.fixed[l.open[pos]] }
