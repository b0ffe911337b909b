package main

import (
	"context"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/planning"
)

// openBasis returns what plans are made on: London, with the roads and the calls of a data directory.
func openBasis(ctx context.Context, dataDir string, rules *rulesFlags) (on planning.Basis, err error) {
	if on.City, err = data.Load(); err != nil {
		return on, err
	}
	if on.Network, err = openNetwork(ctx, dataDir, on.City, warnOnTerminal); err != nil {
		return on, err
	}
	expected, _, err := openLondonCalls(dataDir, on.City)
	if err != nil {
		return on, err
	}
	on.Demand, err = expected.demand(rules, on.City)
	return on, err
}
