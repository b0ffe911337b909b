package backtest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// Run forecasts the last weeks of a history, each from what came before it, by each forecaster, and scores
// the forecasts against the calls that came. The first forecaster is the reference that the others are
// compared with. No forecaster is given any call of the week that it forecasts or of a later one.
//
// progress, where it is not nil, is told after each forecast how many are done, of how many. Run ends early
// with ctx's error, or the first error of a forecaster. The report is the same on any number of workers.
func Run(ctx context.Context, city *demand.City, h *calls.History, forecasters []Forecaster, s Settings, progress func(done, total int)) (*Report, error) {
	if err := checkRun(city, h, forecasters); err != nil {
		return nil, fmt.Errorf("backtest: %w", err)
	}
	s, err := s.filled(h)
	if err != nil {
		return nil, fmt.Errorf("backtest: %w", err)
	}
	spans := origins(city.Zone, h.Span, s.Origins)
	r := &run{city: city, history: h, spans: spans, seed: s.Seed, clock: newClock(city.Zone, h.Span)}
	if progress != nil {
		total := len(spans) * len(forecasters)
		r.progress = func(done int) { progress(done, total) }
	}
	trials := make([]*trial, len(forecasters))
	if err := r.all(ctx, forecasters, trials, s.Workers); err != nil {
		return nil, fmt.Errorf("backtest: %w", err)
	}
	return newReport(r, trials, s), nil
}

func checkRun(city *demand.City, h *calls.History, forecasters []Forecaster) error {
	if err := city.Validate(); err != nil {
		return err
	}
	if h.Cells != city.Len() {
		return fmt.Errorf("calls lie in %d cells, but city %s has %d: import them for this city", h.Cells, city.Name, city.Len())
	}
	names := map[string]bool{}
	for _, f := range forecasters {
		if names[f.Name()] {
			return fmt.Errorf("two forecasters are called %q", f.Name())
		}
		names[f.Name()] = true
	}
	if len(forecasters) == 0 {
		return errors.New("no forecasters")
	}
	return nil
}

// origins returns the last n weeks that end at a local midnight within the span, oldest first. They are
// seven local days each: 167 or 169 hours where the clocks change.
func origins(zone *time.Location, span calls.Span, n int) []calls.Span {
	y, m, d := span.To.Time().In(zone).Date()
	midnight := func(days int) calls.Hour { return calls.HourAt(time.Date(y, m, d-days, 0, 0, 0, 0, zone)) }
	weeks := make([]calls.Span, n)
	for i := range weeks {
		ago := 7 * (n - i)
		weeks[i] = calls.Span{From: midnight(ago), To: midnight(ago - 7)}
	}
	return weeks
}

// run is what all trials share.
type run struct {
	city    *demand.City
	history *calls.History
	spans   []calls.Span
	clock   *clock
	seed    uint64

	mu       sync.Mutex
	done     int
	progress func(done int)
}

// trial is what came of one forecaster.
type trial struct {
	name   string
	days   [][]tally // of each origin, its days
	chosen []string
	digest []string
	// impossible is how many calls came where the forecast gave them no chance.
	impossible int
}

func (r *run) all(ctx context.Context, forecasters []Forecaster, trials []*trial, workers int) error {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, len(forecasters))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(workers, len(forecasters)) {
		wg.Go(func() {
			for i := range next {
				if trials[i], errs[i] = r.try(ctx, forecasters[i]); errs[i] != nil {
					cancel()
				}
			}
		})
	}
	for i := range forecasters {
		next <- i
	}
	close(next)
	wg.Wait()
	// The first failure cancels the others: what they say of that is no news.
	var first error
	for _, err := range errs {
		if err != nil && (first == nil || errors.Is(first, context.Canceled)) {
			first = err
		}
	}
	return first
}

// try has one forecaster forecast all weeks in order.
func (r *run) try(ctx context.Context, f Forecaster) (*trial, error) {
	t := &trial{name: f.Name()}
	for _, span := range r.spans {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		past := r.history.Before(span.From)
		forecast, err := f.Forecast(ctx, past, span)
		if err != nil {
			return nil, fmt.Errorf("%s: from %s: %w", f.Name(), span.From.Time().Format(time.DateOnly), err)
		}
		if err := forecast.check(f.Name(), r.city.Len(), span); err != nil {
			return nil, err
		}
		days, impossible := r.score(forecast, past, span)
		t.days = append(t.days, days)
		t.impossible += impossible
		t.chosen = append(t.chosen, forecast.Chosen)
		t.digest = append(t.digest, digestOf(forecast))
		r.tell()
	}
	return t, nil
}

func (r *run) tell() {
	if r.progress == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	r.progress(r.done)
}

// digestOf returns a digest of all that a forecast says, by which two can be told to be the same.
func digestOf(f *Forecast) string {
	h := sha256.New()
	b := make([]byte, 0, 4*len(f.Rate)+16)
	for _, r := range f.Rate {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(r))
	}
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f.Dispersion.Day))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f.Dispersion.Level))
	h.Write(b)
	return hex.EncodeToString(h.Sum(nil)[:16])
}
