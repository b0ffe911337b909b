package jetstream

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	askPause   = 250 * time.Millisecond // between looks at who was missed
	askAgain   = 2 * time.Second        // between two questions to the same replica
	peerForgot = time.Minute            // after which a replica that was not heard of is forgotten
)

// peers are the other replicas that were heard of. Each numbers its packets, and sends an empty one where it
// has nothing to tell: a number that does not follow on the one before tells that packets were missed, on
// whichever side a connection broke or was too slow. Then it is asked for all that it knows. So is one that
// was not heard of before, since it may know cars that nobody else does.
type peers struct {
	mu     sync.Mutex
	known  map[string]*peer
	missed atomic.Int64
}

// peer is another replica.
type peer struct {
	last  uint64    // number of its last packet
	heard time.Time // when that came
	asked time.Time // when it was asked last
	owes  uint64    // how often packets of it were missed that no snapshot has made good
}

func newPeers() peers { return peers{known: map[string]*peer{}} }

// heard notes a packet.
func (p *peers) heard(from string, number uint64, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	one := p.known[from]
	if one == nil {
		one = &peer{last: number, owes: 1}
		p.known[from] = one
	} else if number != one.last+1 {
		one.owes++
		p.missed.Add(1)
	}
	one.last, one.heard = number, now
}

// due returns those that should be asked, with what they owe, and forgets those that are gone.
func (p *peers) due(now time.Time) map[string]uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	due := map[string]uint64{}
	for id, one := range p.known {
		switch {
		case now.Sub(one.heard) > peerForgot:
			delete(p.known, id)
		case one.owes > 0 && now.Sub(one.asked) > askAgain:
			one.asked, due[id] = now, one.owes
		}
	}
	return due
}

// paid notes that a replica told all that it knew, after so much was owed.
func (p *peers) paid(id string, owed uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if one := p.known[id]; one != nil && one.owes == owed {
		one.owes = 0
	}
}

// catchUp asks those of whom packets were missed, until ctx ends. One that does not answer is asked again.
func (p *Positions) catchUp(ctx context.Context) {
	tick := time.NewTicker(askPause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			for id, owed := range p.peers.due(now) {
				if _, err := p.fetch(ctx, p.ask+"."+id); err == nil {
					p.peers.paid(id, owed)
				}
			}
		}
	}
}
