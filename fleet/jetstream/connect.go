package jetstream

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// connect reaches the servers. Once it did, it comes back to them for ever; lost is told each time that
// the connection broke, and found that it is there again.
func (s *Store) connect(lost func(error), found func(), more ...nats.Option) (*nats.Conn, error) {
	log := s.settings.Log
	options := []nats.Option{
		nats.Name("nearside"),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(200 * time.Millisecond),
		nats.ReconnectJitter(100*time.Millisecond, 100*time.Millisecond),
		nats.IgnoreAuthErrorAbort(),
		// What is published while no server is there must not be sent later, behind its writer's back.
		nats.ReconnectBufSize(-1),
		nats.PingInterval(2 * time.Second), // a server that stalls is left after three of them
		nats.MaxPingsOutstanding(2),
		nats.Timeout(3 * time.Second),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("the connection to the ledger broke", "error", err)
				lost(err)
			}
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) {
			log.Info("connected to the ledger again", "server", redact(nc.ConnectedUrlRedacted()))
			found()
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Warn("the ledger's connection", "error", err) }),
	}
	if s.node != nil {
		return nats.Connect("", append(append(options, nats.InProcessServer(s.node)), more...)...)
	}
	if s.settings.Credentials != "" {
		options = append(options, nats.UserCredentials(s.settings.Credentials))
	}
	if s.settings.CA != "" {
		options = append(options, nats.RootCAs(s.settings.CA))
	}
	if s.settings.Cert != "" {
		options = append(options, nats.ClientCert(s.settings.Cert, s.settings.Key))
	}
	nc, err := nats.Connect(strings.Join(s.settings.URLs, ","), append(options, more...)...)
	if err != nil {
		return nil, explain(err)
	}
	return nc, nil
}

// explain says what a connection's error is about.
func explain(err error) error {
	switch {
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked),
		errors.Is(err, nats.ErrAccountAuthExpired), errors.Is(err, nats.ErrPermissionViolation):
		return fmt.Errorf("%w: %w; check the credentials and what they allow", ErrDenied, err)
	case errors.Is(err, nats.ErrNoServers):
		return fmt.Errorf("no server answers there: %w; check the URLs, and that TLS is used on both sides or on neither", err)
	}
	return err
}
