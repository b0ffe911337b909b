package fair

import "github.com/nearside-ems/nearside/optimiser"

// trial is what opening one site would do: gain per part, and for each position × part a correction
// where it is closed at the same time. Opening gains on its own, closing loses on its own, and where
// both touch a client the sum is put right by extra (Resende and Werneck 2004; docs/optimiser.md).
type trial struct{ gain, extra, mean, rank []float64 }

// try fills a trial for a site.
func (l *layout) try(site int, t *trial) {
	if len(t.gain) != l.parts || len(t.extra) != len(l.loss) {
		t.gain, t.extra, t.mean = make([]float64, l.parts), make([]float64, len(l.loss)), make([]float64, l.parts)
	}
	clear(t.gain)
	clear(t.extra)
	var fix [optimiser.MostLevels]float64
	for i := range l.groups {
		g := &l.groups[i]
		n := g.length()
		for cell, cost := range l.row(g, site) {
			at := g.list + cell*n
			if int32(cost) >= l.near[at+n-1] || !g.used[cell] {
				continue
			}
			gain := g.exchange(int32(cost), l.near[at:at+n], &fix)
			for _, v := range g.views {
				w, b := v.weight[cell], int(v.part[cell])
				t.gain[b] += w * gain
				for k, pos := range l.who[at : at+n-1] {
					t.extra[int(pos)*l.parts+b] += w * fix[k]
				}
			}
		}
	}
}

// exchange returns what a facility at cost c takes off a client's expected cost, and in fix, for each
// rank, the correction where the facility of that rank closes.
func (g *group) exchange(c int32, near []int32, fix *[optimiser.MostLevels]float64) (gain float64) {
	sum := 0.0
	for k := len(near) - 2; k >= 0; k-- {
		if c < near[k] {
			gain += g.step[k] * float64(near[k]-c)
			sum += g.step[k] * float64(near[k]-near[k+1])
		} else if c < near[k+1] {
			sum += g.step[k] * float64(c-near[k+1])
		}
		fix[k] = sum
	}
	return gain
}

// exchanged returns the parts' means, in seconds, where the trial's site replaces the one at a position.
func (l *layout) exchanged(pos int, t *trial) []float64 {
	loss, extra := l.loss[pos*l.parts:], t.extra[pos*l.parts:]
	for b := range t.mean {
		t.mean[b] = max(0, l.mean[b]-t.gain[b]+loss[b]+extra[b]) / 1000
	}
	return t.mean
}
