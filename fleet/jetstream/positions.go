package jetstream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/nearside-ems/nearside/fleet"
)

// PositionSettings say what Positions does with reports.
type PositionSettings struct {
	Take     func([]fleet.Report)   // gets what other replicas received; it may be called at any time until Close
	Snapshot iter.Seq[fleet.Report] // the last report of each car that is known here
}

// Positions tells other replicas where cars are, and is told by them. Nothing of it is kept or repeated:
// what is lost on the way is soon told anew. A ledger in a folder has no other replicas: there it does
// nothing.
type Positions struct {
	settings PositionSettings
	subject  string // reports
	ask      string // requests for a snapshot
	nc       *nats.Conn

	mu      sync.Mutex
	pending [][]byte // packets
	wake    chan struct{}
	stop    context.CancelFunc
	running sync.WaitGroup
	closing closing

	sent, dropped, received, refused atomic.Int64
}

// PositionCounts is what became of reports.
type PositionCounts struct {
	Sent     int64 // given to the network
	Dropped  int64 // not sent, since the network did not take them fast enough or is away
	Received int64 // from other replicas
	Refused  int64 // packets that could not be read
}

const (
	gather     = 20 * time.Millisecond // how long reports are gathered into packets
	maxPending = 128                   // packets that wait to be sent, of maxPacket each
	snapshotIn = 3 * time.Second       // how long another replica may take to begin with its snapshot
	partHeader = "Nearside-Part"       // of a snapshot: which packet, from 1; the last is 0 and empty
	partsTotal = "Nearside-Parts"      // in the last: how many there were
)

// Positions joins the other replicas. Whoever calls it closes it before the store.
func (s *Store) Positions(settings PositionSettings) (*Positions, error) {
	p := &Positions{settings: settings, subject: s.settings.Prefix + ".positions.reports",
		ask: s.settings.Prefix + ".positions.snapshot", wake: make(chan struct{}, 1)}
	if s.node != nil {
		return p, nil
	}
	nc, err := s.connect(nats.NoEcho()) // a connection of its own: reports must not hold up the ledger
	if err != nil {
		return nil, err
	}
	p.nc = nc
	sub, err := nc.Subscribe(p.subject, func(m *nats.Msg) { p.take(m.Data) })
	if err == nil {
		err = errors.Join(sub.SetPendingLimits(4*maxPending, 4*maxPending*maxPacket), nc.FlushTimeout(s.settings.Patience))
	}
	if err != nil {
		nc.Close()
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	p.running.Go(func() { p.send(ctx) })
	return p, nil
}

// Send tells others of reports that arrived at now. It does not wait: what the network does not take is
// dropped, and counted.
func (p *Positions) Send(now time.Time, reports []fleet.Report) {
	if p.nc == nil {
		return
	}
	p.mu.Lock()
	for i := range reports {
		r := &reports[i]
		if !sendable(r) {
			continue
		}
		if !p.room() {
			p.dropped.Add(int64(len(reports) - i))
			break
		}
		last := len(p.pending) - 1
		p.pending[last] = appendReport(p.pending[last], now, r)
		p.sent.Add(1)
	}
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// maxReport is how many bytes a report may take.
const maxReport = 1 + 255 + 8*5 + 3

// room sees to it that the last packet takes one more report, or tells that there is none.
func (p *Positions) room() bool {
	if n := len(p.pending); n > 0 && len(p.pending[n-1])+maxReport <= maxPacket {
		return true
	}
	if len(p.pending) >= maxPending {
		return false
	}
	p.pending = append(p.pending, []byte(packetMark))
	return true
}

// send publishes what was gathered.
func (p *Positions) send(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(gather):
		}
		p.mu.Lock()
		packets := p.pending
		p.pending = nil
		p.mu.Unlock()
		for _, packet := range packets {
			if err := p.nc.Publish(p.subject, packet); err != nil {
				reports, _ := readPacket(packet) // our own
				p.dropped.Add(int64(len(reports)))
				p.sent.Add(-int64(len(reports)))
			}
		}
	}
}

// take hands on a packet that came.
func (p *Positions) take(packet []byte) int {
	if !p.closing.enter() {
		return 0
	}
	defer p.closing.leave()
	reports, err := readPacket(packet)
	if err != nil {
		p.refused.Add(1)
		return 0
	}
	p.received.Add(int64(len(reports)))
	p.settings.Take(reports)
	return len(reports)
}

// Counts returns what became of reports so far.
func (p *Positions) Counts() PositionCounts {
	return PositionCounts{p.sent.Load(), p.dropped.Load(), p.received.Load(), p.refused.Load()}
}

// Fill asks another replica for the last report of every car, hands them to Take and returns how many
// they were: 0 where there is no other. From then on this replica answers the next one that asks.
func (p *Positions) Fill(ctx context.Context) (reports int, err error) {
	if p.nc == nil {
		return 0, nil
	}
	defer func() {
		_, joining := p.nc.QueueSubscribe(p.ask, "whole", p.answer)
		err = errors.Join(err, joining, p.nc.FlushTimeout(snapshotIn))
	}()
	inbox := p.nc.NewInbox()
	sub, err := p.nc.SubscribeSync(inbox)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, sub.Unsubscribe()) }()
	if err := p.nc.PublishRequest(p.ask, inbox, nil); err != nil {
		return 0, err
	}
	for packets := 0; ; packets++ {
		waiting, cancel := context.WithTimeout(ctx, snapshotIn)
		m, err := sub.NextMsgWithContext(waiting)
		cancel()
		switch {
		case errors.Is(err, nats.ErrNoResponders):
			return 0, nil
		case err != nil:
			return reports, fmt.Errorf("positions from another replica: %w", err)
		}
		if part := m.Header.Get(partHeader); part == "0" {
			if total := m.Header.Get(partsTotal); total != strconv.Itoa(packets) {
				return reports, fmt.Errorf("positions from another replica: %d packets came of %s", packets, total)
			}
			return reports, nil
		}
		reports += p.take(m.Data)
	}
}

// answer sends a snapshot to who asked for one.
func (p *Positions) answer(m *nats.Msg) {
	packet, parts := []byte(packetMark), 0
	send := func() error {
		parts++
		return p.part(m.Reply, packet, parts, 0)
	}
	now := time.Now()
	for r := range p.settings.Snapshot {
		if !sendable(&r) {
			continue
		}
		if len(packet)+maxReport > maxPacket {
			if send() != nil {
				return // the connection broke: who asked will see that parts are missing
			}
			packet = packet[:len(packetMark)]
		}
		packet = appendReport(packet, now, &r)
	}
	if len(packet) > len(packetMark) && send() != nil {
		return
	}
	_ = p.part(m.Reply, nil, 0, parts)
}

// part sends one packet of a snapshot.
func (p *Positions) part(to string, packet []byte, part, total int) error {
	m := nats.NewMsg(to)
	m.Data = packet
	m.Header.Set(partHeader, strconv.Itoa(part))
	m.Header.Set(partsTotal, strconv.Itoa(total))
	return p.nc.PublishMsg(m)
}

// Close leaves the other replicas. It waits for a Take under way.
func (p *Positions) Close() {
	if !p.closing.begin() || p.nc == nil {
		return
	}
	p.stop()
	p.running.Wait()
	p.nc.Close()
}
