package main

import (
	"fmt"
	"os"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/demand/suitability"
	"github.com/nearside-ems/nearside/planning"
)

// rulesFlags choose the rules that say which calls suit a joint-response car.
type rulesFlags struct {
	Rules  string `help:"Rules of suitability, a JSON file, instead of those that ship." placeholder:"FILE"`
	Counts string `default:"attended" enum:"attended,coded" help:"What the calls are counts of: calls attended, as in the prior, or coded as mental health."`
}

func (f *rulesFlags) basis() suitability.Basis { return suitability.Basis(f.Counts) }

// open returns the rules of the file, or those that ship.
func (f *rulesFlags) open(city *data.London) (*suitability.Rules, error) {
	if f.Rules == "" {
		return city.Suitability, nil
	}
	file, err := os.Open(f.Rules)
	if err != nil {
		return nil, fmt.Errorf("--rules: %w", err)
	}
	defer func() { _ = file.Close() }()
	rules, err := suitability.Read(file)
	if err != nil {
		return nil, fmt.Errorf("--rules %s: %w", f.Rules, err)
	}
	return rules, nil
}

// demandOf returns the calls that plans are made for.
func (f *rulesFlags) demandOf(b forecast.Baseline, city *data.London) (*planning.Demand, error) {
	rules, err := f.open(city)
	if err != nil {
		return nil, err
	}
	return planning.NewDemand(b, rules, f.basis()), nil
}
