package fight

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/fleet/unit"
)

// Report is what a fight was like.
type Report struct {
	Dispatchers, Cars, Replicas int
	For                         time.Duration

	Operations  int
	Done        int // acknowledged
	Assigned    int // of them, assignments
	Conflicts   int
	Impossible  int // refused because of what the car was
	TooOften    int // refused because the car had too many changes to remember
	Unavailable int // refused because nothing could be written
	Unknown     int // whose answers were lost, for good
	Settled     int // acknowledged, or refused for certain, after an answer was lost
	Repeats     int // of what was done: none was done twice
	Entries     int // of the log
	Checked     int // operations in histories that were found linearizable
	Updates     int // that subscribers were sent
	Resumed     int // subscriptions that went on on another replica

	P50, P99 time.Duration // of acknowledged assignments
	Agreed   time.Duration // from the end of the fight until all replicas and subscribers had the log's end
	Checking time.Duration // of the histories

	// Wrong is everything that was not as promised.
	Wrong []string
}

// mostWrong is how many faults are told; more of them say nothing new.
const mostWrong = 50

func (r *Report) wrong(format string, values ...any) {
	if len(r.Wrong) < mostWrong {
		r.Wrong = append(r.Wrong, fmt.Sprintf(format, values...))
	}
}

// String lists the figures, a line each, and what was wrong.
func (r *Report) String() string {
	said := fmt.Sprintf(`%d dispatchers, %d cars, %d replicas, %s
%d operations: %d done (%d assignments), %d conflicts, %d impossible, %d too often, %d unavailable, %d unknown
%d settled after an answer was lost, %d repeats of what was done
assignments acknowledged in p50 %s, p99 %s
%d entries in the log, %d updates to subscribers, which went on on another replica %d times
all agreed %s after the fight
%d operations checked for linearizability in %s
%d faults`, r.Dispatchers, r.Cars, r.Replicas, r.For,
		r.Operations, r.Done, r.Assigned, r.Conflicts, r.Impossible, r.TooOften, r.Unavailable, r.Unknown,
		r.Settled, r.Repeats, r.P50.Round(time.Microsecond), r.P99.Round(time.Microsecond),
		r.Entries, r.Updates, r.Resumed, r.Agreed.Round(time.Millisecond), r.Checked, r.Checking.Round(time.Millisecond), len(r.Wrong))
	return strings.Join(append([]string{said}, r.Wrong...), "\n")
}

// count fills in what the history says.
func (r *Report) count(h *history) {
	r.Operations, r.Repeats, r.Wrong = len(h.operations), h.repeats, h.faults[:min(len(h.faults), mostWrong)]
	var took []time.Duration
	for _, o := range h.operations {
		switch {
		case o.err == nil:
			r.Done++
			if o.command.Kind() == "assign" {
				r.Assigned++
				took = append(took, time.Duration(o.end-o.begin))
			}
		case errors.As(o.err, new(*live.Conflict)):
			r.Conflicts++
		case errors.As(o.err, new(*unit.FullError)):
			r.TooOften++
		case errors.Is(o.err, ledger.ErrUnavailable):
			r.Unavailable++
		case errors.Is(o.err, ledger.ErrUnknown):
			r.Unknown++
		default:
			r.Impossible++
		}
		if o.lost && !errors.Is(o.err, ledger.ErrUnknown) {
			r.Settled++
		}
	}
	slices.Sort(took)
	if n := len(took); n > 0 {
		r.P50, r.P99 = took[n/2], took[n*99/100]
	}
}

// checkFor is how long the checker may look at the history of one car.
const checkFor = time.Minute

// checkHistories looks for an order that explains each car's history.
func (r *Report) checkHistories(h *history, entries []ledger.Entry) {
	began := time.Now()
	defer func() { r.Checking = time.Since(began) }()
	h.resolve(entries)
	for _, car := range h.cars {
		ops := h.of(car)
		switch porcupine.CheckOperationsTimeout(model, ops, checkFor) {
		case porcupine.Ok:
			r.Checked += len(ops)
		case porcupine.Illegal:
			r.wrong("%s: no order of its %d operations explains their answers", car, len(ops))
		default:
			r.wrong("%s: its %d operations could not be checked in %s", car, len(ops), checkFor)
		}
	}
}
