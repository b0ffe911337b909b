package jetstream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// appendID is the header that names an Append, so that it knows its entry again.
const appendID = "Nearside-Append"

const (
	attempt = time.Second            // how long one publication may take before it is sent again
	pause   = 100 * time.Millisecond // between publications
)

// verdict is what is known of a publication.
type verdict int

const (
	written  verdict = iota
	stale            // the subject has another last entry
	refused          // not written, and the next would not be either
	nobody           // not written: nobody was there to
	silent           // may be written
	missing          // not found when looked for
	somebody         // another's entry stands in its place
)

// Append is ledger.Store's. While no server answers it asks again, as long as the context and
// Settings.Patience allow: since an entry is accepted only on top of prev, it is accepted once at most.
func (s *Store) Append(ctx context.Context, key string, prev ledger.Revision, data []byte) (ledger.Revision, error) {
	if err := ledger.CheckEntry(key, data); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("%w: %w", ledger.ErrUnavailable, err)
	}
	if !s.closing.enter() {
		return 0, errClosed
	}
	defer s.closing.leave()
	if err := s.health.broken(); err != nil {
		return 0, fmt.Errorf("%w: %w", ledger.ErrUnavailable, err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.settings.Patience)
	defer cancel()
	p := &publication{store: s, prev: prev, id: nuid.Next(), msg: nats.NewMsg(s.subject(key))}
	p.msg.Data = data
	p.msg.Header.Set(appendID, p.id)
	r, err := p.run(ctx)
	if errors.Is(err, ledger.ErrConflict) {
		err = fmt.Errorf("%w: %s is no longer at revision %d", err, key, prev)
	}
	return r, err
}

// publication is one Append on its way.
type publication struct {
	store   *Store
	prev    ledger.Revision
	id      string
	msg     *nats.Msg
	unclear bool // an attempt was not answered: it may be written
	why     error
}

// run publishes until it is known what became of it.
func (p *publication) run(ctx context.Context) (ledger.Revision, error) {
	for {
		r, v := p.attempt(ctx)
		if v == stale && p.unclear {
			r, v = p.find(ctx)
		}
		switch v {
		case written:
			return r, nil
		case stale, somebody:
			return 0, ledger.ErrConflict
		case refused:
			return 0, p.giveUp()
		case silent:
			p.unclear = true
		}
		if err := p.store.health.broken(); err != nil {
			p.why = err
			return 0, p.giveUp()
		}
		select {
		case <-ctx.Done():
			return 0, p.giveUp()
		case <-time.After(pause):
		}
	}
}

// giveUp says that an entry was not written, or that nobody knows.
func (p *publication) giveUp() error {
	if p.unclear {
		return fmt.Errorf("%w: %w", ledger.ErrUnknown, p.why)
	}
	return fmt.Errorf("%w: %w", ledger.ErrUnavailable, p.why)
}

// attempt publishes once.
func (p *publication) attempt(ctx context.Context) (ledger.Revision, verdict) {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	ack, err := p.store.js.PublishMsg(ctx, p.msg, jetstream.WithExpectLastSequencePerSubject(uint64(p.prev)),
		jetstream.WithExpectStream(p.store.settings.Stream), jetstream.WithRetryAttempts(0))
	if err == nil {
		p.store.health.grew(time.Now(), ledger.Revision(ack.Sequence))
		return ledger.Revision(ack.Sequence), written
	}
	p.why = err
	return 0, judge(err)
}

// Codes of server errors that jetstream has no names for, all of which come before an entry is written.
const (
	insufficientResources  = 10023
	memoryExceeded         = 10028
	storageExceeded        = 10047
	accountExceeded        = 10002
	storeFailed            = 10077 // for a stream's limits; failures of files are not answered
	streamOffline          = 10118
	streamMismatch         = 10060
	messageExceedsMaximum  = 10054
	wrongLastSequenceOther = 10164
)

// judge tells what a publication's error says of the entry.
func judge(err error) verdict {
	var api *jetstream.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode {
		case jetstream.JSErrCodeStreamWrongLastSequence, wrongLastSequenceOther:
			return stale
		case insufficientResources, memoryExceeded, storageExceeded, accountExceeded, storeFailed, messageExceedsMaximum, streamMismatch:
			return refused
		case notEnabled, notEnabledForAccount, streamOffline:
			return nobody
		}
		return silent
	}
	switch {
	case errors.Is(err, nats.ErrConnectionClosed), errors.Is(err, nats.ErrInvalidConnection), errors.Is(err, nats.ErrMaxPayload):
		return refused
	case errors.Is(err, nats.ErrNoResponders), errors.Is(err, jetstream.ErrNoStreamResponse),
		errors.Is(err, nats.ErrReconnectBufExceeded), errors.Is(err, nats.ErrConnectionReconnecting), errors.Is(err, nats.ErrConnectionDraining):
		return nobody
	}
	return silent
}

// find looks whether the entry after prev is this one.
func (p *publication) find(ctx context.Context) (ledger.Revision, verdict) {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	msg, err := p.store.stream.GetMsg(ctx, uint64(p.prev)+1, jetstream.WithGetMsgSubject(p.msg.Subject))
	switch {
	case err != nil:
		return 0, missing // the one that stands in its way may not be there yet
	case msg.Header.Get(appendID) == p.id:
		return ledger.Revision(msg.Sequence), written
	}
	return 0, somebody
}
