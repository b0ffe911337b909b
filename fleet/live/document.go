package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// Document is the last entry under a key that is not a car's, such as "centres/ID".
type Document struct {
	Key      string
	Revision ledger.Revision // 0: there is none
	Time     time.Time       // when it was written, by its writer's clock
	Actor    string
	Kind     string
	Body     []byte // JSON, which nobody writes to
}

// document is a Document with what is needed to write on top of it. It is never written again.
type document struct {
	Document
	data  []byte
	fault error // the entry cannot be read; Document holds its key and revision
}

// Put writes a document on top of revision prev of its key, 0 where it is the first. The error is or wraps a
// *DocumentConflict, ErrUnreadable, ledger.ErrUnavailable, ledger.ErrUnknown or ledger.ErrInvalid.
func (f *Fleet) Put(ctx context.Context, actor, key string, prev ledger.Revision, kind string, body []byte) (Document, error) {
	if err := ledger.CheckKey(key); err != nil {
		return Document{}, err
	}
	if strings.HasPrefix(key, carPrefix) {
		return Document{}, fmt.Errorf("%w: %s is a car: change it by a command", ledger.ErrInvalid, key)
	}
	if err := f.ready(ctx); err != nil {
		return Document{}, err
	}
	f.CatchUp(ctx, key, prev)
	d := f.knownDocument(key)
	if d.Revision != prev {
		if err := f.refresh(ctx, key); err != nil {
			return Document{}, err
		}
		d = f.knownDocument(key)
	}
	switch {
	case d.fault != nil:
		return Document{}, d.fault
	case d.Revision != prev:
		return Document{}, &DocumentConflict{d.Document}
	}
	e, err := f.write(ctx, key, prev, d.data, actor, kind, body)
	if errors.Is(err, ledger.ErrConflict) {
		if err := f.newer(ctx, key, prev); err != nil {
			return Document{}, err
		}
		return Document{}, &DocumentConflict{f.knownDocument(key).Document}
	}
	if err != nil {
		return Document{}, err
	}
	return readDocument(e).Document, nil
}

// Document returns the last entry under a key as this replica knows it; ok is false where it knows none.
func (f *Fleet) Document(key string) (d Document, ok bool) {
	known := f.knownDocument(key)
	return known.Document, known.Revision > 0 && known.fault == nil
}

// Documents returns those whose keys begin with a prefix, by key.
func (f *Fleet) Documents(prefix string) []Document {
	f.mu.RLock()
	defer f.mu.RUnlock()
	var all []Document
	for key, d := range f.docs {
		if strings.HasPrefix(key, prefix) && d.fault == nil {
			all = append(all, d.Document)
		}
	}
	slices.SortFunc(all, func(a, b Document) int { return strings.Compare(a.Key, b.Key) })
	return all
}

func (f *Fleet) knownDocument(key string) *document {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if d := f.docs[key]; d != nil {
		return d
	}
	return &document{Document: Document{Key: key}}
}

// all returns the revision up to which every entry is known.
func (f *Fleet) all() ledger.Revision {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.told
}

// revision returns the last revision known of a key.
func (f *Fleet) revision(key string) ledger.Revision {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if c := f.held[key]; c != nil {
		return c.Revision
	}
	if d := f.docs[key]; d != nil {
		return d.Revision
	}
	return 0
}

// putDocument takes a document that is newer. The caller holds mu.
func (f *Fleet) putDocument(d *document) {
	if was := f.docs[d.Key]; was != nil && was.Revision >= d.Revision {
		return
	}
	f.docs[d.Key] = d
	f.noteFault(d.Key, d.Revision, d.fault)
	f.noteAdvice(d)
}

func readDocument(e ledger.Entry) *document {
	d := &document{Document: Document{Key: e.Key, Revision: e.Revision}, data: e.Data}
	envelope, err := ledger.Open(e.Data)
	if err == nil && envelope.Key != e.Key {
		err = fmt.Errorf("it is about %s", envelope.Key)
	}
	if err != nil {
		d.fault = fmt.Errorf("%s, revision %d: %w: %w", e.Key, e.Revision, ErrUnreadable, err)
		return d
	}
	d.Time, d.Actor, d.Kind, d.Body = envelope.Time, envelope.Actor, envelope.Kind, envelope.Body
	return d
}
