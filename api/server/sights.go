package server

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
)

// sights looks at where the cars are once a second, while anybody watches, for all who watch: what is new
// is found once and packed once. Where watchers look by themselves, a thousand of them take a thousand
// times as long.
type sights struct {
	server *Server
	pace   time.Duration // between two looks
	// What watchers hold to: heartbeat and slowAfter.
	beat, patience time.Duration

	mu       sync.Mutex
	watchers int
	leave    func() // ends the looking, and waits for that
	now      atomic.Pointer[sight]
}

// sight is the fleet as one look found it. Slots are those of the fleet store: within a run of looks a car
// keeps its own.
type sight struct {
	run    string          // another begins when cars were forgotten: then watchers are told all anew
	number uint64          // of the look, from 1
	over   context.Context // ends when the next look is there
	dispatch.Snapshot
	stale []bool
	// changed is, by slot, the number of the look that first found the car as it is now; own is that for
	// what does not follow from its position or its record: what a car without a record says of itself,
	// and whether its position can be relied on.
	changed, own []uint64
	packed       func() [][]byte // the cars that this look found changed, as parts of answers
}

// join begins to look, for one watcher more; it returns what ends that.
func (s *sights) join() (leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watchers++; s.watchers == 1 {
		ctx, stop := context.WithCancel(context.Background())
		first, over := s.look(s.now.Load()) // after what was last seen, for those who come back
		s.now.Store(first)
		looked := make(chan struct{})
		go func() { defer close(looked); s.keep(ctx, over) }()
		s.leave = func() { stop(); <-looked }
	}
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.watchers--; s.watchers == 0 {
			s.leave()
		}
	})
}

// keep looks again and again until ctx ends. over ends what the present sight says of itself.
func (s *sights) keep(ctx context.Context, over func()) {
	defer func() { over() }()
	tick := time.NewTicker(s.pace)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		next, end := s.look(s.now.Load())
		s.now.Store(next)
		over()
		over = end
	}
}

// look finds what has changed since the sight before; nil: there is none.
func (s *sights) look(was *sight) (*sight, context.CancelFunc) {
	v := &sight{Snapshot: s.server.Fleet.Snapshot(s.server.Now())}
	var over context.CancelFunc
	v.over, over = context.WithCancel(context.Background())
	if was == nil || v.lacks(was) {
		was = &sight{run: strings.ToLower(rand.Text()[:8])}
	}
	v.run, v.number = was.run, was.number+1
	n := len(v.Cars)
	v.stale = make([]bool, n)
	v.changed, v.own = slices.Grow(slices.Clone(was.changed), n-len(was.Cars))[:n], slices.Grow(slices.Clone(was.own), n-len(was.Cars))[:n]
	for slot, c := range v.Cars {
		v.stale[slot] = v.Stale(c)
		switch {
		case slot >= len(was.Cars):
			v.changed[slot], v.own[slot] = v.number, v.number
			continue
		case v.stale[slot] != was.stale[slot] || c.Revision == 0 && saysOther(c, was.Cars[slot]):
			v.changed[slot], v.own[slot] = v.number, v.number
		case c != was.Cars[slot] && !c.Fixed.Equal(was.Cars[slot].Fixed):
			v.changed[slot] = v.number
		}
	}
	v.packed = sync.OnceValue(func() [][]byte { return s.pack(v) })
	return v, over
}

// lacks tells whether a car was forgotten since another look; then others may have its slot.
func (v *sight) lacks(was *sight) bool {
	if len(v.Cars) < len(was.Cars) {
		return true
	}
	for slot, c := range was.Cars {
		if v.Cars[slot].Name != c.Name {
			return true
		}
	}
	return false
}

// saysOther tells whether a car without a record says something else of itself than before.
func saysOther(c, was *dispatch.Car) bool {
	return c != was && (c.Status != was.Status || c.Skills != was.Skills || !c.ShiftEnd.Equal(was.ShiftEnd))
}

// since returns the cars that changed after a look; own leaves out those that only moved.
func (v *sight) since(number uint64, own bool) (cars []*dispatch.Car) {
	marks := v.changed
	if own {
		marks = v.own
	}
	for slot, n := range marks {
		if n > number {
			cars = append(cars, v.Cars[slot])
		}
	}
	return cars
}

// pack writes the cars that a look found changed as answers without a token, which each watcher adds.
func (s *sights) pack(v *sight) (parts [][]byte) {
	for cars := range slices.Chunk(v.since(v.number-1, false), carsAtOnce) {
		part, err := proto.Marshal(s.server.seenProto(v, cars))
		if err != nil { // names, and all else, are checked when they are taken
			s.server.Log.Error("changes of cars cannot be packed", "error", err)
			continue
		}
		parts = append(parts, part)
	}
	return parts
}

// seenProto is what a watcher is told of cars that changed.
func (s *Server) seenProto(v *sight, cars []*dispatch.Car) *pb.WatchCarsResponse {
	out := &pb.WatchCarsResponse{Kind: pb.WatchKind_WATCH_KIND_CHANGE, AsOf: timestamppb.New(v.Now)}
	for _, c := range cars {
		out.Cars = append(out.Cars, s.carSeen(&v.Snapshot, c))
	}
	return out
}
