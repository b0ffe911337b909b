package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// layout is the metadata that marks a stream as a ledger of this kind.
const layoutKey, layout = "nearside", "ledger/1"

// config is the stream that a ledger is kept in.
func (s *Store) config() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:        s.settings.Stream,
		Description: "Nearside's ledger: entries are only ever added",
		Subjects:    []string{s.entries + ">"},
		Retention:   jetstream.LimitsPolicy,
		Storage:     jetstream.FileStorage,
		Discard:     jetstream.DiscardNew, // where it is full it refuses, and forgets nothing
		MaxBytes:    or(s.settings.MaxBytes, DefaultMaxBytes),
		MaxMsgs:     -1,
		MaxMsgSize:  ledger.MaxData + 1<<10,
		Replicas:    s.settings.Replicas,
		Duplicates:  time.Second, // by message ID, which entries have none of: a start reads the log of that time
		DenyDelete:  true,
		DenyPurge:   true,
		Metadata:    map[string]string{layoutKey: layout},
	}
}

// ensureStream finds the stream, or makes it where there is none, and looks whether it is whole.
func (s *Store) ensureStream(ctx context.Context) error {
	err := s.settle(ctx, func(ctx context.Context) (err error) {
		s.stream, err = s.js.Stream(ctx, s.settings.Stream)
		return err
	})
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		err = s.makeStream(ctx)
	case err == nil:
		err = s.checkStream(ctx)
	}
	if err != nil {
		return explainStream(err)
	}
	s.health.heard(time.Now(), s.stream.CachedInfo())
	if s.node == nil {
		return nil
	}
	return s.node.begin(ledger.Revision(s.stream.CachedInfo().State.LastSeq))
}

// settle asks again while a cluster has not agreed yet on who answers. Servers that have no JetStream look
// like those of a cluster without a leader, and a cluster that is too small like one of which some have not
// been heard of yet: they are not waited for as long.
func (s *Store) settle(ctx context.Context, ask func(context.Context) error) error {
	for begin := time.Now(); ; {
		try, cancel := context.WithTimeout(ctx, s.settings.Patience)
		err := ask(try)
		cancel()
		lasting := errors.Is(err, nats.ErrNoResponders) || tooFew(err)
		if err == nil || !passing(err) || s.node != nil || lasting && time.Since(begin) > 3*s.settings.Patience {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", err, ctx.Err())
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// passing is whether an error may go by itself, as while servers choose a leader.
func passing(err error) bool {
	var api *jetstream.APIError
	if errors.As(err, &api) {
		return api.Code == 503 && api.ErrorCode != notEnabled && api.ErrorCode != notEnabledForAccount || tooFew(err)
	}
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrNoResponders)
}

// tooFew is whether a cluster knows of fewer servers than a stream is to have copies.
func tooFew(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && api.ErrorCode == noPeers
}

// makeStream makes the stream, unless there was one. In a folder, a server that was killed while it wrote
// the stream's description does not find the stream again: made anew it takes over the entries there.
func (s *Store) makeStream(ctx context.Context) error {
	err := s.settle(ctx, func(ctx context.Context) (err error) {
		s.stream, err = s.js.CreateStream(ctx, s.config())
		return err
	})
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // another replica made it first
		return s.checkStream(ctx)
	}
	if err != nil || s.node == nil {
		return err
	}
	info, err := s.stream.Info(ctx)
	if err != nil {
		return err
	}
	return s.checkWhole(info.State)
}

// checkStream looks whether the stream is one of ours and whole, and brings a folder's to the size set.
func (s *Store) checkStream(ctx context.Context) (err error) {
	if s.stream, err = s.js.Stream(ctx, s.settings.Stream); err != nil {
		return err
	}
	info := s.stream.CachedInfo()
	if err := s.compare(info.Config); err != nil {
		return err
	}
	if err := s.checkWhole(info.State); err != nil {
		return err
	}
	if s.node == nil || info.Config.MaxBytes == s.settings.MaxBytes {
		return nil
	}
	if used := int64(info.State.Bytes); used > s.settings.MaxBytes {
		return fmt.Errorf("%w: it has %d bytes, and is to have at most %d; allow it more", ErrOtherSettings, used, s.settings.MaxBytes)
	}
	s.stream, err = s.js.UpdateStream(ctx, s.config())
	return err
}

// compare returns what keeps a ledger from being kept in a stream.
func (s *Store) compare(got jetstream.StreamConfig) error {
	want := s.config()
	var wrong []string
	differ := func(what string, got, want any) {
		if got != want {
			wrong = append(wrong, fmt.Sprintf("%s is %v, want %v", what, got, want))
		}
	}
	differ("metadata "+layoutKey, got.Metadata[layoutKey], layout)
	differ("subjects", fmt.Sprint(got.Subjects), fmt.Sprint(want.Subjects))
	differ("retention", got.Retention, want.Retention)
	differ("storage", got.Storage, want.Storage)
	differ("discard policy", got.Discard, want.Discard)
	differ("replicas", got.Replicas, want.Replicas)
	differ("age limit", got.MaxAge, want.MaxAge)
	differ("message limit", got.MaxMsgs, want.MaxMsgs)
	differ("message limit by subject", got.MaxMsgsPerSubject, int64(-1))
	differ("deny delete", got.DenyDelete, true)
	differ("deny purge", got.DenyPurge, true)
	differ("rollup", got.AllowRollup, false)
	differ("mirror or sources", got.Mirror != nil || len(got.Sources) > 0, false)
	differ("sealed", got.Sealed, false)
	if s.settings.MaxBytes > 0 && s.node == nil {
		differ("limit in bytes", got.MaxBytes, want.MaxBytes)
	}
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%w: in stream %s %s; change it, or choose another stream and prefix", ErrOtherSettings, got.Name, strings.Join(wrong, ", "))
}

// checkWhole returns what a stream lacks: a ledger has every sequence number from 1 on.
func (s *Store) checkWhole(st jetstream.StreamState) error {
	if st.LastSeq > 0 && (st.FirstSeq > 1 || st.Msgs != st.LastSeq) {
		return fmt.Errorf("%w: of %d entries %d are missing; restore a backup into an empty store", ErrDamaged, st.LastSeq, st.LastSeq-st.Msgs)
	}
	if s.node == nil {
		return nil
	}
	was, err := s.node.recall()
	if err != nil {
		return err
	}
	if was > ledger.Revision(st.LastSeq) {
		return fmt.Errorf("%w: it ends at revision %d, and had %d entries before; restore a backup into an empty folder", ErrDamaged, st.LastSeq, was)
	}
	return nil
}

// Codes of server errors that jetstream has no names for.
const (
	notEnabled           = 10076
	notEnabledForAccount = 10039
	noPeers              = 10005
)

// explainStream says what an error about the stream is about.
func explainStream(err error) error {
	var api *jetstream.APIError
	switch {
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		return fmt.Errorf("%w: %w; enable JetStream for these servers and this account", ErrNoJetStream, err)
	case errors.Is(err, nats.ErrNoResponders):
		return fmt.Errorf("%w: %w; enable JetStream for these servers and this account", ErrNoJetStream, err)
	case errors.Is(err, nats.ErrPermissionViolation):
		return fmt.Errorf("%w: %w; allow $JS.API.> and the subjects of the ledger", ErrDenied, err)
	case errors.As(err, &api) && api.Code == 503 || tooFew(err):
		return fmt.Errorf("%w (code %d); has the cluster as many servers with JetStream as the ledger is to have replicas, and room on each?", err, api.ErrorCode)
	}
	return err
}
