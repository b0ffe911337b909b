package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/route"
)

// importedProvenance says where the roads of an imported network come from.
func importedProvenance(n *route.Network) data.Provenance {
	return data.Provenance{What: "roads", Origin: demand.Measured,
		Source: "© OpenStreetMap contributors, imported from " + n.Name, Licence: "Open Database Licence 1.0"}
}

// openNetwork returns the network that was imported into the data directory, ready for use, or the
// built-in lattice where none was. An imported network that cannot be used is an error: answers over
// another network than the user chose would mislead. warn is told where only what is derived from it
// cannot be used, and is made again.
func openNetwork(ctx context.Context, dataDir string, city *data.London, warn func(error)) (*route.Network, error) {
	n, err := route.OpenNetwork(dataDir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return city.Network, nil
	case err != nil:
		return nil, fmt.Errorf("%w: run nearside import roads again, or remove the file to use the built-in network", err)
	}
	return n, n.Prepare(ctx, route.Preparation{DataDir: dataDir, Warn: warn})
}

// serviceNetwork is openNetwork for a service, which has to answer when something is broken, too: the
// built-in lattice stands in for an imported network that cannot be used. fault says so, and every
// answer repeats it; warn is told the cause.
func serviceNetwork(ctx context.Context, dataDir string, city *data.London, warn func(error)) (n *route.Network, fault string, err error) {
	n, err = openNetwork(ctx, dataDir, city, warn)
	switch {
	case err == nil:
		return n, "", nil
	case ctx.Err() != nil:
		return nil, "", err
	}
	warn(fmt.Errorf("DEGRADED: %w; until then the built-in lattice stands in", err))
	return city.Network, "the imported road network cannot be used: the built-in lattice stands in for it", nil
}

// warnOnTerminal is the warn of openNetwork in commands that a user runs.
func warnOnTerminal(err error) { fmt.Fprintln(os.Stderr, "nearside:", err) }
