package jetstream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// Why Open refuses.
var (
	// ErrDamaged is that the folder's files cannot be read, or that entries are missing in them.
	ErrDamaged = errors.New("the ledger is damaged")
	// ErrOtherSettings is that the stream on the servers is not one that a ledger can be kept in.
	ErrOtherSettings = errors.New("the stream has other settings")
	// ErrNoJetStream is that the servers do not offer JetStream to this client.
	ErrNoJetStream = errors.New("no JetStream there")
	// ErrDenied is that the servers do not let this client in, or not do what it has to.
	ErrDenied = errors.New("the NATS servers refuse this client")
)

// Store is a ledger.Store.
type Store struct {
	settings Settings
	entries  string // subjects of entries begin so
	node     *node  // of a folder; nil on a cluster
	nc       *nats.Conn
	js       jetstream.JetStream
	stream   jetstream.Stream
	health   health
	stop     context.CancelFunc // ends what runs in the background
	running  sync.WaitGroup
	closing  closing
}

// Open opens the ledger that settings describe, and makes it where there is none. ctx bounds how long that
// may take; without a deadline it is a minute.
func Open(ctx context.Context, settings Settings) (*Store, error) {
	if err := settings.Check(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	s := &Store{settings: settings.withDefaults()}
	s.health.again = make(chan struct{}, 1)
	s.entries = s.settings.Prefix + ".ledger."
	err := s.open(ctx)
	if err == nil {
		return s, nil
	}
	return nil, errors.Join(err, s.release())
}

func (s *Store) open(ctx context.Context) error {
	if s.settings.embedded() {
		if err := s.startNode(); err != nil {
			return fmt.Errorf("the ledger in %s: %w", s.settings.Folder, err)
		}
	}
	var err error
	if s.nc, err = s.connect(s.lost, s.found); err != nil {
		return fmt.Errorf("the ledger on %s: %w", s.where(), err)
	}
	if s.js, err = jetstream.New(s.nc, jetstream.WithDefaultTimeout(s.settings.Patience)); err != nil {
		return err
	}
	if err := s.ensureStream(ctx); err != nil {
		return fmt.Errorf("the ledger on %s: %w", s.where(), err)
	}
	background, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.running.Go(func() { s.watchHealth(background) })
	return nil
}

// era is to be asked for before the server is, and given to lasting with its answer.
func (s *Store) era() int {
	if s.node == nil {
		return 0
	}
	return s.node.disk.now()
}

// lasting returns once an entry that the server has shown or acknowledged will outlive a power cut. On a
// cluster it does as far as its servers see to it.
func (s *Store) lasting(ctx context.Context, era int, r ledger.Revision) error {
	if s.node == nil {
		return nil
	}
	return s.node.disk.upTo(ctx, era, r)
}

// Close waits for appends under way, and ends the store. What comes after is refused as unavailable.
func (s *Store) Close() error {
	if !s.closing.begin() {
		return nil
	}
	return s.release()
}

// release gives back what open took.
func (s *Store) release() error {
	if s.stop != nil {
		s.stop()
		s.running.Wait()
	}
	if s.nc != nil {
		s.nc.Close()
	}
	if s.node == nil {
		return nil
	}
	return s.node.close()
}

// where names the store without secrets.
func (s *Store) where() string {
	if s.settings.embedded() {
		return s.settings.Folder
	}
	return fmt.Sprint(s.servers())
}

// servers are those of the cluster that are known, without credentials.
func (s *Store) servers() (servers []string) {
	if s.settings.embedded() {
		return nil
	}
	all := s.settings.URLs
	if s.nc != nil {
		all = append(all[:len(all):len(all)], s.nc.DiscoveredServers()...)
	}
	seen := map[string]bool{}
	for _, u := range all {
		if u = redact(u); !seen[u] {
			servers, seen[u] = append(servers, u), true
		}
	}
	return servers
}

// closing lets appends end before a store does.
type closing struct {
	mu     sync.RWMutex
	closed bool
}

// enter is called before an append, which calls leave after it; it tells whether the store is open.
func (c *closing) enter() bool {
	c.mu.RLock()
	if c.closed {
		c.mu.RUnlock()
	}
	return !c.closed
}

func (c *closing) leave() { c.mu.RUnlock() }

// begin closes, and tells whether this was the first to.
func (c *closing) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := !c.closed
	c.closed = true
	return first
}

// errClosed refuses what comes after Close.
var errClosed = fmt.Errorf("%w: it was closed", ledger.ErrUnavailable)
