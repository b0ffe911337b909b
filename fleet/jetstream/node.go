package jetstream

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/internal/artefact"
	"github.com/nearside-ems/nearside/internal/dirlock"
)

// node is the NATS server inside the process, and the folder that it keeps.
type node struct {
	folder  string
	options server.Options
	log     *slog.Logger
	release func() error // of the folder
	disk    *disk

	mu     sync.Mutex
	server *server.Server // nil while it is started anew
	noted  notes
}

// readyWithin is how long a server may take to recover what its folder has.
const readyWithin = time.Minute

// startNode takes the folder and starts the server.
func (s *Store) startNode() error {
	n := &node{folder: s.settings.Folder, log: s.settings.Log, disk: newDisk(s.settings.Folder, s.settings.Stream)}
	if err := os.MkdirAll(n.folder, 0o700); err != nil {
		return err
	}
	if err := os.Chmod(n.folder, 0o700); err != nil {
		return err
	}
	release, err := dirlock.Hold(n.folder)
	if err != nil {
		return err
	}
	n.release = release
	n.options = server.Options{
		ServerName:             "nearside",
		DontListen:             true,
		JetStream:              true,
		StoreDir:               filepath.Join(n.folder, "store"),
		SyncInterval:           time.Hour,                                            // see disk
		JetStreamMaxStore:      s.settings.MaxBytes + s.settings.MaxBytes/8 + 64<<20, // the stream's limit is what counts
		JetStreamMaxMemory:     64 << 20,
		MaxPayload:             1 << 20,
		NoSigs:                 true,
		NoSystemAccount:        true,
		DisableJetStreamBanner: true,
	}
	s.node = n
	if _, err := n.recall(); err != nil {
		return err
	}
	return n.start()
}

// start starts a server on the folder. Unless the last one ended in good order, its index may know of
// entries that a power cut took: then the server makes it anew from the entries.
func (n *node) start() error {
	if !n.closed() {
		if err := os.Remove(n.disk.index()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	opts := n.options
	srv, err := server.NewServer(&opts)
	if err != nil {
		return err
	}
	srv.SetLoggerV2(&serverLog{n.log}, false, false, false)
	started := make(chan struct{})
	go func() {
		srv.Start()
		close(started)
	}()
	select {
	case <-started:
	case <-time.After(readyWithin):
		// There is damage that keeps it busy for ever: a sequence number with a wrong bit high up.
		return fmt.Errorf("%w: the files in %s could not be read within %v; restore a backup into an empty folder", ErrDamaged, n.options.StoreDir, readyWithin)
	}
	if !srv.ReadyForConnections(readyWithin) || !srv.JetStreamEnabled() {
		srv.Shutdown()
		srv.WaitForShutdown()
		return fmt.Errorf("%w: the files in %s cannot be opened; the log says why", ErrDamaged, n.options.StoreDir)
	}
	n.mu.Lock()
	n.server = srv
	n.mu.Unlock()
	return nil
}

// end stops the server, if one runs.
func (n *node) end() {
	n.mu.Lock()
	srv := n.server
	n.server = nil
	n.mu.Unlock()
	if srv != nil {
		srv.Shutdown()
		srv.WaitForShutdown()
	}
}

// InProcessConn is the connection's way to the server of the moment.
func (n *node) InProcessConn() (net.Conn, error) {
	n.mu.Lock()
	srv := n.server
	n.mu.Unlock()
	if srv == nil {
		return nil, errors.New("the ledger's server is being started")
	}
	return srv.InProcessConn()
}

// writeError returns why the server writes no more, or nil. It does not get over such an error by itself.
func (n *node) writeError() error {
	n.mu.Lock()
	srv := n.server
	n.mu.Unlock()
	if srv == nil {
		return errors.New("the ledger's server is being started")
	}
	return errors.Join(writeErrorOf(srv.Healthz(&server.HealthzOptions{})), n.disk.failed())
}

// writeErrorOf returns what keeps a server from writing. That it is not ready, which has a status of its own, does
// not: start waited until it was, a server stays so, and its own look gives itself a millisecond, which on a busy
// machine can pass before it has looked.
func writeErrorOf(h *server.HealthStatus) error {
	if h.Error == "" || h.StatusCode == http.StatusInternalServerError {
		return nil
	}
	return errors.New(h.Error)
}

// begin makes sure that all that the server has read is on the disk, which goes up to a revision.
func (n *node) begin(last ledger.Revision) error {
	if err := n.disk.begin(last); err != nil {
		return err
	}
	return n.note(last, false)
}

// close ends the server and lets go of the folder.
func (n *node) close() error {
	n.end()
	var err error
	if last := n.disk.last(); last > 0 && n.disk.failed() == nil {
		if err = n.disk.all(); err == nil {
			err = n.note(last, true)
		}
	}
	return errors.Join(err, n.release())
}

// notes is what stands beside the server's files, so that it is found if those are replaced or lost.
type notes struct {
	Revision ledger.Revision `json:"revision"` // the log had at least this one
	Closed   bool            `json:"closed"`   // no server has run on the folder since
}

func (n *node) notePath() string { return filepath.Join(n.folder, "noted.json") }

// note remembers that the log has a revision, and whether the server ended in good order.
func (n *node) note(r ledger.Revision, closed bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := notes{max(r, n.noted.Revision), closed}
	if now == n.noted {
		return nil
	}
	err := artefact.Replace(n.notePath(), func(w io.Writer) error { return json.NewEncoder(w).Encode(now) })
	if err == nil {
		n.noted = now
	}
	return err
}

func (n *node) closed() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.noted.Closed
}

// recall returns the revision noted last, or 0.
func (n *node) recall() (ledger.Revision, error) {
	b, err := os.ReadFile(n.notePath())
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	var v notes
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	if err != nil {
		return 0, fmt.Errorf("%s, which says how long the log was: %w; remove it if the log is known to be whole", n.notePath(), err)
	}
	n.mu.Lock()
	n.noted = v
	n.mu.Unlock()
	return v.Revision, nil
}

// probe tells whether the folder can be written to again.
func (n *node) probe() error {
	f, err := os.CreateTemp(n.folder, ".probe-*")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 1<<20))
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name()))
}
