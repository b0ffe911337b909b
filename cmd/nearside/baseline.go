package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/internal/artefact"
	"github.com/nearside-ems/nearside/planning"
)

// expectation is the calls to expect, as a data directory has them.
type expectation struct {
	forecast.Baseline
	fit *forecast.Fit // nil where the prior is asked
	// fault says why the baseline is not what it should be, such as a fit that is older than the calls;
	// note what else a reader should know. Both may be empty.
	fault, note string
}

// openExpectation returns the fit of a data directory or, where there is none that can be used, the prior.
// stored is the calls that the directory keeps. Without a prior, as in another city than London, a fit is
// needed.
func openExpectation(dataDir string, c *cityOfDir, stored *calls.History, now time.Time) (*expectation, error) {
	fit, err := forecast.Open(dataDir, c.City)
	const again = "run nearside forecast fit"
	e := &expectation{}
	switch {
	case err == nil:
		e.Baseline, e.fit = fit, fit
		if s := fit.Against(stored, calls.HourAt(now)); s.Stale() {
			e.fault = s.String()
		} else {
			e.note = s.String()
		}
		return e, nil
	case errors.Is(err, fs.ErrNotExist) && stored.Len() > 0:
		e.note = "calls are stored, but no forecast was learnt from them; " + again
		if stored.Known() >= forecast.LearnableHours {
			e.fault, e.note = e.note, ""
		}
	case errors.Is(err, fs.ErrNotExist):
	case errors.Is(err, artefact.ErrUnusable) || errors.Is(err, forecast.ErrOtherCity):
		e.fault = fmt.Sprintf("the learnt forecast cannot be used: %v; %s", err, again)
	default:
		return nil, err
	}
	if c.prior == nil {
		nothing := fmt.Sprintf("no calls of %s are stored, and nothing is published that a forecast could rest on; run nearside import calls, then nearside forecast fit", c.Name)
		return nil, errors.New(cmp.Or(e.fault, e.note, nothing))
	}
	e.Baseline = c.prior
	return e, nil
}

// openStored returns the calls of a data directory and what to expect of them.
func openStored(dataDir string, c *cityOfDir) (*expectation, *calls.Store, error) {
	now := time.Now()
	store, err := calls.Open(dataDir, c.City, now)
	if err != nil {
		return nil, nil, err
	}
	e, err := openExpectation(dataDir, c, store.History(), now)
	return e, store, err
}

// openLondonCalls returns what to expect in London. A data directory of another city is refused.
func openLondonCalls(dataDir string, l *data.London) (*expectation, *calls.Store, error) {
	if err := londonOnly(dataDir); err != nil {
		return nil, nil, err
	}
	c, err := londonCity(l)
	if err != nil {
		return nil, nil, err
	}
	return openStored(dataDir, c)
}

// demand returns the calls that plans are made for; a fault and a note go with them.
func (e *expectation) demand(rules *rulesFlags, l *data.London) (*planning.Demand, error) {
	d, err := rules.demandOf(e.Baseline, l)
	if err != nil {
		return nil, err
	}
	for _, text := range []string{e.fault, e.note} {
		if text != "" {
			warnOnTerminal(errors.New(text))
		}
	}
	return d, nil
}
