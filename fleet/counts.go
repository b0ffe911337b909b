package fleet

import "sync"

// Counts are how many reports there have been since the store was made, by what became of them. Each
// accepted report may be late, off the road and overruled besides.
type Counts struct {
	Accepted, Duplicate, Overtaken uint64
	Late, OffRoad, Overruled       uint64
	Refused                        [Faults]uint64
	// Dropped are cars that were forgotten because they had been silent for Settings.DropAfter.
	Dropped uint64
}

// counter adds up outcomes.
type counter struct {
	mu  sync.Mutex
	sum Counts
}

func (c *counter) add(o *Outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sum.Accepted += uint64(o.Accepted)
	c.sum.Duplicate += uint64(len(o.Duplicate))
	c.sum.Overtaken += uint64(len(o.Overtaken))
	c.sum.Late += uint64(len(o.Late))
	c.sum.OffRoad += uint64(len(o.OffRoad))
	c.sum.Overruled += uint64(len(o.Overruled))
	for _, e := range o.Refused {
		c.sum.Refused[e.Fault]++
	}
}

func (c *counter) drop(cars int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sum.Dropped += uint64(cars)
}

// Counts returns the counts so far.
func (f *Store) Counts() Counts {
	f.counts.mu.Lock()
	defer f.counts.mu.Unlock()
	return f.counts.sum
}
