package build

import (
	"fmt"
	"math"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

// rounds of the fit: routes under the coefficients, then coefficients for these routes.
const rounds = 3

// row is what a trip's route under the model is made of, and its true time.
type row struct {
	amount [kinds]float64
	time   float64
}

// fit returns the coefficients that best give the trips' times. A route's time is linear in them, so
// each round is a least-squares problem on the relative error, weighted so that it tends to the absolute
// error; then the trips are routed anew.
func (m *model) fit(c coefficients, all []drives) coefficients {
	for range rounds {
		rows := m.rows(&c, all)
		for range 4 {
			c = refine(c, rows)
		}
	}
	return c
}

// rows routes the trips.
func (m *model) rows(c *coefficients, all []drives) []row {
	g, order := m.graph(c)
	ahead := dijkstra.Forward(g)
	found := make([][]row, len(all))
	parallel(len(all), func() func(int) {
		from := newSearch(g, ahead)
		return func(i int) {
			t := &all[i]
			start, ok := m.nearest(t.from)
			if !ok {
				return
			}
			from.from([]road.Node{start}, road.Unreachable, 0, nil)
			for j, p := range t.to {
				v, ok := m.nearest(p)
				if !ok || t.time[j] == road.Unreachable || from.Time(v) == road.Unreachable {
					continue
				}
				r := row{time: t.time[j].Seconds()}
				for a, before, ok := from.Via(v); ok; a, before, ok = from.Via(before) {
					p := &m.parts[order[a]]
					r.amount[p.each] += p.metres * p.factor
					if p.once < kinds {
						r.amount[p.once]++
					}
				}
				found[i] = append(found[i], r)
			}
		}
	})
	var rows []row
	for _, f := range found {
		rows = append(rows, f...)
	}
	return rows
}

// nearest returns the point of the mesh nearest to a place.
func (m *model) nearest(p *place) (best road.Node, ok bool) {
	at, metres := meshAt(p.at), math.Inf(1)
	for dj := -2; dj <= 2; dj++ {
		for di := -2; di <= 2; di++ {
			if v, found := m.mesh[[2]int{at[0] + di, at[1] + dj}]; found {
				if d := road.Metres(p.at, m.points[v]); d < metres {
					best, metres, ok = v, d, true
				}
			}
		}
	}
	return best, ok
}

// hold is the weight, as a share of the number of rows, of leaving a coefficient as it is: it keeps those
// that the rows say little about.
const hold = 0.002

// refine solves the weighted normal equations. Coefficients stay within a half and double.
func refine(c coefficients, rows []row) coefficients {
	var a [kinds][kinds + 1]float64
	for i := range rows {
		r := &rows[i]
		guess := 0.0
		for k, x := range r.amount {
			guess += x * c[k]
		}
		w := 1 / max(math.Abs(guess/r.time-1), 0.02)
		for j := range kinds {
			x := r.amount[j] * c[j] / r.time // so that the unknowns are factors on the coefficients
			for k := range kinds {
				a[j][k] += w * x * r.amount[k] * c[k] / r.time
			}
			a[j][kinds] += w * x
		}
	}
	for k := range kinds {
		a[k][k] += hold * float64(len(rows))
		a[k][kinds] += hold * float64(len(rows))
	}
	factor := solve(a)
	for k := range c {
		c[k] *= min(max(factor[k], 0.5), 2)
	}
	return c
}

// solve is Gaussian elimination of a positive definite system; the last column is its right-hand side.
func solve(a [kinds][kinds + 1]float64) (x [kinds]float64) {
	for i := range kinds {
		for j := i + 1; j < kinds; j++ {
			f := a[j][i] / a[i][i]
			for k := i; k <= kinds; k++ {
				a[j][k] -= f * a[i][k]
			}
		}
	}
	for i := kinds; i > 0; i-- {
		x[i-1] = a[i-1][kinds]
		for k := i; k < kinds; k++ {
			x[i-1] -= a[i-1][k] * x[k]
		}
		x[i-1] /= a[i-1][i-1]
	}
	return x
}

// String lists the coefficients as speeds and delays.
func (c *coefficients) String() string {
	kmh := func(k kind) float64 { return 3.6 / c[k] }
	return fmt.Sprintf("local streets %.1f km/h in inner and %.1f in outer London along the mesh, bus links %.1f and %.1f, bus links over %d m %.1f and %.1f, Major Road Network %.1f and %.1f; %.1f s a bus link, %.1f s to join one, %.1f s to join the Major Road Network",
		kmh(localInner), kmh(localOuter), kmh(busInner), kmh(busOuter), longLink, kmh(longInner), kmh(longOuter), kmh(majorInner), kmh(majorOuter),
		c[perStop], c[joinBus], c[joinMajor])
}
