package live

import (
	"errors"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/unit"
	"github.com/nearside-ems/nearside/geo/route"
)

// FuzzTake puts any bytes in as the entry of a car, and as advice: what cannot be read is told, and
// nothing is decided on it.
func FuzzTake(f *testing.F) {
	seal := func(key, kind, body string) []byte {
		data, err := ledger.Seal(ledger.Envelope{Key: key, Time: time.Unix(1.8e9, 0), Kind: kind, Body: []byte(body)})
		if err != nil {
			f.Fatal(err)
		}
		return data
	}
	r, _, err := unit.Apply(unit.Reported("cars/1", dispatch.Available, dispatch.Paramedic), &unit.Assign{RequestID: "1", Incident: "incidents/1"}, time.Unix(1.8e9, 0), true)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seal("cars/1", "assign", string((&unit.Change{Command: &unit.Assign{RequestID: "1", Incident: "incidents/1"}, Record: r}).Encode())))
	f.Add(seal("advice/1", "advice", `{"incident":"incidents/1","candidates":["cars/1"],"asked":"2026-07-14T12:00:00Z","expires":"2026-07-14T12:10:00Z"}`))
	f.Add(seal("advice/1", "accepted", `{"advice":{"incident":"incidents/1","candidates":null,"asked":"2026-07-14T12:00:00Z","expires":"2026-07-14T12:10:00Z"},"revision":2,"car":"cars/1"}`))
	f.Add(seal("advice/1", "advice", `[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		cars := fleet.New(nil, &route.Network{}, fleet.DefaultSettings())
		l := New(ledger.NewMemory(time.Now), cars, time.Now)
		l.take(ledger.Entry{Revision: 1, Key: "cars/1", Data: data}, ledger.Entry{Revision: 2, Key: "advice/1", Data: data})
		state, ok := l.Record("cars/1")
		shown, listed := cars.Car("cars/1")
		if !listed || !ok && (shown.Status != dispatch.OutOfService || l.Status().Fault == nil) || ok && state.Record.Check() != nil {
			t.Errorf("%v, %v, shown as %v", state, ok, shown)
		}
		a, end, err := l.Advised(t.Context(), "advice/1-2")
		if err != nil && !errors.Is(err, ErrNoAdvice) || err == nil && end == nil && l.docs["advice/1"].Kind != adviceKind {
			t.Errorf("%v, %v, %v", a, end, err)
		}
		l.expired(time.Unix(1<<40, 0))
	})
}
