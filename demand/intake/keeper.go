package intake

import (
	"github.com/nearside-ems/nearside/demand/calls"
)

// Batch is the calls of a file, in no order that means anything: the place, hour and kind of call i are
// Cell[i], Hour[i] and Kinds[Kind[i]].
type Batch struct {
	Hour  []calls.Hour
	Cell  []int32
	Kind  []uint8
	Kinds []calls.Kind
	// Districts are those that most calls of a cell name, ascending by cell, where Columns.District says
	// which column has them. Cells of which no call names any are left out.
	Districts []CellDistrict
}

// Len returns the number of calls.
func (b *Batch) Len() int { return len(b.Hour) }

// keeper examines rows and keeps what is to be kept of them.
type keeper struct {
	settings *Settings
	report   *Report
	batch    Batch
	dropped  [reasons]Drop

	timing  timing
	clock   *wallClock
	placing placing
	kinds   *kindList
	patches *districts // nil: not asked for
	seen    *seen      // nil: rows are not compared
	byID    bool

	order   ordering
	pending []pendingRow // rows whose date waits for the order of day and month
	same    []sameRow    // rows that are the same to the byte as an earlier one
	minutes bool         // some time is told more closely than by the hour

	earliest, latest int64 // seconds since 1970-01-01T00:00Z
}

// pendingRow is all that is kept of a row until its date is understood.
type pendingRow struct {
	line      int64
	key       uint64
	when      when
	cell      int32
	kind      uint8
	identical bool
}

// second reports whether a call at a time that the clocks show twice is put to the second of the two: by
// what the row says, so that a file gives the same calls wherever it begins.
func (p *pendingRow) second() bool {
	if p.identical {
		return p.line&1 == 1
	}
	return p.key&1 == 1
}

// call is a call as it is kept, with what the report says of it.
type call struct {
	hour calls.Hour
	cell int32
	kind uint8
	turn turn // of the clocks at its time
	utc  bool // its time had an offset
}

// sameRow is a call that may be one that was kept already.
type sameRow struct {
	line int64
	call call
}

func newKeeper(s *Settings, l *layout) *keeper {
	k := &keeper{
		settings: s,
		report:   &Report{Columns: l.columns(), Zone: s.Zone.String()},
		clock:    newWallClock(s.Zone, s.Now.AddDate(0, 0, 2)),
		placing:  placing{where: s.Where, by: l.placeBy()},
		kinds:    newKindList(l.name(useCategory), l.name(useChannel)),
		byID:     l.has(useID),
		earliest: perDay * daysBefore(1990, 1, 1),
		latest:   s.Now.Unix() + perDay,
	}
	k.timing = timing{format: s.TimeFormat, names: k.clock.names, by: l.timeBy()}
	k.order.decided = s.DateOrder
	k.order.given = s.DateOrder != Undecided
	if l.has(useDistrict) {
		k.patches = newDistricts(l.name(useDistrict))
	}
	if k.byID || !s.KeepIdentical {
		k.seen = &seen{}
	}
	return k
}

// drop counts a row that is dropped.
func (k *keeper) drop(line int64, why Reason) {
	d := &k.dropped[why]
	d.Rows++
	if len(d.Lines) < firstLines {
		d.Lines = append(d.Lines, line)
	}
}

// add examines a row; whole is the hash of all of it.
func (k *keeper) add(line int64, r *row, whole uint64) error {
	k.report.Read++
	w, why := k.timing.of(r)
	if why != kept {
		k.drop(line, why)
		return nil
	}
	if w.loose {
		if err := k.hearOrder(line, w); err != nil {
			return err
		}
	}
	cell, why := k.placing.of(r)
	if why != kept {
		k.drop(line, why)
		return nil
	}
	kind, err := k.kinds.of(r[useCategory].word(), r[useChannel].word(), line)
	if err != nil {
		return err
	}
	p := pendingRow{line: line, key: whole, when: w, cell: cell, kind: kind}
	if k.known(&p, r) {
		k.drop(line, Duplicate)
		return nil
	}
	if k.patches != nil {
		if err := k.patches.add(cell, r[useDistrict].word(), line); err != nil {
			return err
		}
	}
	if w.loose && k.order.decided == Undecided {
		k.pending = append(k.pending, p)
		return nil
	}
	k.finish(&p)
	return nil
}

// known reports whether a row has the ID and time of an earlier one, and notes whether it is identical
// to one.
func (k *keeper) known(p *pendingRow, r *row) bool {
	if k.seen == nil {
		return false
	}
	if !k.byID || r[useID].missing() {
		p.identical = !k.settings.KeepIdentical && k.seen.add(p.key)
		return false
	}
	// An ID counts together with the time, since some services begin to count anew every day.
	w := p.when
	at := uint64(w.seconds)<<20 ^ uint64(w.year)<<52 ^ uint64(w.a)<<8 ^ uint64(w.b)
	return k.seen.add(hash(r[useID].word(), at))
}

// finish keeps a row whose date is understood, or drops it.
func (k *keeper) finish(p *pendingRow) {
	w, why := p.when.in(k.order.decided)
	if why != kept {
		k.drop(p.line, why)
		return
	}
	utc, turn := w.seconds, steady
	if !w.utc {
		s := k.clock.at(w.seconds)
		utc, turn = w.seconds-s.offset, s.kind
		if turn == repeated && p.second() {
			utc = w.seconds - s.second
		}
	}
	c := call{calls.Hour(utc / perHour), p.cell, p.kind, turn, w.utc}
	switch {
	case utc < k.earliest:
		k.drop(p.line, TooEarly)
	case utc > k.latest:
		k.drop(p.line, TooLate)
	case p.identical:
		k.minutes = k.minutes || w.minutes
		k.same = append(k.same, sameRow{p.line, c})
	default:
		k.minutes = k.minutes || w.minutes
		k.keep(c)
	}
}

func (k *keeper) keep(c call) {
	switch c.turn {
	case skipped:
		k.report.Skipped++
	case repeated:
		k.report.Repeated++
	}
	if c.utc {
		k.report.WithOffset++
	}
	b := &k.batch
	b.Hour = append(b.Hour, c.hour)
	b.Cell = append(b.Cell, c.cell)
	b.Kind = append(b.Kind, c.kind)
}

// settleIdentical drops or keeps rows that are the same as an earlier one. Where times are told by the
// hour only and nothing else tells calls apart, two calls may well have the same row.
func (k *keeper) settleIdentical() {
	for _, s := range k.same {
		if k.minutes {
			k.drop(s.line, Identical)
			continue
		}
		k.report.IdenticalKept++
		k.keep(s.call)
	}
}

// close settles what waited for the end of the file and returns what was kept.
func (k *keeper) close() (*Batch, *Report, error) {
	if len(k.pending) > 0 {
		return nil, nil, k.order.ask(len(k.pending), k.pending[0].line)
	}
	k.settleIdentical()
	r := k.report
	r.Kept = int64(k.batch.Len())
	for why := kept + 1; why < reasons; why++ {
		if k.dropped[why].Rows > 0 {
			k.dropped[why].Reason = why
			r.Drops = append(r.Drops, k.dropped[why])
		}
	}
	r.DateOrder = k.order.text()
	if err := k.verdict(); err != nil {
		return nil, r, err
	}
	k.batch.Kinds = k.kinds.kinds
	if k.patches != nil {
		k.batch.Districts = k.patches.most()
	}
	first, last := k.batch.Hour[0], k.batch.Hour[0]
	for _, h := range k.batch.Hour {
		first, last = min(first, h), max(last, h)
	}
	r.Span = calls.Span{From: first, To: last + 1}
	return &k.batch, r, nil
}

// hearOrder learns the order of day and month from a date, and settles the rows that waited for it.
func (k *keeper) hearOrder(line int64, w when) error {
	before := k.order.decided
	if err := k.order.hear(line, w.a, w.b); err != nil {
		return err
	}
	if before == Undecided && k.order.decided != Undecided {
		for i := range k.pending {
			k.finish(&k.pending[i])
		}
		k.pending = nil
	}
	return nil
}
