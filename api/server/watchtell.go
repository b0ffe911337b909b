package server

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/live"
)

// tell hands out answers until the stream ends.
func (w *watch) tell() error {
	for {
		now := w.sights.now.Load()
		if err := w.positions(now); err != nil {
			return err
		}
		if err := w.pulse(); err != nil {
			return err
		}
		update, err := w.next(now)
		switch {
		case w.ctx.Err() != nil:
			return context.Cause(w.ctx)
		case errors.Is(err, context.Canceled): // there is something new to see
			continue
		case err != nil:
			return err
		}
		// What the last look found was true before this update: told after it, it would take it back.
		if err := w.positions(w.sights.now.Load()); err != nil {
			return err
		}
		if err := w.update(&update); err != nil {
			return err
		}
	}
}

// next waits for the next change of records, or the next look at positions.
func (w *watch) next(now *sight) (live.Update, error) {
	ctx, stop := context.WithCancel(w.ctx)
	defer stop()
	defer context.AfterFunc(now.over, stop)()
	return w.changes.Next(ctx)
}

// update hands out what became of records.
func (w *watch) update(u *live.Update) error {
	moment := w.Fleet.Moment(w.Now())
	out := &pb.WatchCarsResponse{Kind: pb.WatchKind_WATCH_KIND_CHANGE, AsOf: timestamppb.New(moment.Now)}
	for i := range u.States {
		if state := &u.States[i]; w.wants(state.Record.Name) {
			out.Cars = append(out.Cars, w.recordProto(&moment, state))
		}
	}
	if u.Kind == live.Change {
		out.ResumeToken = w.token()
	} else {
		out.Kind = pb.WatchKind_WATCH_KIND_SNAPSHOT
		w.begin()
	}
	if len(out.Cars) > 0 {
		if err := w.hand(out); err != nil {
			return err
		}
	}
	if u.Kind == live.SnapshotEnd {
		return w.end()
	}
	return nil
}

// begin notes, once, that a snapshot begins: what is seen later is a change.
func (w *watch) begin() {
	if !w.anew {
		now := w.sights.now.Load()
		w.anew, w.run, w.seen = true, now.run, now.number
	}
}

// end ends a snapshot: with the cars that have no record, as far as they were seen when it began.
func (w *watch) end() error {
	now := w.sights.now.Load()
	bare := slices.DeleteFunc(slices.Clone(now.Cars), func(c *dispatch.Car) bool { return c.Revision != 0 || !w.wants(c.Name) })
	for cars := range slices.Chunk(bare, carsAtOnce) {
		part := w.seenProto(now, cars)
		part.Kind = pb.WatchKind_WATCH_KIND_SNAPSHOT
		if err := w.hand(part); err != nil {
			return err
		}
	}
	at := w.Now()
	return w.hand(&pb.WatchCarsResponse{
		Kind: pb.WatchKind_WATCH_KIND_SNAPSHOT_END, ResumeToken: w.token(), AsOf: timestamppb.New(at), Basis: w.recordsBasis(at),
	})
}

// positions hands out what a look found, and what those before it did where they were missed.
func (w *watch) positions(now *sight) error {
	if w.changes.Token() == (live.Token{}) { // the snapshot is not whole
		return nil
	}
	if w.run != now.run { // another server told it so far, or cars were forgotten meanwhile
		w.changes, w.anew = w.Live.Subscribe(live.Token{}), false
		return nil
	}
	before := w.seen
	w.seen = now.number
	switch {
	case now.number == before:
		return nil
	case w.only == nil && !w.fixed && now.number == before+1:
		return w.shared(now)
	}
	cars := slices.DeleteFunc(now.since(before, w.fixed), func(c *dispatch.Car) bool { return !w.wants(c.Name) })
	for some := range slices.Chunk(cars, carsAtOnce) {
		part := w.seenProto(now, some)
		part.ResumeToken = w.token()
		if err := w.hand(part); err != nil {
			return err
		}
	}
	return nil
}

// shared hands out what a look found as it was packed for all.
func (w *watch) shared(now *sight) error {
	const resumeToken = 3 // field of WatchCarsResponse
	token := protowire.AppendString(protowire.AppendTag(nil, resumeToken, protowire.BytesType), w.token())
	for _, part := range now.packed() {
		if err := w.hand(joined{part, token}); err != nil {
			return err
		}
	}
	return nil
}

// pulse hands out a heartbeat when it is time for one, whatever else was sent: it says how old the
// records are. Where that begins or ceases to matter it is time at once.
func (w *watch) pulse() error {
	doubted := w.records.now.Load().lack.reason != ""
	if time.Since(w.beat) < w.sights.beat && doubted == w.doubted {
		return nil
	}
	w.beat, w.doubted = time.Now(), doubted
	at := w.Now()
	return w.hand(&pb.WatchCarsResponse{
		Kind: pb.WatchKind_WATCH_KIND_HEARTBEAT, ResumeToken: w.token(), AsOf: timestamppb.New(at), Basis: w.recordsBasis(at),
	})
}

func (w *watch) wants(name string) bool { return w.only == nil || w.only[name] }

// token is where a watcher may go on from once it has read so far; empty while its snapshot is not whole.
func (w *watch) token() string {
	at := w.changes.Token()
	if at == (live.Token{}) {
		return ""
	}
	if w.origin == "" && at.Revision > 0 {
		w.origin = w.Live.Origin(w.ctx)
	}
	return strings.Join([]string{w.origin, at.String(), w.run, strconv.FormatUint(w.seen, 10)}, ".")
}

// hand gives an answer to the one who sends, who is free unless the watcher does not read.
func (w *watch) hand(answer any) error {
	select {
	case w.out <- answer:
		return nil
	default:
	}
	patience := time.NewTimer(w.sights.patience)
	defer patience.Stop()
	select {
	case w.out <- answer:
		return nil
	case <-patience.C:
		return errUnread
	case <-w.ctx.Done():
		return context.Cause(w.ctx)
	}
}

// send sends answers until the stream ends. It waits for the watcher as long as that takes, which the
// one who hands it answers does not.
func (w *watch) send(stream grpc.ServerStream, stop context.CancelCauseFunc) {
	for {
		select {
		case answer := <-w.out:
			if err := stream.SendMsg(answer); err != nil {
				stop(err)
				return
			}
		case <-w.ctx.Done():
			return
		}
	}
}
