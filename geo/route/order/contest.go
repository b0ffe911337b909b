package order

import (
	"math"
	"sync"
)

// contest looks for the best separator of a piece among those that lie across several directions.
// Which directions are tried at once makes no difference: one is given up only when it cannot give a
// better separator than one already found.
type contest struct {
	piece *piece

	mu        sync.Mutex
	next      int // direction to be tried
	score     float64
	direction int
	nodes     []int32
}

// separator returns the nodes of the best separator of p that is found; none where there is none.
func (d *dissection) separator(p *piece, c *cutter) []int32 {
	s := &contest{piece: p, score: math.Inf(1)}
	var helpers sync.WaitGroup
	for other := range d.helpers(p) {
		helpers.Go(func() {
			s.work(other)
			d.idle <- other
		})
	}
	s.work(c)
	helpers.Wait()
	if s.nodes == nil {
		s.try(c, alongHops)
	}
	return s.nodes
}

// helpers takes as many idle cutters as a piece is worth.
func (d *dissection) helpers(p *piece) func(yield func(*cutter) bool) {
	return func(yield func(*cutter) bool) {
		for p.nodes() >= shareSize {
			select {
			case c := <-d.idle:
				if !yield(c) {
					return
				}
			default:
				return
			}
		}
	}
}

// work tries directions until all are taken.
func (s *contest) work(c *cutter) {
	for {
		s.mu.Lock()
		direction := s.next
		s.next++
		s.mu.Unlock()
		if direction >= directions {
			return
		}
		s.try(c, direction)
	}
}

func (s *contest) try(c *cutter, direction int) {
	c.cut(s, direction)
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.score < s.score || c.score == s.score && direction < s.direction && len(c.nodes) > 0 {
		s.score, s.direction, s.nodes = c.score, direction, append(s.nodes[:0], c.nodes...)
	}
}

// best returns the score to beat.
func (s *contest) best() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.score
}
