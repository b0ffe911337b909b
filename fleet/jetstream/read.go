package jetstream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// Last is ledger.Store's; the stream's leader answers.
func (s *Store) Last(ctx context.Context, key string) (ledger.Entry, bool, error) {
	if err := ledger.CheckKey(key); err != nil {
		return ledger.Entry{}, false, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.settings.Patience)
	defer cancel()
	for {
		e, ok, err := s.last(ctx, key)
		if err == nil {
			return e, ok, nil
		}
		select {
		case <-ctx.Done():
			return e, false, fmt.Errorf("%w: %w: %w", ledger.ErrUnavailable, err, ctx.Err())
		case <-time.After(pause):
		}
	}
}

func (s *Store) last(ctx context.Context, key string) (e ledger.Entry, ok bool, err error) {
	if err := ctx.Err(); err != nil {
		return e, false, err
	}
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	era := s.era()
	msg, err := s.stream.GetLastMsgForSubject(ctx, s.subject(key))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return e, false, nil
	}
	if err != nil {
		return e, false, err
	}
	if err := s.lasting(ctx, era, ledger.Revision(msg.Sequence)); err != nil {
		return e, false, err
	}
	return ledger.Entry{Revision: ledger.Revision(msg.Sequence), Key: key, Data: msg.Data}, true, nil
}

// Log is ledger.Store's.
func (s *Store) Log(ctx context.Context, from ledger.Revision) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		end, _, err := s.head(ctx)
		if err != nil {
			yield(ledger.Entry{}, fmt.Errorf("%w: %w", ledger.ErrUnavailable, err))
			return
		}
		from = max(from, 1)
		if from > end {
			return
		}
		r := &reader{store: s, at: from - 1}
		for {
			e, err := r.next(ctx)
			if err != nil {
				yield(e, err)
				return
			}
			if !yield(e, nil) || e.Revision >= end {
				r.stop()
				return
			}
		}
	}
}

var errUnanswered = errors.New("the question is still open")

var errNoMajority = errors.New("a majority of the ledger's servers has not been heard of for a while")

// head asks the stream's leader for the last revision, and how many keys there are.
func (s *Store) head(ctx context.Context) (last ledger.Revision, keys uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.settings.Patience)
	defer cancel()
	for {
		asked := time.Now()
		info, err := s.info(ctx)
		if err == nil {
			s.health.heard(asked, info)
			if leads(info) {
				return ledger.Revision(info.State.LastSeq), info.State.NumSubjects, nil
			}
			err = errNoMajority
		}
		select {
		case <-ctx.Done():
			return 0, 0, fmt.Errorf("%w: %w", err, ctx.Err())
		case <-time.After(pause):
		}
	}
}

// info asks the stream's leader how it does.
func (s *Store) info(ctx context.Context) (*jetstream.StreamInfo, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	return s.stream.Info(ctx)
}
