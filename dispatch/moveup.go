package dispatch

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"time"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/road"
)

// Post is a place where free cars may wait.
type Post struct {
	Name   string
	Sector geo.Sector
	Reach  Reach // from there, within MoveUpSettings.Response
	Room   int   // cars that may wait there; 0: any number
}

// Mover is a free car.
type Mover struct {
	Car    *Car
	Reach  Reach         // from where it stands
	Travel []road.Millis // to each post
	Hold   string        // why it may not be moved; "" where it may
	// Going tells that the car was given a move and is on its way to the post To: it counts as there.
	// Asked tells that it was asked to go to To and has not answered: it counts where it stands.
	Going, Asked bool
	To           int
}

// Deployment is the free cars and where they might wait, at one moment.
type Deployment struct {
	Weights []float32 // expected calls an hour by cell
	Busy    float64   // busy fraction of the cars
	Posts   []Post
	Movers  []Mover
}

// Move is a free car that should wait elsewhere. Before and After are the expected calls an hour that are
// reached in time, busy cars counted: as the fleet stands, and with this move alone.
type Move struct {
	Mover, Post   int
	Travel        road.Millis
	Gain          float64 // the least of what it gains alone and together with the other moves that stand
	Before, After float64
	Total         float64 // expected calls an hour in all
	LeftOnly      float64 // expected calls an hour that only this car is near enough to where it stands
}

// MoveUps recommends move-ups after DMEXCLP (Jagtenberg, Bhulai, van der Mei 2015, Operations Research
// for Health Care 4): a free car goes where it adds most to the expected coverage Σ w(1−q)qᵏ⁻¹. The
// method moves a car when it becomes free; here any free car may be asked, where what it gains by
// leaving is worth the drive. It holds scratch space: one goroutine at a time.
type MoveUps struct {
	settings  MoveUpSettings
	now, then Cover // as the fleet stands; with all the moves that stand made
	free      []int // places left by post; negative: any number
	nowGains  []float64
	thenGains []float64
}

// NewMoveUps returns the policy. The settings must pass Check.
func NewMoveUps(s MoveUpSettings) *MoveUps { return &MoveUps{settings: s} }

// atPost is how near by road a car must be to count as waiting at a post.
const atPost = road.Millis(time.Minute / time.Millisecond)

// Advise appends to dst the moves that stand: first those that were asked and are still worth it, in the
// order of the movers, then new ones, the best first, as many as AtOnce leaves room for. A mover that
// was asked and is not among them should no longer move. The same deployment gives the same moves.
func (m *MoveUps) Advise(d *Deployment, dst []Move) []Move {
	m.count(d)
	first := len(dst)
	for i := range d.Movers {
		if v := &d.Movers[i]; v.Asked && v.Hold == "" {
			m.then.Remove(v.Reach)
			m.then.Add(d.Posts[v.To].Reach)
			dst = append(dst, Move{Mover: i, Post: v.To})
		}
	}
	dst = append(dst[:first], m.kept(d, dst[first:])...)
	for len(dst)-first < m.settings.AtOnce {
		best, ok := m.best(d, dst[first:])
		if !ok {
			break
		}
		m.take(d, &best)
		dst = append(dst, best)
	}
	m.describe(d, dst[first:])
	return dst
}

// count counts the cars as they stand and the places that they leave.
func (m *MoveUps) count(d *Deployment) {
	m.now.Reset(d.Weights, d.Busy)
	m.then.Reset(d.Weights, d.Busy)
	m.free = m.free[:0]
	for p := range d.Posts {
		m.free = append(m.free, cmp.Or(d.Posts[p].Room, -1))
	}
	for i := range d.Movers {
		v := &d.Movers[i]
		r := v.Reach
		if v.Going {
			r = d.Posts[v.To].Reach
		}
		m.now.Add(r)
		m.then.Add(r)
		if v.Going || v.Asked {
			m.occupy(v.To)
		} else if p, ok := v.waitsAt(); ok {
			m.occupy(p)
		}
	}
}

// waitsAt returns the post that a car waits at.
func (v *Mover) waitsAt() (post int, ok bool) {
	for p, t := range v.Travel {
		if t <= atPost && (!ok || t < v.Travel[post]) {
			post, ok = p, true
		}
	}
	return post, ok
}

func (m *MoveUps) occupy(post int) {
	if m.free[post] > 0 {
		m.free[post]--
	}
}

// kept returns those of the moves asked before, which are all made in then, that are still worth it; the
// others are taken back.
func (m *MoveUps) kept(d *Deployment, asked []Move) []Move {
	total := m.now.Total()
	return slices.DeleteFunc(asked, func(x Move) bool {
		from, to := d.Movers[x.Mover].Reach, d.Posts[x.Post].Reach
		gain := min(m.now.moveGain(from, to), -m.then.moveGain(to, from))
		if gain >= m.settings.Keep*total && d.Movers[x.Mover].Travel[x.Post] != road.Unreachable {
			return false
		}
		m.then.Remove(to)
		m.then.Add(from)
		return true
	})
}

// best returns the move that gains most after what its drive costs, beside those that stand.
func (m *MoveUps) best(d *Deployment, stand []Move) (best Move, ok bool) {
	total := m.now.Total()
	m.nowGains, m.thenGains = m.now.gains(d.Posts, m.nowGains), m.then.gains(d.Posts, m.thenGains)
	var bestNet float64
	for i := range d.Movers {
		v := &d.Movers[i]
		if v.Hold != "" || v.Going || v.Asked || slices.ContainsFunc(stand, func(x Move) bool { return x.Mover == i }) {
			continue
		}
		nowLoss, thenLoss := d.Busy*m.now.Loses(v.Reach), d.Busy*m.then.Loses(v.Reach)
		for p := range d.Posts {
			if !m.allowed(d, v, p) {
				continue
			}
			cost := m.settings.PerMinute * v.Travel[p].Seconds() / 60 * total
			// Leaving takes a car from cells of both reaches, which changes what a car there adds from
			// w(1−q)qⁿ to w(1−q)qⁿ⁻¹. So a move gains at most what one more car would, less q times what
			// leaving loses: pairs that cannot be best are passed over.
			if most := min(m.nowGains[p]-nowLoss, m.thenGains[p]-thenLoss) - cost; ok && most <= bestNet-1e-9*total || most < m.settings.Least*total*(1-1e-9) {
				continue
			}
			gain := min(m.now.moveGain(v.Reach, d.Posts[p].Reach), m.then.moveGain(v.Reach, d.Posts[p].Reach))
			net := gain - cost
			if net < m.settings.Least*total || ok && !better(net, v.Travel[p], bestNet, best.Travel) {
				continue
			}
			best, bestNet, ok = Move{Mover: i, Post: p, Travel: v.Travel[p], Gain: gain}, net, true
		}
	}
	return best, ok && total > 0
}

// better compares moves by what they gain and then by the drive. What is left goes by order.
func better(net float64, travel road.Millis, bestNet float64, bestTravel road.Millis) bool {
	return net > bestNet || net == bestNet && travel < bestTravel
}

// allowed tells whether a car may be sent to a post: near enough, room left, and in the sector that it
// belongs to.
func (m *MoveUps) allowed(d *Deployment, v *Mover, p int) bool {
	t := v.Travel[p]
	switch {
	case t == road.Unreachable || t <= atPost || time.Duration(t)*time.Millisecond > m.settings.MaxDrive:
		return false
	case m.free[p] == 0:
		return false
	default:
		return v.Car.Home >= geo.Sectors || d.Posts[p].Sector == v.Car.Home
	}
}

// take makes a move in then.
func (m *MoveUps) take(d *Deployment, x *Move) {
	m.then.Remove(d.Movers[x.Mover].Reach)
	m.then.Add(d.Posts[x.Post].Reach)
	m.occupy(x.Post)
}

// describe fills in what each move comes to.
func (m *MoveUps) describe(d *Deployment, list []Move) {
	before, total := m.now.Expected(), m.now.Total()
	for i := range list {
		x := &list[i]
		v, to := &d.Movers[x.Mover], d.Posts[x.Post].Reach
		alone := m.now.moveGain(v.Reach, to)
		x.Travel, x.Total, x.Before, x.After = v.Travel[x.Post], total, before, before+alone
		x.Gain, x.LeftOnly = min(alone, -m.then.moveGain(to, v.Reach)), m.now.Only(v.Reach)
	}
}

// moveGain returns by how much Expected rises when a car that is counted in goes from one reach to
// another: cells of both do not change.
func (c *Cover) moveGain(from, to Reach) (calls float64) {
	for w := range to {
		for set := to[w] &^ from[w]; set != 0; set &= set - 1 {
			calls += c.next[w*64+bits.TrailingZeros64(set)]
		}
		for set := from[w] &^ to[w]; set != 0; set &= set - 1 {
			calls -= c.last[w*64+bits.TrailingZeros64(set)]
		}
	}
	return calls
}

// gains returns what one more car at each post would add.
func (c *Cover) gains(posts []Post, dst []float64) []float64 {
	dst = dst[:0]
	for p := range posts {
		dst = append(dst, c.Gains(posts[p].Reach))
	}
	return dst
}

// Explain says in words why a car should move.
func (s *MoveUpSettings) Explain(d *Deployment, x *Move) []string {
	post := &d.Posts[x.Post]
	within := words(s.Response)
	return []string{
		fmt.Sprintf("of %.2f calls expected in the hour, free cars reach %.2f within %s as they stand and %.2f once it is at %s", x.Total, x.Before, within, x.After, post.Name),
		fmt.Sprintf("leaves %.2f expected calls an hour that no other free car is near enough to where it stands now", x.LeftOnly),
		fmt.Sprintf("%s by road", words(time.Duration(x.Travel)*time.Millisecond)),
		fmt.Sprintf("each car is counted as busy %.0f %% of the time", 100*d.Busy),
	}
}
