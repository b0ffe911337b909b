package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/road"
)

const (
	// advisePause is how often recommendations are worked out anew at least, while somebody watches.
	advisePause = 5 * time.Second
	// advisePoll is how often the keeper looks whether other cars are free than before.
	advisePoll = time.Second
	// lateBy is how much later than expected a car may be on an accepted move before it counts where it is.
	lateBy = 5 * time.Minute
	// plansWatched is how many plans move-ups may follow at a time.
	plansWatched = 4
	// keeper is who writes what no caller asked for.
	keeper = "nearside"
)

// recommender makes recommendations while somebody watches, once for all who do. It has one board for
// each plan that is watched, "" for any standby point.
type recommender struct {
	*Server
	wake chan struct{} // tells the keeper to work at once
	// beat is how often a watcher hears at least, patience how long it may leave an answer unread.
	beat, patience time.Duration

	mu      sync.Mutex
	watched map[string]int // watchers by plan
	boards  map[string]*board
	changed chan struct{} // closed when a board changes
}

// board is what stands for a plan, as of a moment. It is never written again.
type board struct {
	list  []*posted
	notes []string
	basis *pb.Basis
	asOf  time.Time
}

// posted is a recommendation that stands, and the sectors that it touches.
type posted struct {
	*moveUpEntry
	sectors []geo.Sector
}

func newRecommender(s *Server) *recommender {
	return &recommender{Server: s, beat: heartbeat, patience: slowAfter, wake: make(chan struct{}, 1), watched: map[string]int{}, boards: map[string]*board{}, changed: make(chan struct{})}
}

// watch counts a watcher in, until leave is called.
func (r *recommender) watch(plan string) (leave func(), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.watched[plan] == 0 && len(r.watched) > plansWatched {
		return nil, fmt.Errorf("move-ups are watched for %d plans, as many as may be", plansWatched)
	}
	r.watched[plan]++
	r.stir()
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.watched[plan]--; r.watched[plan] == 0 {
			delete(r.watched, plan)
			delete(r.boards, plan)
		}
	}, nil
}

// stir has the keeper work at once.
func (r *recommender) stir() {
	select {
	case r.wake <- struct{}{}:
	default: // it will already
	}
}

// board returns what stands for a plan, nil where that is not known yet, and a channel that is closed when
// that changes.
func (r *recommender) board(plan string) (*board, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.boards[plan], r.changed
}

func (r *recommender) scopes() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.watched))
}

func (r *recommender) post(plan string, b *board) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.watched[plan] == 0 {
		return
	}
	r.boards[plan] = b
	close(r.changed)
	r.changed = make(chan struct{})
}

// keep makes recommendations until ctx ends.
func (r *recommender) keep(ctx context.Context) {
	tick := time.NewTicker(advisePoll)
	defer tick.Stop()
	var last time.Time
	var were []int
	for {
		woken := false
		select {
		case <-tick.C:
		case <-r.wake:
			woken = true
		case <-ctx.Done():
			return
		}
		snap := r.Fleet.Snapshot(r.Now())
		free := freeCars(&snap)
		if woken || !slices.Equal(free, were) || time.Since(last) >= advisePause {
			if r.tend(ctx, &snap, free) {
				were, last = free, time.Now()
			}
		}
	}
}

// tend does what is due, unless the records are still being read. What fails is logged, and watchers keep
// what they have, with its age.
func (r *recommender) tend(ctx context.Context, snap *dispatch.Snapshot, free []int) (done bool) {
	var panicked error
	defer r.recovered("keepRecommendations", &panicked)
	select {
	case <-r.Live.Whole():
	default:
		return false
	}
	entries := r.entries(ctx, snap.Now)
	for _, plan := range r.scopes() {
		b, err := r.advise(ctx, plan, snap, free, entries)
		if err != nil {
			r.Log.Error("no move-ups can be recommended", "plan", plan, "error", err)
			continue
		}
		r.post(plan, b)
	}
	return true
}

// entries returns what is known of the move-ups of each car, once those that have expired are concluded.
func (r *recommender) entries(ctx context.Context, now time.Time) map[string]*moveUpEntry {
	entries := map[string]*moveUpEntry{}
	for _, d := range r.Live.Documents(recommendationPrefix) {
		e, err := readMoveUp(d)
		if err != nil {
			r.Log.Warn("a recommendation cannot be read", "error", err)
			continue
		}
		if e.open() && !now.Before(e.Expires) {
			e = r.conclude(ctx, e, kindTimedOut, "nobody answered", now)
		}
		entries[e.Car] = e
	}
	return entries
}

// conclude ends a recommendation that nobody answered and returns what is then known of the car.
func (r *recommender) conclude(ctx context.Context, e *moveUpEntry, kind, reason string, now time.Time) *moveUpEntry {
	next, err := r.put(ctx, keeper, e, kind, e.concluded(kind, reason, "", now))
	if err != nil {
		r.Log.Warn("a recommendation could not be concluded", "name", e.name(), "as", kind, "error", err)
		return e
	}
	return next
}

// put writes an entry on top of another. Where someone else was quicker, theirs is returned.
func (r *recommender) put(ctx context.Context, actor string, on *moveUpEntry, kind string, m moveUp) (*moveUpEntry, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	d, err := r.Live.Put(ctx, actor, keyOf(m.Car), on.revision, kind, body)
	if other, ok := errors.AsType[*live.DocumentConflict](err); ok {
		d, err = other.Present, nil
	}
	if err != nil {
		return nil, err
	}
	return readMoveUp(d)
}

// advise works out which moves stand for a plan, and records what has changed.
func (r *recommender) advise(ctx context.Context, plan string, snap *dispatch.Snapshot, free []int, entries map[string]*moveUpEntry) (*board, error) {
	lane, basis := r.laneNow(snap.Now, road.Normal)
	degrade(basis, r.lacksForecast(nil)...)
	basis.Modelled = r.someModelled()
	limit, _ := r.Dispatch.DriveWithin(r.MoveUps.Response)
	expected := r.expectedNow(snap.Now)
	key, posts := coverKey{metric: lane.metric, limit: limit, posts: standby}, r.standbyPosts()
	var outside []string
	if plan != "" {
		p, _, err := r.plans.get("plan", plan)
		if err != nil {
			return nil, err
		}
		key.posts, posts = plan, r.planPosts(p)
		if hour := demand.HourOf(snap.Now, r.Zone); !slices.Contains(p.GetHours(), int32(hour)) {
			outside = []string{fmt.Sprintf("%s is outside the hours that the plan was made for (%s)", hour, p.GetHoursInWords())}
		}
	}
	c := r.covers.get(key, func() *liveCover { return r.newCover(lane, limit, posts) })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.update(snap, free)
	d := &dispatch.Deployment{Weights: expected.calls, Busy: expected.busy(snap), Posts: c.posts}
	b := &board{basis: basis, asOf: snap.Now, notes: append(outside, expected.notes(d.Busy)...)}
	now, beyond := snap.Now.In(r.Zone), r.beyond(plan, snap, free, entries)
	for _, slot := range free {
		car := snap.Cars[slot]
		v := dispatch.Mover{Car: car, Reach: c.cars[slot].cells, Travel: c.cars[slot].travel}
		if e := entries[car.Name]; e != nil {
			r.place(&v, e, plan, posts, now)
			if beyond[e] {
				v.Asked, v.Hold = false, "others were asked before it, as many as may be at a time"
			}
		} else {
			v.Hold = r.MoveUps.Hold(car, &dispatch.MoveHistory{}, now)
		}
		d.Movers = append(d.Movers, v)
	}
	r.settle(ctx, plan, d, posts, entries, b)
	b.notes = append(b.notes, heldNotes(d)...)
	b.notes = append(b.notes, "limits and thresholds of move-ups are assumptions for the service to set: docs/moveups.md")
	return b, nil
}

// place says of a free car what was asked of it before.
func (r *recommender) place(v *dispatch.Mover, e *moveUpEntry, plan string, posts []post, now time.Time) {
	h := e.history()
	to := slices.IndexFunc(posts, func(p post) bool { return p.cell == e.Cell })
	switch {
	case e.open() && (e.Plan != plan || to < 0):
		v.Hold = "asked to move for another plan"
	case e.open() && e.Etag != etagOf(v.Car):
		v.Hold = "its record has changed since it was asked"
	case e.open():
		v.Asked, v.To = true, to
	case e.kind == kindAccepted && now.Before(e.arrives().Add(lateBy)) && to >= 0 && v.Travel[to] > 60_000:
		v.Going, v.To = true, to
		v.Hold = "on its way to " + posts[to].name
	default:
		v.Hold = r.MoveUps.Hold(v.Car, &h, now)
	}
}

// settle asks the policy, withdraws what no longer stands, records what is new, and puts all that stands
// on the board.
func (r *recommender) settle(ctx context.Context, plan string, d *dispatch.Deployment, posts []post, entries map[string]*moveUpEntry, b *board) {
	moves := dispatch.NewMoveUps(r.MoveUps).Advise(d, nil)
	stands := map[string]bool{}
	for i := range moves {
		x := &moves[i]
		v := &d.Movers[x.Mover]
		e := entries[v.Car.Name]
		if !v.Asked {
			if e = r.issue(ctx, plan, d, x, &posts[x.Post], e, b.asOf); e == nil {
				continue
			}
			entries[e.Car] = e
		}
		if e.open() && e.Plan == plan {
			stands[e.Car] = true
			b.list = append(b.list, &posted{e, []geo.Sector{v.Car.Sector, posts[x.Post].sector}})
		}
	}
	slices.SortFunc(b.list, func(x, y *posted) int { return cmp.Or(x.Created.Compare(y.Created), cmp.Compare(x.Car, y.Car)) })
	for _, car := range slices.Sorted(maps.Keys(entries)) {
		if e := entries[car]; e.open() && e.Plan == plan && !stands[car] {
			entries[car] = r.conclude(ctx, e, kindWithdrawn, "the car is not free any more, or the move is no longer worth it", b.asOf)
		}
	}
}

// issue records a new recommendation; nil where that failed.
func (r *recommender) issue(ctx context.Context, plan string, d *dispatch.Deployment, x *dispatch.Move, to *post, on *moveUpEntry, now time.Time) *moveUpEntry {
	if on == nil {
		on = &moveUpEntry{}
	}
	car := d.Movers[x.Mover].Car
	now = now.UTC().Round(0)
	m := moveUp{
		Car: car.Name, Etag: etagOf(car), Plan: plan, Lat: to.point.Lat(), Lon: to.point.Lon(), Cell: to.cell, Place: to.place,
		Travel: x.Travel.Seconds(), Created: now, Expires: now.Add(r.MoveUps.Stands), Before: x.Before, After: x.After,
		Reasons: r.MoveUps.Explain(d, x), Moves: on.Moves, Refused: on.Refused,
	}
	e, err := r.put(ctx, keeper, on, kindRecommended, m)
	if err != nil {
		r.Log.Warn("a recommendation could not be recorded", "car", car.Name, "error", err)
		return nil
	}
	return e
}

func etagOf(c *dispatch.Car) string { return strconv.FormatUint(c.Revision, 10) }

// heldNotes says which cars are held back, and which are on their way.
func heldNotes(d *dispatch.Deployment) (notes []string) {
	const most = 5
	for i := range d.Movers {
		if v := &d.Movers[i]; v.Hold != "" {
			notes = append(notes, strings.TrimPrefix(v.Car.Name, "cars/")+" is not asked to move: "+v.Hold)
		}
	}
	if more := len(notes) - most; more > 0 {
		notes = append(notes[:most], fmt.Sprintf("%d more cars are not asked to move", more))
	}
	return notes
}
