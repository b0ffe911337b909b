package route

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
	"github.com/nearside-ems/nearside/geo/route/order"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// OrderFile is the name of the imported network's order of contraction in the data directory;
// docs/format/order.md describes it.
const OrderFile = "order.bin"

// Preparation is how Prepare works. The zero value keeps no order and tells nothing.
type Preparation struct {
	DataDir  string                // where the order is kept between runs; "": nowhere
	Progress func(done, total int) // told how many nodes have their place in a new order; nil: not told
	Warn     func(error)           // told why an order that was kept is not used, or a new one not kept; nil: not told
}

// Prepare makes what all metrics of the network share: its order, where it has none, and its
// hierarchy. A new order of a city takes seconds; one that was kept is read in milliseconds. It need not
// be called: the first metric does the same without keeping an order. The error is that of a context
// that ends, or tells that Order is no order of the graph.
func (n *Network) Prepare(ctx context.Context, p Preparation) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.prepare(ctx, &p)
}

// Hierarchy returns the network's hierarchy, and makes it where Prepare has not. It panics where Order
// is no order of the graph.
func (n *Network) Hierarchy() *hierarchy.Hierarchy {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.prepare(context.Background(), &Preparation{}); err != nil {
		panic(err)
	}
	return n.hierarchy
}

// prepare is Prepare under the lock.
func (n *Network) prepare(ctx context.Context, p *Preparation) error {
	if n.hierarchy != nil {
		return nil
	}
	order, err := n.order(ctx, p)
	if err != nil {
		return err
	}
	if n.hierarchy, err = hierarchy.New(n.Graph, order); err != nil {
		return fmt.Errorf("network %s: %w", n.Name, err)
	}
	return nil
}

// order returns the order given, or that which was kept, or a new one.
func (n *Network) order(ctx context.Context, p *Preparation) ([]road.Node, error) {
	if n.Order != nil {
		return n.Order, nil
	}
	path := filepath.Join(p.DataDir, OrderFile)
	if p.DataDir != "" {
		kept, err := n.kept(path)
		if err == nil {
			return kept, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			p.warn(fmt.Errorf("%w; it is made again", err))
		}
	}
	found, err := order.NestedDissection(ctx, n.Graph, p.Progress)
	if err != nil || p.DataDir == "" {
		return found, err
	}
	if err := order.Save(path, found, n.Hash); err != nil {
		p.warn(fmt.Errorf("%w; the next start has to find it again", err))
	}
	return found, nil
}

// kept returns the order in a file.
func (n *Network) kept(path string) ([]road.Node, error) {
	kept, err := order.Load(path, n.Hash)
	if err == nil && len(kept) != n.Graph.Nodes() {
		err = fmt.Errorf("%s: %w: an order of %d nodes for a network of %d", path, artefact.ErrCorrupt, len(kept), n.Graph.Nodes())
	}
	return kept, err
}

func (p *Preparation) warn(err error) {
	if p.Warn != nil {
		p.Warn(err)
	}
}
