package jetstream

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"

	"github.com/nearside-ems/nearside/fleet"
)

// PositionSettings say what Positions does with reports.
type PositionSettings struct {
	Take     func([]fleet.Report)   // gets what other replicas received; it may be called at any time until Close
	Snapshot iter.Seq[fleet.Report] // the last report of each car that is known here
}

// Positions tells other replicas where cars are, and is told by them. Nothing of it is kept. What is lost
// on the way, as while a replica was cut off, is missed within a beat and asked for: see peers. A ledger
// in a folder has no other replicas: there it does nothing.
type Positions struct {
	settings PositionSettings
	subject  string // reports
	ask      string // requests for a snapshot, of any replica; with "." and its ID behind, of one
	nc       *nats.Conn
	id       string // of this replica, another at each start
	peers    peers

	sequence atomic.Uint64 // of the last packet that was published, or given up

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
	Dropped  int64 // not sent at once, since the network did not take them fast enough or is away
	Received int64 // from other replicas, those of snapshots among them
	Refused  int64 // packets that could not be read
	Missed   int64 // times that packets of another replica were missed, and it was asked for all that it knows
}

const (
	gather     = 20 * time.Millisecond // how long reports are gathered into packets
	maxPending = 128                   // packets that wait to be sent, of maxPacket each
	beatEvery  = 2 * time.Second       // how often a replica is heard of, if only by an empty packet

	fromHeader     = "Nearside-From"     // of a packet: who sends it
	sequenceHeader = "Nearside-Sequence" // and which of the sender's packets it is, from 1
)

// Positions joins the other replicas. Whoever calls it closes it before the store.
func (s *Store) Positions(settings PositionSettings) (*Positions, error) {
	p := &Positions{settings: settings, subject: s.settings.Prefix + ".positions.reports",
		ask: s.settings.Prefix + ".positions.snapshot", wake: make(chan struct{}, 1), id: nuid.Next(), peers: newPeers()}
	if s.node != nil {
		return p, nil
	}
	nc, err := s.connect(func(error) {}, func() {}, nats.NoEcho()) // a connection of its own: reports must not hold up the ledger
	if err != nil {
		return nil, err
	}
	p.nc = nc
	sub, err := nc.Subscribe(p.subject, p.hear)
	if err == nil {
		_, answering := nc.Subscribe(p.ask+"."+p.id, p.answer)
		err = errors.Join(answering, sub.SetPendingLimits(4*maxPending, 4*maxPending*maxPacket), nc.FlushTimeout(s.settings.Patience))
	}
	if err != nil {
		nc.Close()
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	p.running.Go(func() { p.send(ctx) })
	p.running.Go(func() { p.catchUp(ctx) })
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
			p.sequence.Add(1) // others will miss a packet, and ask
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

// send publishes what was gathered, and an empty packet where there was nothing for a while.
func (p *Positions) send(ctx context.Context) {
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			_ = p.publish([]byte(packetMark)) // while there is no connection others miss it, and should
			continue
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
			if err := p.publish(packet); err != nil {
				reports, _ := readPacket(packet) // our own
				p.dropped.Add(int64(len(reports)))
				p.sent.Add(-int64(len(reports)))
			}
		}
	}
}

// publish sends a packet with its number, which counts whether it is sent or not.
func (p *Positions) publish(packet []byte) error {
	m := nats.NewMsg(p.subject)
	m.Data = packet
	m.Header.Set(fromHeader, p.id)
	m.Header.Set(sequenceHeader, strconv.FormatUint(p.sequence.Add(1), 10))
	return p.nc.PublishMsg(m)
}

// hear takes a packet of another replica, and notes where others were missed before it.
func (p *Positions) hear(m *nats.Msg) {
	p.take(m.Data)
	n, err := strconv.ParseUint(m.Header.Get(sequenceHeader), 10, 64)
	if from := m.Header.Get(fromHeader); from != "" && err == nil {
		p.peers.heard(from, n, time.Now())
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
	if len(reports) > 0 {
		p.settings.Take(reports)
	}
	return len(reports)
}

// Counts returns what became of reports so far.
func (p *Positions) Counts() PositionCounts {
	return PositionCounts{p.sent.Load(), p.dropped.Load(), p.received.Load(), p.refused.Load(), p.peers.missed.Load()}
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
