package server

import (
	"slices"
	"strconv"
	"time"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo/grid"
)

// cellFields are the fields of a Car that follow from its cell, of all cells one after the other.
type cellFields struct {
	text []byte
	end  []uint32 // per cell
}

func (s *Server) packCells() (f cellFields) {
	g := s.City.Grid
	for i := range grid.Index(g.Len()) {
		w := wire{f.text}
		w.text(4, g.Sector(i).String())
		w.text(9, s.cellID(i))
		w.text(10, s.City.Boroughs[g.Borough(i)].Name)
		f.text, f.end = w.b, append(f.end, uint32(len(w.b)))
	}
	return f
}

func (f *cellFields) of(i grid.Index) []byte {
	first := uint32(0)
	if i > 0 {
		first = f.end[i-1]
	}
	return f.text[first:f.end[i]]
}

// nearestAnswer writes a FindNearestCarsResponse. The numbers are those of the fields in the contract;
// a test compares what it writes with the same answer made of messages.
type nearestAnswer struct {
	*Server
	wire
	*epoch
	lane    *lane
	ask     fleet.Question
	call    call
	answer  *fleet.Answer
	why     dispatch.Reasons
	without []lack
	more    *more // nil for the usual request
}

// all writes the answer, with the cars that are not offered where they are asked for.
func (w *nearestAnswer) all(excluded bool) {
	modelled := w.call.modelled
	for i := range w.answer.Ranked {
		modelled = w.ranked(i) || modelled
	}
	for i := range w.answer.Stranded {
		w.stranded(&w.answer.Stranded[i])
	}
	if excluded {
		w.exclusions()
	}
	mark := w.open(3)
	w.basis(modelled)
	w.close(mark)
	w.timestamp(4, w.ask.Now)
	w.text(5, w.call.cell)
	w.text(6, w.call.borough)
	if w.more != nil {
		w.extra()
	}
}

// ranked writes candidate i and tells whether its time is modelled.
func (w *nearestAnswer) ranked(i int) (modelled bool) {
	c := &w.answer.Ranked[i]
	modelled = w.call.modelled || w.modelledCar(c.Car)
	mark := w.open(1)
	w.car(c.Car)
	w.duration(2, time.Duration(c.Travel)*time.Millisecond)
	w.duration(3, time.Duration(c.Arrival)*time.Millisecond)
	w.why.Reset()
	w.Dispatch.Explain(&w.answer.Snapshot, &w.ask.Incident, w.answer.Ranked, i, &w.why)
	w.reasons()
	w.flag(5, modelled)
	w.duration(8, time.Duration(c.Arrival90)*time.Millisecond)
	if c.Car.Status.OnCall() {
		w.duration(9, time.Duration(c.Clears)*time.Millisecond)
	}
	if w.more != nil && w.more.left != nil {
		w.left(i)
	}
	w.close(mark)
	return modelled
}

func (w *nearestAnswer) stranded(c *dispatch.Stranded) {
	mark := w.open(1)
	w.car(c.Car)
	w.why.Reset()
	c.Explain(w.ask.Now, &w.why)
	w.reasons()
	w.flag(6, true)
	w.double(7, c.Metres)
	w.close(mark)
}

func (w *nearestAnswer) reasons() {
	for i := range w.why.Len() {
		w.item(4, w.why.At(i))
	}
}

// car writes a Car.
func (w *nearestAnswer) car(c *dispatch.Car) {
	mark := w.open(1)
	w.text(1, c.Name)
	w.number(2, uint64(c.Status)+1)
	w.skills(c.Skills)
	at := w.open(5)
	w.double(1, c.Point.Lat())
	w.double(2, c.Point.Lon())
	w.close(at)
	w.timestamp(6, c.Fixed)
	w.duration(7, c.Age(w.ask.Now))
	w.flag(8, w.answer.Snapshot.Stale(c))
	if c.InGrid {
		w.b = append(w.b, w.cellFields.of(c.Cell)...)
	}
	if c.OnRoad {
		w.double(11, float64(c.Spot.Metres))
	}
	w.flag(12, !c.OnRoad)
	if c.Heading != nil {
		w.given(13, *c.Heading)
	}
	if !c.ShiftEnd.IsZero() {
		w.timestamp(14, c.ShiftEnd)
	}
	if c.Revision != 0 {
		w.record(c)
	}
	w.close(mark)
}

// record writes the fields of a Car that come from its record.
func (w *nearestAnswer) record(c *dispatch.Car) {
	mark := w.open(15)
	w.b = strconv.AppendUint(w.b, c.Revision, 10)
	w.close(mark)
	if !c.Since.IsZero() {
		w.timestamp(16, c.Since)
	}
	w.text(17, c.Incident)
	w.text(18, c.Destination)
	w.text(19, c.Base)
	w.text(20, sectorName(c.Home))
}

// skills writes Car.skills, numbers in one field.
func (w *nearestAnswer) skills(set dispatch.Skills) {
	if set == 0 {
		return
	}
	mark := w.open(3)
	for k := pb.Skill_SKILL_PARAMEDIC; k <= pb.Skill_SKILL_SPECIALIST_MENTAL_HEALTH_PARAMEDIC; k++ {
		if set&(1<<(k-1)) != 0 {
			w.b = append(w.b, byte(k))
		}
	}
	w.close(mark)
}

// basis writes a Basis.
func (w *nearestAnswer) basis(modelled bool) {
	w.text(1, w.Network.Name)
	w.text(2, w.City.Speeds.Name(w.period))
	w.number(3, uint64(drivingProto(w.call.driving)))
	w.flag(6, modelled)
	w.flag(7, w.Demo)
	w.number(8, uint64(len(w.state.Changes)))
	w.without = w.lacksRoad(w.lacks(w.without[:0]), w.call.onRoad, len(w.answer.Stranded))
	if w.more != nil {
		w.without = append(w.without, w.more.lacks...)
	}
	w.degradations(w.without)
	if age, old := w.records.age(w.answer.Snapshot.Seen()); old {
		w.duration(10, age)
	}
}

// exclusions writes of every car that is not offered why.
func (w *nearestAnswer) exclusions() {
	adhoc := w.lane.adhoc.Get().(*dispatch.AdHoc)
	defer w.lane.adhoc.Put(adhoc)
	offered := slices.Clone(w.answer.Ranked)
	for _, c := range w.answer.Stranded {
		offered = append(offered, dispatch.Candidate{Slot: c.Slot})
	}
	for _, e := range adhoc.Exclusions(&w.answer.Snapshot, &w.ask.Incident, offered, nil) {
		mark := w.open(2)
		w.text(1, e.Car.Name)
		w.text(2, e.String())
		w.close(mark)
	}
}
