package jetstream

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// reader reads a stream from a revision on, through consumers that it makes anew whenever one is lost,
// falls silent or leaves something out. A consumer lives on one server, and it takes seconds until another
// has taken its place: meanwhile entries are asked of the stream's leader, one by one.
type reader struct {
	store  *Store
	at     ledger.Revision // the last that was read
	latest bool            // of each key only the last entry, up to until
	until  ledger.Revision // where the stream ended when it was opened
	keys   uint64          // how many keys it had then

	messages  jetstream.MessagesContext // nil while none is open
	consumer  string
	delivered uint64 // by this consumer
	end       func() // of what looks after this consumer
	era       int    // in which it was made
	gap       ledger.Revision
	where     atomic.Uint64 // at, for who looks after it
	waiting   atomic.Bool
	alone     bool // nobody but a consumer can tell what comes next
}

const (
	heartbeat = 2 * time.Second // of a consumer that has nothing to deliver; it is lost after two
	// lookEvery is how often it is looked whether a consumer delivers what the stream has. What is written takes
	// milliseconds, so after two looks the leader is asked instead; where that does not help, as at an
	// entry that cannot be read, a consumer has ten.
	lookEvery         = 300 * time.Millisecond
	quickly, patience = 2, 10
	// openWithin is how long the making of a consumer may take once the state has been read: it may have
	// fallen to a server that is gone.
	openWithin = time.Second
)

// next returns the next entry. It waits as long as ctx lasts, and errs only where ctx has ended or the
// log is broken.
func (r *reader) next(ctx context.Context) (e ledger.Entry, err error) {
	for {
		if err := ctx.Err(); err != nil {
			r.stop()
			return e, fmt.Errorf("%w: %w", ledger.ErrUnavailable, err)
		}
		if r.messages == nil {
			if e, ok := r.ask(ctx); ok {
				return e, nil
			}
			if !r.open(ctx) {
				rest(ctx)
				continue
			}
		}
		r.waiting.Store(true)
		msg, err := r.messages.Next()
		r.waiting.Store(false)
		if err != nil {
			r.stop()
			continue
		}
		if seq, _ := place(msg); r.store.lasting(ctx, r.era, seq) != nil {
			r.stop()
			rest(ctx)
			continue
		}
		e, ok, err := r.take(msg)
		if ok || err != nil {
			return e, err
		}
	}
}

// ask asks a cluster's leader for the next entry, where there is known to be one and the state has been
// read; ok is false where it was not answered. A new reader is faster through a consumer.
func (r *reader) ask(ctx context.Context) (e ledger.Entry, ok bool) {
	if r.store.node != nil || r.consumer == "" || r.skipping() || r.at < r.until || r.store.health.last() <= r.at {
		return e, false
	}
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	msg, err := r.store.stream.GetMsg(ctx, uint64(r.at)+1)
	if r.alone = err != nil; r.alone {
		return e, false
	}
	r.at++
	r.where.Store(uint64(r.at))
	return ledger.Entry{Revision: r.at, Key: r.store.key(msg.Subject), Data: msg.Data}, true
}

// rest waits a little, or until ctx ends.
func rest(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(pause):
	}
}

// take returns a message's entry; ok is false where it is not the next one.
func (r *reader) take(msg jetstream.Msg) (e ledger.Entry, ok bool, err error) {
	seq, delivery := place(msg)
	if r.delivered++; delivery != r.delivered {
		r.stop() // a delivery was lost on its way
		return e, false, nil
	}
	if seq <= r.at {
		return e, false, nil
	}
	if !r.skipping() && seq != r.at+1 {
		return e, false, r.missing(seq)
	}
	r.at, r.alone = seq, false
	r.where.Store(uint64(seq))
	return ledger.Entry{Revision: seq, Key: r.store.key(msg.Subject()), Data: msg.Data()}, true, nil
}

// place returns where a message stands in the stream and among what its consumer delivered; 0 where it
// does not say.
func place(msg jetstream.Msg) (seq ledger.Revision, delivery uint64) {
	if meta, err := msg.Metadata(); err == nil {
		return ledger.Revision(meta.Sequence.Stream), meta.Sequence.Consumer
	}
	return 0, 0
}

// skipping is whether entries are left out by right: those that are not the last of their key.
func (r *reader) skipping() bool { return r.latest && r.at < r.until }

// missing is met where the stream has left out an entry: twice at the same place it is not there.
func (r *reader) missing(next ledger.Revision) error {
	r.stop()
	if r.gap == next {
		return fmt.Errorf("%w: after revision %d comes revision %d", ledger.ErrBroken, r.at, next)
	}
	r.gap = next
	return nil
}

// open makes a consumer that goes on after what was read.
func (r *reader) open(ctx context.Context) bool {
	state := r.consumer == "" || r.at < r.until // what there was is still to be read
	within := openWithin
	if state {
		within = r.store.settings.Patience
	}
	asking, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	config := jetstream.ConsumerConfig{
		AckPolicy:         jetstream.AckNonePolicy,
		DeliverPolicy:     jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:       uint64(r.at) + 1,
		FilterSubject:     r.store.entries + ">",
		MemoryStorage:     true,
		Replicas:          1,
		InactiveThreshold: 30 * time.Second,
	}
	if r.latest && state {
		config.DeliverPolicy, config.OptStartSeq = jetstream.DeliverLastPerSubjectPolicy, 0
	}
	r.era = r.store.era()
	c, err := r.store.stream.CreateConsumer(asking, config)
	if err != nil {
		r.store.settings.Log.Warn("the ledger cannot be read for now", "error", err)
		return false
	}
	r.consumer, r.delivered = c.CachedInfo().Name, 0
	if state { // asked after the consumer was made, which leaves out nothing that comes later
		if r.until, r.keys, err = r.store.head(asking); err != nil {
			r.forget()
			r.consumer = ""
			return false
		}
	}
	messages, err := c.Messages(jetstream.PullMaxMessages(500), jetstream.PullExpiry(5*heartbeat), jetstream.PullHeartbeat(heartbeat))
	if err != nil {
		r.forget()
		return false
	}
	r.messages = messages
	r.look(ctx)
	return true
}

// look ends the consumer's iterator when ctx ends, and when it is stuck: a consumer lives on one server,
// which may be cut off from the others.
func (r *reader) look(ctx context.Context) {
	looking, end := context.WithCancel(ctx)
	messages, ended, most := r.messages, make(chan struct{}), uint64(quickly)
	if r.alone || r.store.node != nil {
		most = patience
	}
	go func() {
		defer close(ended)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		var at, behind uint64 // read so far, and how often it was found to be too little
		for {
			select {
			case <-looking.Done():
				messages.Stop()
				return
			case <-tick.C:
			}
			now := r.where.Load()
			if behind++; now != at || !r.waiting.Load() || uint64(r.store.health.last()) <= now {
				at, behind = now, 0
			}
			if behind >= most {
				messages.Stop()
				return
			}
		}
	}()
	r.end = func() {
		end()
		<-ended
	}
}

// stop ends the consumer.
func (r *reader) stop() {
	if r.messages == nil {
		return
	}
	r.messages.Stop()
	r.end()
	r.messages = nil
	r.forget()
}

// forget tells the servers that a consumer is done with, which they would find out by themselves after a
// while. Their answer is not waited for: its server may be gone.
func (r *reader) forget() {
	if err := r.store.nc.Publish("$JS.API.CONSUMER.DELETE."+r.store.settings.Stream+"."+r.consumer, nil); err != nil {
		r.store.settings.Log.Debug("a consumer of the ledger is left to time out", "error", err)
	}
}
