package fleet

import (
	"fmt"
	"slices"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo"
)

// Report takes a batch that arrived at now. Readers see all of the batch or none of it. They see it when
// Report returns, unless other batches come at the same time: then some see it a moment later, tens of
// milliseconds at the most that a server can take.
func (f *Store) Report(now time.Time, batch []Report) Outcome {
	p := f.placing.Get().(*placer)
	defer f.placing.Put(p)
	now = now.Round(0) // what is kept is told by the clock on the wall
	p.begin(f, now, batch)
	p.place()
	f.merge(p)
	f.counts.add(&p.out)
	out := p.out
	p.end()
	return out
}

// placer turns a batch of reports into cars: the slow part, done before the writer's turn. Of a car that
// reports more than once only the newest fix is put on the map, since nobody can see the others.
type placer struct {
	store  *Store
	now    time.Time
	batch  []Report
	out    Outcome
	report []placed // those that can be taken
	newest map[string]int
}

// placed is a report as a car.
type placed struct {
	index int // in the batch
	*dispatch.Car
}

func (p *placer) begin(f *Store, now time.Time, batch []Report) {
	p.store, p.now, p.batch, p.out = f, now, batch, Outcome{}
	if p.newest == nil {
		p.newest = make(map[string]int, len(batch))
	}
	for i := range batch {
		r := &batch[i]
		if fault, err := r.check(now, &f.settings); err != nil {
			p.out.Refused = append(p.out.Refused, ReportError{i, r.Car, fault, err})
			continue
		}
		c := &dispatch.Car{Name: r.Car, Skills: r.Skills, Fixed: r.Fixed, Point: r.Point, Sector: geo.Sectors, Home: geo.Sectors,
			Heading: r.Heading, ShiftEnd: r.ShiftEnd}
		if r.Fixed.IsZero() {
			c.Fixed = now
		}
		if r.Status != nil {
			c.Status = *r.Status
		}
		if at, again := p.newest[r.Car]; !again || c.Fixed.After(p.report[at].Fixed) {
			p.newest[r.Car] = len(p.report)
		}
		p.report = append(p.report, placed{i, c})
	}
}

// end forgets the batch and keeps the memory.
func (p *placer) end() {
	clear(p.report)
	clear(p.newest)
	p.report, p.batch, p.out = p.report[:0], nil, Outcome{}
}

// place puts the cars on the map.
func (p *placer) place() {
	for i, r := range p.report {
		if p.newest[r.Name] == i {
			p.store.place(r.Car)
		}
	}
}

// place finds where a car's point lies on the grid and on the road.
func (f *Store) place(c *dispatch.Car) {
	if c.Cell, c.InGrid = f.grid.At(c.Point); c.InGrid {
		c.Sector = f.grid.Sector(c.Cell)
	}
	if c.Heading != nil {
		c.Spot, c.OnRoad = f.network.SnapHeading(c.Point, *c.Heading)
	} else {
		c.Spot, c.OnRoad = f.network.Snap(c.Point)
	}
}

// merge puts the cars into the fleet, one after the other.
func (f *Store) merge(p *placer) {
	if len(p.report) == 0 {
		return
	}
	f.makeRoom(p)
	f.write.Lock()
	for i := range p.report {
		f.mergeOne(p, i)
	}
	mine := f.mustShow()
	f.write.Unlock()
	slices.SortFunc(p.out.Refused, func(a, b ReportError) int { return a.Index - b.Index })
	if mine {
		f.showSoon()
	}
}

func (f *Store) mergeOne(p *placer, i int) {
	c, index, out := p.report[i].Car, p.report[i].index, &p.out
	slot, known := f.slot[c.Name]
	switch {
	case known:
		f.heard[slot] = p.now
		was := f.cars[slot]
		if !f.newer(p.now, c, was) {
			out.ignore(index, c.Fixed.Equal(was.Fixed))
			return
		}
		if inherit(c, was, &p.batch[index]) {
			out.Overruled = append(out.Overruled, index)
		}
	case len(f.cars) >= f.settings.MaxCars:
		err := fmt.Errorf("%w: it has %d cars, as many as it may", ErrFull, len(f.cars))
		out.Refused = append(out.Refused, ReportError{index, c.Name, NoRoom, err})
		return
	}
	f.heard[f.put(slot, known, c)] = p.now
	out.Accepted++
	if c.Age(p.now) > f.settings.StaleAfter {
		out.Late = append(out.Late, index)
	}
	if !c.OnRoad && p.newest[c.Name] == i {
		out.OffRoad = append(out.OffRoad, index)
	}
}

// newer tells whether a car's report stands over what is known. A fix that is farther ahead of the
// clock than any report may be was taken before the clock was set back: it would keep all others out
// until the clock gets there, so any stands over it.
func (f *Store) newer(now time.Time, c, was *dispatch.Car) bool {
	return c.Fixed.After(was.Fixed) || was.Fixed.Sub(now) > f.settings.MaxAhead
}

func (o *Outcome) ignore(index int, duplicate bool) {
	o.Ignored++
	if duplicate {
		o.Duplicate = append(o.Duplicate, index)
	} else {
		o.Overtaken = append(o.Overtaken, index)
	}
}
