package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	snapshotIn = 3 * time.Second  // how long another replica may take to begin with its snapshot
	partHeader = "Nearside-Part"  // of a snapshot: which packet, from 1; the last is 0 and empty
	partsTotal = "Nearside-Parts" // in the last: how many there were
)

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
	if reports, err = p.fetch(ctx, p.ask); errors.Is(err, nats.ErrNoResponders) {
		err = nil
	}
	return reports, err
}

// fetch asks on a subject for the last report of every car, and hands them to Take. The error wraps
// nats.ErrNoResponders where nobody is there to ask.
func (p *Positions) fetch(ctx context.Context, subject string) (reports int, err error) {
	inbox := p.nc.NewInbox()
	sub, err := p.nc.SubscribeSync(inbox)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, sub.Unsubscribe()) }()
	if err := p.nc.PublishRequest(subject, inbox, nil); err != nil {
		return 0, err
	}
	for packets := 0; ; packets++ {
		waiting, cancel := context.WithTimeout(ctx, snapshotIn)
		m, err := sub.NextMsgWithContext(waiting)
		cancel()
		if err != nil {
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
