package server

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/demand/monitor"
)

const (
	// watchedDays is how many days of calls before the present a watch begins with at most.
	watchedDays = 56
	// driftPause is how often the keeper looks whether hours have closed or calls were imported.
	driftPause = time.Minute
	// watchAhead is how many days ahead of its cut-off the forecast's dispersion is taken.
	watchAhead = 7
)

// drift scores the forecast against the calls that arrive. Its answers are those of the last hour that
// closed; who asks for a forecast never waits for it.
type drift struct {
	settings *Settings
	city     *demand.City

	mu    sync.Mutex
	watch *monitor.Watch
	came  map[calls.Hour][]int32 // cells of the calls of each hour that is watched
	from  calls.Hour             // first hour that is watched
	next  calls.Hour             // first that has not closed
	known calls.Hour             // calls until then are in the store
	gaps  []calls.Span
	begun bool // some of them are watched
	live  bool // calls have been reported to this server, so that silence means something
	late  map[calls.Hour]bool
	rates []float32 // scratch

	now atomic.Pointer[verdict]
}

// verdict is what is known of the drift at a time.
type verdict struct {
	report *monitor.Report
	closed calls.Hour // the hours before it are scored
	from   calls.Hour
	behind string // why the fit is outdated; empty where it is not
}

func newDrift(s *Settings) (*drift, error) {
	d := &drift{settings: s, city: s.Baseline.City()}
	d.now.Store(&verdict{report: &monitor.Report{}})
	return d, d.restart()
}

// restart begins anew with what the store holds. The caller holds mu, or is alone.
func (d *drift) restart() (err error) {
	if d.watch, err = monitor.New(d.city, d.settings.Baseline.Dispersion(watchAhead), monitor.DefaultSettings()); err != nil {
		return err
	}
	d.came, d.late, d.gaps = make(map[calls.Hour][]int32), make(map[calls.Hour]bool), nil
	d.known = 0
	now := calls.HourAt(d.settings.Now())
	about := d.settings.Baseline.About()
	d.from = max(about.CutOff(), now-watchedDays*24)
	if d.settings.Calls != nil {
		h := d.settings.Calls.History()
		d.known = h.Span.To
		if d.begun = h.Len() > 0 && d.known > d.from; d.begun {
			h = h.Between(calls.Span{From: d.from, To: d.known})
			d.from, d.gaps = h.Span.From, h.Gaps
			for i, hour := range h.Hour {
				d.came[hour] = append(d.came[hour], h.Cell[i])
			}
		}
	}
	d.next = d.from
	return nil
}

// take keeps calls that have just arrived, on disk first, and returns how many of them are late.
func (d *drift) take(list []calls.Call, now time.Time) (late int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.settings.Calls.Append(list, now); err != nil || len(list) == 0 {
		return 0, err
	}
	if !d.begun { // nobody knows whether those before them were reported
		first := slices.MinFunc(list, func(a, b calls.Call) int { return cmp.Compare(a.Hour, b.Hour) }).Hour + 1
		d.from, d.next = first, first
	}
	d.begun, d.live = true, true
	for _, c := range list {
		d.known = max(d.known, c.Hour+1)
		if c.Hour < d.from {
			continue
		}
		d.came[c.Hour] = append(d.came[c.Hour], c.Cell)
		if c.Hour < d.next {
			late++
			d.late[c.Hour] = true
		}
	}
	return late, nil
}

// tend closes the hours that are due, scores late calls, and publishes what that comes to.
func (d *drift) tend(now time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.settings.Calls != nil {
		changed, err := d.settings.Calls.Refresh()
		if err != nil {
			return fmt.Errorf("calls: %w", err)
		}
		if changed { // another program has imported calls
			if err := d.restart(); err != nil {
				return err
			}
		}
	}
	due := calls.HourAt(now.Add(-d.settings.CallsDelay))
	if !d.live {
		due = min(due, d.known)
	}
	news := d.next < due || len(d.late) > 0
	for ; d.next < due; d.next++ {
		if err := d.close(d.next); err != nil {
			return err
		}
	}
	for h := range d.late { // in any order: the watch sorts them
		if err := d.close(h); err != nil {
			return err
		}
	}
	clear(d.late)
	if news || d.now.Load().closed == 0 {
		d.now.Store(&verdict{report: d.watch.Report(), closed: d.next, from: d.from, behind: d.behind()})
	}
	return nil
}

// close scores an hour, unless it lies in a gap.
func (d *drift) close(h calls.Hour) error {
	for _, g := range d.gaps {
		if g.Holds(h) {
			return nil
		}
	}
	d.rates = d.settings.Baseline.Rates(calls.Span{From: h, To: h + 1}, d.rates)
	return d.watch.Close(h, d.rates, d.came[h])
}

// behind says what of the calls the forecast does not know; empty where that is little.
func (d *drift) behind() string {
	if d.settings.Calls == nil {
		return ""
	}
	h := d.settings.Calls.History()
	if fit, ok := d.settings.Baseline.(*forecast.Fit); ok {
		if standing := fit.Against(h, calls.HourAt(d.settings.Now())); standing.Stale() {
			return standing.String()
		}
		return ""
	}
	if h.Known() >= forecast.LearnableHours {
		return "calls are stored, but no forecast was learnt from them; run nearside forecast fit"
	}
	return ""
}

// keepDrift closes hours as they are due until ctx ends.
func (s *Server) keepDrift(ctx context.Context) {
	tick := time.NewTicker(driftPause)
	defer tick.Stop()
	for {
		s.tendDrift()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// tendDrift does what is due. What fails is logged, and forecasts say so.
func (s *Server) tendDrift() {
	var panicked error
	defer s.recovered("keepDrift", &panicked)
	if err := s.drift.tend(s.Now()); err != nil {
		s.Log.Error("the forecast cannot be scored", "error", err)
	}
}

// fault says why the forecast is not what it should be; empty where it is.
func (d *drift) fault() string {
	if d.settings.BaselineFault != "" {
		return d.settings.BaselineFault
	}
	return d.now.Load().behind
}
