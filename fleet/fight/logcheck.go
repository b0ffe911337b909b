package fight

import (
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/unit"
)

// checkLog reads the log: its chains are whole, each record follows from the one before by its command,
// no incident was given to two cars, every acknowledged request is in it once, and none that was refused.
func (r *Report) checkLog(h *history, entries []ledger.Entry) {
	r.Entries = len(entries)
	verified := ledger.NewVerifier()
	written, given := map[string]ledger.Revision{}, map[string]string{}
	records := map[string]unit.Record{}
	for _, e := range entries {
		verified.Add(e)
		change, err := decode(e)
		if err != nil {
			r.wrong("revision %d: %v", e.Revision, err)
			continue
		}
		r.checkChange(e, records, change)
		records[e.Key] = change.Record
		id := change.Command.Request()
		if before := written[id]; before != 0 && id != registration {
			r.wrong("%s: request %s was done twice, at revisions %d and %d", e.Key, id, before, e.Revision)
		}
		written[id] = e.Revision
		if a, ok := change.Command.(*unit.Assign); ok {
			if other := given[a.Incident]; other != "" {
				r.wrong("%s was given to %s and, at revision %d, to %s", a.Incident, other, e.Revision, e.Key)
			}
			given[a.Incident] = e.Key
		}
	}
	if err := verified.Report().Err(); err != nil {
		r.wrong("the log: %v", err)
	}
	for _, o := range h.operations {
		switch at, is := written[o.id]; {
		case o.result() == done && !is:
			r.wrong("%s: request %s was acknowledged at revision %d and is not in the log", o.car, o.id, o.after.Revision)
		case o.result() == done && at > o.after.Revision, o.result() == done && !o.lost && at != o.after.Revision:
			r.wrong("%s: request %s was acknowledged at revision %d and is at %d", o.car, o.id, o.after.Revision, at)
		case o.result() == refused && is:
			r.wrong("%s: request %s was refused (%v) and is in the log at revision %d", o.car, o.id, o.err, at)
		}
	}
}

// checkChange checks that a record is what its command makes of the record before.
func (r *Report) checkChange(e ledger.Entry, records map[string]unit.Record, change unit.Change) {
	before, known := records[e.Key]
	if !known {
		return
	}
	all := change.Record.Requests
	if len(all) == 0 {
		r.wrong("revision %d: %s does not remember what made it", e.Revision, &change.Record)
		return
	}
	newest, at := all[len(all)-1], change.Record.Since
	if !at.Truncate(time.Second).Equal(newest.At) { // its status was not changed
		at = newest.At
	}
	next, repeat, err := unit.Apply(before, change.Command, at, !newest.Bare)
	now := unit.Change{Command: change.Command, Record: next}
	if err != nil || repeat || string(now.Encode()) != string(change.Encode()) {
		r.wrong("revision %d: %s does not follow from %s by %s: %v", e.Revision, &change.Record, &before, change.Command.Kind(), err)
	}
}

func decode(e ledger.Entry) (unit.Change, error) {
	envelope, err := ledger.Open(e.Data)
	if err != nil {
		return unit.Change{}, err
	}
	return unit.DecodeChange(envelope.Body)
}
