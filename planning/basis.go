package planning

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/count"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/demand/suitability"
	"github.com/nearside-ems/nearside/geo/route"
)

// Basis is what plans are made on.
type Basis struct {
	City    *data.London
	Network *route.Network // City.Network, or one that was imported
	Demand  *Demand
}

// Demand is the calls that plans are made for, in a typical week over the cells of the city's grid.
type Demand struct {
	Week     *demand.Intensity // all calls; its Source is shown with every plan
	Notes    []string          // what a reader must know of it
	hash     [32]byte          // of Week
	suitable func() (*suitableCalls, error)
	// dispersion is how far the calls of so many days stray from what is expected, beyond chance; nil: not at all.
	dispersion func(days int) count.Dispersion
}

// suitableCalls is the part of a Demand that suits a joint-response car.
type suitableCalls struct {
	week  *demand.Intensity
	rules RulesRecord
}

// NewDemand returns the typical week of a baseline, the prior or what was learnt from calls, with the
// rules that say which calls suit a joint-response car and what the baseline's calls are counts of.
func NewDemand(b forecast.Baseline, rules *suitability.Rules, counts suitability.Basis) *Demand {
	week := b.Week()
	return &Demand{Week: week, Notes: b.About().Notes, hash: week.Hash(), dispersion: b.Dispersion, suitable: sync.OnceValues(func() (*suitableCalls, error) {
		part, err := forecast.Thinned(b, rules.Share(counts))
		if err != nil {
			return nil, fmt.Errorf("suitable calls: %w", err)
		}
		text, err := json.Marshal(rules)
		if err != nil {
			return nil, fmt.Errorf("suitable calls: %w", err)
		}
		return &suitableCalls{part, RulesRecord{Name: rules.Name, Counts: string(counts), SHA256: hexDigest(sha256.Sum256(text))}}, nil
	})}
}

// of returns the week of the calls that a scenario is about, and the rules that chose them; nil for all calls.
func (d *Demand) of(which Calls) (*demand.Intensity, *RulesRecord, error) {
	if which != SuitableCalls {
		return d.Week, nil, nil
	}
	s, err := d.suitable()
	if err != nil {
		return nil, nil, err
	}
	return s.week, &s.rules, nil
}

// Prior returns what ships with a city as a baseline over the cells of its grid, to be asked like one
// that was learnt.
func Prior(l *data.London) (*forecast.Prior, error) {
	city, err := l.City(data.FineRes)
	if err != nil {
		return nil, err
	}
	return forecast.NewPrior(city, l.Prior, l.Calendar), nil
}
