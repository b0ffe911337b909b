package jetstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// health is what is known of how the store does.
type health struct {
	mu       sync.Mutex
	contact  time.Time
	answered time.Time       // who leads answered last what was asked then
	at       ledger.Revision // the log's last, as far as known
	bytes    int64
	limit    int64
	asking   error // why the last question was not answered
	lost     error // why there is no connection; nil where there is one
	writing  error // why nothing can be written until the server was started anew
	again    chan struct{}
}

const (
	every   = 500 * time.Millisecond // how often the leader is asked
	silence = 3 * time.Second        // how long a majority may not be heard of, or a folder's server, before Status says so
	noteIn  = 5 * time.Second        // how often the log's length is noted beside it
	// unanswered is how long a cluster's leader may not answer before Status says so. A question is given
	// up after a second, and the next one is asked at once.
	unanswered = 3 * every
	healPause  = 2 * time.Second // between attempts to start a folder's server anew
)

// heard takes what the stream's leader said when it was asked at a time.
func (h *health) heard(asked time.Time, info *jetstream.StreamInfo) {
	contact := asked.Add(-quorumAge(info.Cluster))
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asking, h.answered = nil, asked
	if contact.After(h.contact) {
		h.contact = contact
	}
	h.at = max(h.at, ledger.Revision(info.State.LastSeq))
	h.bytes, h.limit = int64(info.State.Bytes), info.Config.MaxBytes
}

// quorumAge is how long ago the leader last heard of so many others that with itself they are a majority:
// one that is cut off goes on to answer for a while, and must not look like the cluster.
func quorumAge(c *jetstream.ClusterInfo) time.Duration {
	if c == nil || len(c.Replicas) == 0 {
		return 0
	}
	var ages []time.Duration
	for _, p := range c.Replicas {
		ages = append(ages, p.Active)
	}
	slices.Sort(ages)
	return ages[(len(ages)+1)/2-1]
}

// leads is whether who answered is in touch with a majority, so that there is no other leader.
func leads(info *jetstream.StreamInfo) bool { return quorumAge(info.Cluster) <= silence }

// grew takes that an entry was acknowledged.
func (h *health) grew(now time.Time, r ledger.Revision) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.contact, h.answered, h.at, h.asking = now, now, max(h.at, r), nil
}

// setLost notes why the connection to the servers broke; nil: there is one again, and the leader is asked
// at once.
func (h *health) setLost(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lost = err; err != nil {
		return
	}
	select {
	case h.again <- struct{}{}:
	default:
	}
}

func (h *health) failed(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asking = err
}

func (h *health) setBroken(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.writing = err
}

func (h *health) broken() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.writing
}

func (h *health) last() ledger.Revision {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

// Status is ledger.Store's. Contact is when a majority of a cluster's servers was last heard of.
func (s *Store) Status() ledger.Status {
	h, st := &s.health, ledger.Status{Kind: "cluster", Servers: s.servers()}
	if s.node != nil {
		st.Kind = "embedded"
	}
	var slow error
	if s.node != nil {
		slow, st.Last = s.node.disk.fault(), s.node.disk.last() // what is not on disk yet is not there
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if st.Contact = h.contact; s.node == nil {
		st.Last = h.at
	}
	quiet := time.Since(h.answered)
	switch age := time.Since(h.contact); {
	case h.writing != nil:
		st.Err = h.writing
	case slow != nil:
		st.Err = slow
	case h.lost != nil:
		st.Err = fmt.Errorf("the connection to it broke: %w", h.lost)
	case s.node == nil && quiet > unanswered:
		st.Err = fmt.Errorf("who leads has not answered for %v: %w", quiet.Round(every), or(h.asking, errUnanswered))
	case age > silence && h.asking != nil:
		st.Err = fmt.Errorf("it has not answered for %v: %w", age.Round(time.Second), h.asking)
	case age > silence:
		st.Err = fmt.Errorf("%w: %v", errNoMajority, age.Round(time.Second))
	case h.limit > 0 && h.bytes+ledger.MaxData > h.limit:
		st.Err = fmt.Errorf("it is full: %d of %d bytes; allow it more", h.bytes, h.limit)
	}
	return st
}

// Used returns how many bytes the log takes, and how many it may.
func (s *Store) Used() (used, limit int64) {
	s.health.mu.Lock()
	defer s.health.mu.Unlock()
	return s.health.bytes, s.health.limit
}

// watchHealth asks again and again how the store does, and helps a folder's server up where it cannot
// write any more.
func (s *Store) watchHealth(ctx context.Context) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for noted := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.health.again:
		}
		s.ask(ctx)
		if s.node == nil {
			continue
		}
		if err := s.node.writeError(); err != nil {
			s.heal(ctx, err)
		}
		if time.Since(noted) > noteIn {
			noted = time.Now()
			if err := s.node.note(s.node.disk.last(), false); err != nil {
				s.settings.Log.Warn("the ledger's length cannot be noted", "error", err)
			}
		}
	}
}

// lost and found note how the connection does.
func (s *Store) lost(err error) { s.health.setLost(err) }
func (s *Store) found()         { s.health.setLost(nil) }

// ask asks the leader once.
func (s *Store) ask(ctx context.Context) {
	asked := time.Now()
	info, err := s.info(ctx)
	if err != nil {
		s.health.failed(err)
		return
	}
	s.health.heard(asked, info)
}

// heal starts the folder's server anew once the folder can be written to. Until then appends are refused
// at once; what was read before can be read on.
func (s *Store) heal(ctx context.Context, why error) {
	log := s.settings.Log
	log.Error("the ledger cannot be written to", "error", why)
	s.health.setBroken(why)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(healPause):
		}
		err := s.node.probe()
		if err == nil {
			err = s.restart(ctx)
		}
		if err == nil {
			log.Info("the ledger can be written to again")
			s.health.setBroken(nil)
			return
		}
		s.health.setBroken(err)
	}
}

// restart starts the folder's server anew, and looks whether its log is whole.
func (s *Store) restart(ctx context.Context) error {
	if err := s.node.note(s.node.disk.last(), false); err != nil {
		return err
	}
	s.node.end()
	rewritten := s.node.disk.rewrite()
	if err := errors.Join(s.node.start(), rewritten); err != nil {
		return err
	}
	var err error
	for range int(readyWithin / pause) {
		var info *jetstream.StreamInfo
		if info, err = s.info(ctx); err == nil {
			if err := s.checkWhole(info.State); err != nil {
				return err
			}
			return s.node.begin(ledger.Revision(info.State.LastSeq))
		}
		rest(ctx)
	}
	return errors.Join(err, ctx.Err())
}
