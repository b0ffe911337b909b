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
	conflict         // not written: another entry stands in its place
	refused          // not written, and the next would not be either
	nobody           // not written: nobody was there to
	stale            // whoever answered has another last entry of the subject
	doubtful         // whoever answered could not write
	silent           // not answered
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
	era := s.era()
	p := &publication{store: s, prev: prev, id: nuid.Next(), msg: nats.NewMsg(s.subject(key))}
	p.msg.Data = data
	p.msg.Header.Set(appendID, p.id)
	r, err := p.run(ctx)
	if err == nil {
		if err := s.lasting(ctx, era, r); err != nil {
			return 0, fmt.Errorf("%w: %w", ledger.ErrUnknown, err)
		}
	}
	if errors.Is(err, ledger.ErrConflict) {
		err = fmt.Errorf("%w: %s is no longer at revision %d", err, key, prev)
	}
	return r, err
}

// publication is one Append on its way.
//
// An acknowledgement is certain. A refusal is not, on a cluster: a server that was cut off and believes for
// some seconds more that it leads gets what is published as well, and may be the first to answer, while the
// one that leads writes the entry. There a refusal needs evidence.
type publication struct {
	store   *Store
	prev    ledger.Revision
	id      string
	msg     *nats.Msg
	unclear bool // it may be written, or may yet be
	why     error
}

// run publishes until it is known what became of it.
func (p *publication) run(ctx context.Context) (ledger.Revision, error) {
	for wait := pause / 16; ; wait = min(2*wait, pause) {
		r, v := p.attempt(ctx)
		if v == stale && (p.unclear || p.store.node == nil) {
			r, v = p.find(ctx)
		}
		if v == doubtful && p.store.node == nil {
			v = p.full(ctx)
		}
		switch v {
		case written:
			return r, nil
		case conflict, stale:
			return 0, ledger.ErrConflict
		case refused, doubtful:
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
		case <-time.After(wait):
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
	insufficientResources = 10023
	memoryExceeded        = 10028
	storageExceeded       = 10047
	accountExceeded       = 10002
	storeFailed           = 10077 // for a stream's limits; failures of files are not answered
	streamMismatch        = 10060
	messageTooLarge       = 10054
	wrongLastInFlight     = 10164 // another entry of the subject is on its way
)

// judge tells what a publication's error says of the entry.
func judge(err error) verdict {
	var api *jetstream.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode {
		case jetstream.JSErrCodeStreamWrongLastSequence, wrongLastInFlight:
			return stale
		case insufficientResources, memoryExceeded, storageExceeded, accountExceeded, storeFailed, messageTooLarge, streamMismatch:
			return doubtful
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

// find looks which entry stands after prev.
func (p *publication) find(ctx context.Context) (ledger.Revision, verdict) {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	msg, err := p.store.stream.GetMsg(ctx, uint64(p.prev)+1, jetstream.WithGetMsgSubject(p.msg.Subject))
	switch {
	case err == nil && msg.Header.Get(appendID) == p.id:
		return ledger.Revision(msg.Sequence), written
	case err == nil:
		return 0, conflict
	case p.prev > 0 && p.another(ctx):
		return 0, conflict
	}
	return 0, silent // it may be this one or another, and on its way
}

// another is whether prev is not an entry of this key, so that nothing can be written on top of it.
func (p *publication) another(ctx context.Context) bool {
	msg, err := p.store.stream.GetMsg(ctx, uint64(p.prev))
	return err == nil && msg.Subject != p.msg.Subject
}

// overhead is what the server's record of an entry has beside its data, at least: 34 bytes, and 116 of
// headers.
const overhead = 150

// full tells whether the log has no room for the entry, as the server says that leads for certain.
func (p *publication) full(ctx context.Context) verdict {
	info, err := p.store.info(ctx)
	if err == nil && leads(info) && info.Config.MaxBytes > 0 && int64(info.State.Bytes)+int64(len(p.msg.Data)+overhead) > info.Config.MaxBytes {
		return refused
	}
	return silent
}
