package jetstream

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/jetstream/clustertest"
)

var noon = time.Date(2026, 7, 14, 12, 0, 0, 0, time.UTC)

func TestPacketsCarryReports(t *testing.T) {
	at := rapid.Custom(func(t *rapid.T) time.Time { return time.Unix(0, rapid.Int64Range(1, 1<<62).Draw(t, "ns")).UTC() })
	one := rapid.Custom(func(t *rapid.T) (r fleet.Report) {
		r.Car = "cars/" + rapid.StringMatching(`[A-Za-z0-9][A-Za-z0-9._-]{0,62}`).Draw(t, "car")
		r.Point = orb.Point{rapid.Float64().Draw(t, "lon"), rapid.Float64().Draw(t, "lat")}
		r.Fixed = at.Draw(t, "fixed")
		r.Skills = dispatch.Skills(rapid.Byte().Draw(t, "skills"))
		if rapid.Bool().Draw(t, "with status") {
			s := dispatch.Status(rapid.Byte().Draw(t, "status"))
			r.Status = &s
		}
		if rapid.Bool().Draw(t, "with heading") {
			h := rapid.Float64().Draw(t, "heading")
			r.Heading = &h
		}
		if rapid.Bool().Draw(t, "with shift end") {
			r.ShiftEnd = at.Draw(t, "shift end")
		}
		return r
	})
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(one, 1, 20).Draw(t, "reports")
		packet := []byte(packetMark)
		for i := range want {
			before := len(packet)
			if packet = appendReport(packet, noon, &want[i]); len(packet)-before > maxReport {
				t.Fatalf("%d bytes, more than maxReport", len(packet)-before)
			}
		}
		if got, err := readPacket(packet); err != nil || !cmp.Equal(got, want) {
			t.Fatalf("%v\n%s", err, cmp.Diff(want, got))
		}
		end := rapid.IntRange(0, len(packet)-1).Draw(t, "end")
		if got, err := readPacket(packet[:end]); err == nil && len(got) >= len(want) || err != nil && !errors.Is(err, errPacket) {
			t.Fatalf("cut to %d bytes: %v, %v", end, got, err)
		}
	})
	undated := appendReport([]byte(packetMark), noon, &fleet.Report{Car: "cars/a"})
	if got, err := readPacket(undated); err != nil || !got[0].Fixed.Equal(noon) {
		t.Errorf("a report without a time: %v, %v; want when it arrived", got, err)
	}
}

func FuzzPacket(f *testing.F) {
	status, heading := dispatch.OnScene, 90.0
	packet := appendReport([]byte(packetMark), noon, &fleet.Report{Car: "cars/a", Status: &status, Heading: &heading, ShiftEnd: noon})
	f.Add(packet)
	f.Add(packet[:30])
	f.Add([]byte(packetMark))
	f.Fuzz(func(t *testing.T, b []byte) {
		reports, err := readPacket(b)
		if err != nil {
			return
		}
		again := []byte(packetMark)
		for i := range reports {
			again = appendReport(again, noon, &reports[i])
		}
		if back, err := readPacket(again); err != nil || len(back) != len(reports) {
			t.Errorf("%d reports, again %d, %v", len(reports), len(back), err)
		}
	})
}

// replica is one side of Positions.
type replica struct {
	*Positions
	mu    sync.Mutex
	taken map[string]fleet.Report
}

func newReplica(t *testing.T, s *Store, known []fleet.Report) *replica {
	t.Helper()
	return newReplicaOf(t, s, slices.Values(known))
}

func newReplicaOf(t *testing.T, s *Store, known iter.Seq[fleet.Report]) *replica {
	t.Helper()
	r := &replica{taken: map[string]fleet.Report{}}
	var err error
	r.Positions, err = s.Positions(PositionSettings{Snapshot: known, Take: func(reports []fleet.Report) {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, one := range reports {
			r.taken[one.Car] = one
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// has waits until a replica was told of so many cars.
func (r *replica) has(n int) bool {
	for begin := time.Now(); time.Since(begin) < 10*time.Second; time.Sleep(5 * time.Millisecond) {
		r.mu.Lock()
		have := len(r.taken)
		r.mu.Unlock()
		if have == n {
			return true
		}
	}
	return false
}

func cars(n int) (reports []fleet.Report) {
	for i := range n {
		reports = append(reports, fleet.Report{Car: fmt.Sprintf("cars/%s-%d", strings.Repeat("x", 40), i), Point: orb.Point{-0.1, 51.5}, Fixed: noon})
	}
	return reports
}

func TestPositionsReachOtherReplicas(t *testing.T) {
	c := clustertest.Start(t, 1)
	open := func() *Store { return openWith(t, Settings{URLs: c.URLs(), Replicas: 1, MaxBytes: 1 << 20}) }
	known := cars(10_000) // some packets
	first, second := newReplica(t, open(), known), newReplica(t, open(), nil)
	if n, err := first.Fill(t.Context()); n != 0 || err != nil {
		t.Errorf("alone: %d reports, %v", n, err)
	}
	begin := time.Now()
	if n, err := second.Fill(t.Context()); n != len(known) || err != nil || !second.has(n) {
		t.Errorf("from another: %d reports, %v", n, err)
	}
	t.Logf("%d reports within %v", len(known), time.Since(begin))
	status := dispatch.OnScene
	first.Send(noon, []fleet.Report{{Car: "cars/new", Status: &status}, {Unread: errors.New("unread")}, {Car: strings.Repeat("x", 256)}})
	if !second.has(len(known) + 1) {
		t.Error("a report does not reach the other replica")
	}
	if got := second.taken["cars/new"]; !got.Fixed.Equal(noon) || got.Status == nil || *got.Status != status {
		t.Errorf("it reached the other replica as %+v", got)
	}
	if len(first.taken) > 0 {
		t.Errorf("who sends is told what it sent: %v", first.taken)
	}
	if err := first.nc.Publish(first.subject, []byte("text")); err != nil {
		t.Fatal(err)
	}
	for second.Counts().Refused == 0 {
		time.Sleep(time.Millisecond)
	}
	if got, want := first.Counts(), (PositionCounts{Sent: 1}); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
	// It asks a replica that it had not heard of before for all that it knows, once more.
	if got := second.Counts(); got.Sent != 0 || got.Received < 10_001 || got.Refused != 1 || got.Missed != 0 {
		t.Errorf("counts %+v", got)
	}
}

// TestReplicasCatchUpAfterACut: what a replica was told while it was cut off reaches the others once it is
// not, although no car reports again; so does what another was told meanwhile.
func TestReplicasCatchUpAfterACut(t *testing.T) {
	t.Parallel()
	c := clustertest.Start(t, 1)
	s := openWith(t, Settings{URLs: c.URLs(), Replicas: 1, MaxBytes: 1 << 20})
	var told [2]atomic.Pointer[[]fleet.Report]
	var replicas [2]*replica
	for i := range replicas {
		told[i].Store(&[]fleet.Report{})
		replicas[i] = newReplicaOf(t, s, func(yield func(fleet.Report) bool) { slices.Values(*told[i].Load())(yield) })
		if _, err := replicas[i].Fill(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	c.CutClients(0, true)
	for i, r := range replicas { // each of other cars
		batch := cars(2000)[1000*i : 1000*(i+1)]
		told[i].Store(&batch)
		r.Send(noon, batch)
	}
	for begin := time.Now(); replicas[0].Counts().Dropped+replicas[1].Counts().Dropped < 2000 && time.Since(begin) < 10*time.Second; {
		time.Sleep(time.Millisecond)
	}
	c.CutClients(0, false)
	begin := time.Now()
	for i, r := range replicas {
		if !r.has(1000) {
			t.Errorf("replica %d: %+v", i, r.Counts())
		}
	}
	t.Logf("all is known %v after the cut", time.Since(begin))
}

// TestPeers: a number that does not follow is owed until a snapshot that was asked for after it.
func TestPeers(t *testing.T) {
	p, now := newPeers(), noon
	due := func() map[string]uint64 { return p.due(now) }
	p.heard("a", 7, now)
	if got := due(); got["a"] != 1 {
		t.Errorf("one not heard of before: %v", got)
	}
	if got := due(); len(got) > 0 {
		t.Errorf("asked again at once: %v", got)
	}
	p.heard("a", 9, now)
	p.paid("a", 1) // answered, perhaps before what was missed
	now = now.Add(2 * askAgain)
	if got := due(); got["a"] != 2 {
		t.Errorf("after a gap: %v", got)
	}
	p.paid("a", 2)
	p.heard("a", 10, now)
	now = now.Add(2 * askAgain)
	if got := due(); len(got) > 0 || p.missed.Load() != 1 {
		t.Errorf("nothing was missed: %v, %d", got, p.missed.Load())
	}
	p.heard("a", 12, now)
	now = now.Add(2 * peerForgot)
	if got := due(); len(got) > 0 || len(p.known) > 0 {
		t.Errorf("one that is gone: %v, %v", got, p.known)
	}
}

// TestPositionsDoNotWait: with the server gone, reports are dropped and counted; once it is back they flow.
func TestPositionsDoNotWait(t *testing.T) {
	c := clustertest.Start(t, 1)
	s := openWith(t, Settings{URLs: c.URLs(), Replicas: 1, MaxBytes: 1 << 20})
	from, to := newReplica(t, s, nil), newReplica(t, s, nil)
	c.CutClients(0, true)
	batch, begin := cars(1000), time.Now()
	for range 200 {
		from.Send(noon, batch)
	}
	if d := time.Since(begin); d > 2*time.Second {
		t.Errorf("200,000 reports took %v", d)
	}
	for begin := time.Now(); from.Counts().Sent > 0 && time.Since(begin) < 5*time.Second; {
		time.Sleep(10 * time.Millisecond)
	}
	if got := from.Counts(); got.Dropped != 200_000 {
		t.Errorf("counts %+v", got)
	}
	c.CutClients(0, false)
	for begin := time.Now(); to.Counts().Received == 0 && time.Since(begin) < 10*time.Second; time.Sleep(20 * time.Millisecond) {
		from.Send(noon, batch[:1])
	}
	if to.Counts().Received == 0 {
		t.Error("nothing comes once the server is back")
	}
}

func TestPositionsOfAFolderDoNothing(t *testing.T) {
	r := newReplica(t, openIn(t, t.TempDir()), nil)
	r.Send(noon, cars(10))
	if n, err := r.Fill(t.Context()); n != 0 || err != nil || r.Counts() != (PositionCounts{}) {
		t.Errorf("%d, %v, %+v", n, err, r.Counts())
	}
}
