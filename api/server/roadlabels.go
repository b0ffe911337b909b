package server

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/nearside-ems/nearside/geo/route"
)

// settled is how long the roads must have been as they are before labels are built: changes come in
// bursts, and the first answers after one are to have the processors for themselves.
const settled = time.Second

// labeller builds the hub labels of the metrics in use, one after the other, so that answers read
// instead of searching. Until a metric has its labels, answers on it search: the same, slower.
type labeller struct {
	mu     sync.Mutex
	wanted []*route.Metric    // the soonest needed first
	at     *route.Metric      // that labels are being built for
	cancel context.CancelFunc // stops that
	wake   chan struct{}      // tells that others are wanted
}

func newLabeller() *labeller { return &labeller{wake: make(chan struct{}, 1)} }

// want sets the metrics that are to have labels, and drops those of others: a city's take up to 200 MB.
func (l *labeller) want(metrics []*route.Metric) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.Equal(l.wanted, metrics) {
		return
	}
	for _, m := range l.wanted {
		if !slices.Contains(metrics, m) {
			m.UseLabels(nil)
		}
	}
	l.wanted = metrics
	if l.at != nil && !slices.Contains(metrics, l.at) {
		l.cancel()
	}
	select {
	case l.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// run builds labels until ctx ends.
func (l *labeller) run(ctx context.Context) {
	for ctx.Err() == nil {
		if m, part := l.next(ctx); m == nil || !l.build(part, m) {
			l.await(ctx)
		}
	}
}

// build gives a metric its labels; it tells whether others may be built now. One processor is left to
// answers where there are several.
func (l *labeller) build(ctx context.Context, m *route.Metric) bool {
	labels, err := m.Ways.Labels(ctx, max(1, runtime.GOMAXPROCS(0)-1), nil)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && slices.Contains(l.wanted, m) {
		m.UseLabels(labels)
	}
	l.cancel()
	l.at = nil
	return err == nil
}

// await returns when other metrics have been wanted for a while, or when ctx ends.
func (l *labeller) await(ctx context.Context) {
	pause := time.NewTimer(settled)
	defer pause.Stop()
	pause.Stop()
	for {
		select {
		case <-l.wake:
			pause.Reset(settled)
		case <-pause.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// next returns the first metric wanted that has no labels, and the context of their making; nil where
// all have them.
func (l *labeller) next(ctx context.Context) (*route.Metric, context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range l.wanted {
		if !m.Labelled() {
			l.at = m
			ctx, l.cancel = context.WithCancel(ctx)
			return m, ctx
		}
	}
	return nil, nil
}
