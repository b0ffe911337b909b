package live_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/ledger/storetest"
	"github.com/nearside-ems/nearside/fleet/live"
)

func TestDocuments(t *testing.T) {
	memory := ledger.NewMemory(time.Now)
	f, _ := run(t, fates(memory, storetest.Pass, storetest.Mute), time.Now)
	other, _ := run(t, deaf{memory}, time.Now)
	d, err := f.Put(t.Context(), "sister", "centres/a", 0, "state", []byte(`{"diverted": true}`))
	if err != nil || d.Revision != 1 || d.Actor != "sister" || d.Kind != "state" || string(d.Body) != `{"diverted":true}` {
		t.Fatalf("%+v, %v", d, err)
	}
	if d, err = f.Put(t.Context(), "sister", "centres/a", d.Revision, "state", []byte(`{}`)); err != nil || d.Revision != 2 {
		t.Fatalf("an answer that was lost: %+v, %v", d, err)
	}
	if d, err = other.Put(t.Context(), "sister", "centres/a", d.Revision, "state", []byte(`{"capacity":3}`)); err != nil || d.Revision != 3 {
		t.Fatalf("on a replica that lags: %+v, %v", d, err)
	}
	for _, prev := range []ledger.Revision{0, 2, 9} {
		var conflict *live.DocumentConflict
		if _, err := f.Put(t.Context(), "sister", "centres/a", prev, "state", []byte(`{}`)); !errors.As(err, &conflict) || conflict.Present.Revision != 3 {
			t.Errorf("on top of %d: %v", prev, err)
		}
	}
	for _, key := range []string{"cars/a", "lorries/a", ""} {
		if _, err := f.Put(t.Context(), "x", key, 0, "state", []byte(`{}`)); !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("%q: %v", key, err)
		}
	}
	if _, err := f.Put(t.Context(), "x", "centres/b", 0, "state", []byte(`{"a":1}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Put(t.Context(), "x", "recommendations/b", 0, "offered", []byte(`null`)); err != nil {
		t.Fatal(err)
	}
	if all := f.Documents("centres/"); len(all) != 2 || all[0].Key != "centres/a" || all[1].Key != "centres/b" {
		t.Errorf("%+v", all)
	}
	if d, ok := f.Document("centres/a"); !ok || d.Revision != 3 {
		t.Errorf("%+v, %v", d, ok)
	}
	if d, ok := f.Document("centres/none"); ok {
		t.Errorf("%+v", d)
	}
	entries(t, memory)
}

var advice = live.Advice{Incident: "incidents/1", Candidates: []string{"cars/a", "cars/b"}, Asked: time.Date(2026, 7, 14, 12, 0, 0, 0, time.UTC)}

func TestAdviceHasOneConclusion(t *testing.T) {
	memory := ledger.NewMemory(time.Now)
	replicas := make([]*live.Fleet, 3)
	for i := range replicas {
		replicas[i], _ = run(t, memory, func() time.Time { return advice.Asked })
	}
	for range 10 {
		name, err := replicas[0].Advise(t.Context(), "cad", advice)
		if err != nil {
			t.Fatal(err)
		}
		a, end, err := replicas[0].Advised(t.Context(), name)
		if err != nil || end != nil || a.Incident != advice.Incident || len(a.Candidates) != 2 || !a.Expires.Equal(advice.Asked.Add(live.AdviceFor)) {
			t.Fatalf("%+v, %+v, %v", a, end, err)
		}
		var concluding sync.WaitGroup
		var won atomic.Int32
		for i, outcome := range []live.Outcome{live.Accepted, live.Overridden, live.TimedOut} {
			concluding.Go(func() {
				switch err := replicas[i].Conclude(t.Context(), "cad", name, live.Conclusion{Outcome: outcome, Car: "cars/a"}); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, live.ErrConcluded):
					t.Error(err)
				}
			})
		}
		concluding.Wait()
		if won.Load() != 1 {
			t.Errorf("%d conclusions", won.Load())
		}
		_, end, err = replicas[0].Advised(t.Context(), name)
		if err != nil || end == nil {
			t.Fatalf("%+v, %v", end, err)
		}
		if err := replicas[0].Conclude(t.Context(), "cad", name, *end); err != nil {
			t.Errorf("the same conclusion again: %v", err)
		}
	}
	kinds := map[string]int{}
	for _, e := range entries(t, memory) {
		envelope, err := ledger.Open(e.Data)
		if err != nil {
			t.Fatal(err)
		}
		kinds[envelope.Kind]++
	}
	if kinds["advice"] != 10 || kinds["accepted"]+kinds["overridden"]+kinds["timed out"] != 10 {
		t.Errorf("the log has %v", kinds)
	}
	if err := replicas[0].Conclude(t.Context(), "cad", "advice/1-1", live.Conclusion{Outcome: "shrugged off"}); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("an outcome that is none: %v", err)
	}
	for _, name := range []string{"", "advice/1", "advice/x-1", "advice/1-0", "advice/9999-1", "advice/1-99999999999999999999", "cars/1-1"} {
		if _, _, err := replicas[0].Advised(t.Context(), name); !errors.Is(err, live.ErrNoAdvice) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestAdviceTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := ledger.NewMemory(time.Now)
		f, _ := run(t, memory, time.Now)
		run(t, memory, time.Now)
		a := advice
		a.Asked = time.Now()
		var names []string
		for range 100 { // more than time out at once
			name, err := f.Advise(t.Context(), "cad", a)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		time.Sleep(live.AdviceFor - time.Second)
		if _, end, err := f.Advised(t.Context(), names[0]); err != nil || end != nil {
			t.Errorf("before its time: %+v, %v", end, err)
		}
		time.Sleep(10 * time.Second)
		for _, name := range names {
			if _, end, err := f.Advised(t.Context(), name); err != nil || end == nil || end.Outcome != live.TimedOut {
				t.Errorf("after its time: %+v, %v", end, err)
			}
		}
		if all := entries(t, memory); len(all) != 200 {
			t.Errorf("%d entries for 100 pieces of advice that timed out", len(all))
		}
	})
}

func TestTooMuchAdvice(t *testing.T) {
	memory := ledger.NewMemory(time.Now)
	prev := map[string]string{}
	var seen ledger.Seen
	for slot := range 4096 {
		key := fmt.Sprint("advice/", slot)
		body, err := json.Marshal(advice)
		if err != nil {
			t.Fatal(err)
		}
		data, err := ledger.Seal(ledger.Envelope{Key: key, Time: advice.Asked, Kind: "advice", Prev: prev[key], Seen: seen, Body: body})
		if err != nil {
			t.Fatal(err)
		}
		r, err := memory.Append(t.Context(), key, 0, data)
		if err != nil {
			t.Fatal(err)
		}
		seen = ledger.Seen{Revision: r, SHA256: ledger.Hash(data)}
	}
	f, _ := run(t, memory, func() time.Time { return advice.Asked.Add(-time.Hour) })
	if _, err := f.Advise(t.Context(), "cad", advice); !errors.Is(err, live.ErrTooMuchAdvice) {
		t.Fatal(err)
	}
	if err := f.Conclude(t.Context(), "cad", "advice/77-78", live.Conclusion{Outcome: live.Accepted}); err != nil {
		t.Fatal(err)
	}
	name, err := f.Advise(t.Context(), "cad", advice)
	if err != nil || !strings.HasPrefix(name, "advice/77-") {
		t.Errorf("%q, %v; want the place that was freed", name, err)
	}
	if _, _, err := f.Advised(t.Context(), "advice/77-78"); !errors.Is(err, live.ErrNoAdvice) {
		t.Errorf("advice whose place was used again: %v", err)
	}
}
