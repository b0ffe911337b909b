package unit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/unit"
	"github.com/nearside-ems/nearside/geo"
)

// registered is a change with all that a record can have, as long as it can be.
func registered() unit.Change {
	details := unit.Details{Skills: dispatch.AllSkills, Base: strings.Repeat("\"", unit.MaxBase), Home: geo.SWL}
	for i := range unit.MaxShifts {
		start := noon.Add(time.Duration(i)*24*time.Hour + time.Nanosecond)
		details.Shifts = append(details.Shifts, unit.Shift{Start: start, End: start.Add(24 * time.Hour)})
	}
	r := as(dispatch.Conveying)
	r.Details, r.Destination = details, strings.Repeat("<", unit.MaxDestination)
	for i := range unit.MaxRequests {
		r.Requests = append(r.Requests, unit.Request{Sum: unit.RequestSum(fmt.Sprint(i)), Print: "0123456789abcdef", At: noon, Bare: true})
	}
	return unit.Change{Command: &unit.Register{RequestID: strings.Repeat("&", unit.MaxRequestID), Details: details}, Record: r}
}

func TestTheLongestChangeIsTaken(t *testing.T) {
	c := registered()
	data := c.Encode()
	back, err := unit.DecodeChange(data)
	if err != nil || !cmp.Equal(back, c) {
		t.Errorf("%d bytes: %v\n%s", len(data), err, cmp.Diff(c, back))
	}
}

func TestDecodeRefuses(t *testing.T) {
	c := unit.Change{Command: &unit.Assign{RequestID: "1", Incident: "incidents/1"}, Record: as(dispatch.Assigned)}
	c.Record.Requests = []unit.Request{{Sum: unit.RequestSum("1"), Print: unit.Fingerprint(c.Command), At: noon}}
	good := string(c.Encode())
	if _, err := unit.DecodeChange([]byte(good)); err != nil {
		t.Fatal(err)
	}
	status := unit.Change{Command: &unit.SetStatus{RequestID: "1", Status: dispatch.OnBreak}, Record: as(dispatch.OnBreak)}
	for _, r := range []struct{ in, old, now, say string }{
		{good, good, "", "EOF"},
		{good, "", "[]", "something follows"},
		{good, `"car":`, `"lorry":1,"car":`, `unknown field "lorry"`},
		{good, `"name":"cars/a"`, `"name":"a"`, "car.name: car \"a\""},
		{good, `"kind":"assign"`, `"kind":"destroy"`, "command.kind"},
		{good, `"kind":"assign"`, `"kind":"assign","status":"on break"`, "fields of other kinds"},
		{good, `"status":"assigned"`, `"status":"parked"`, `"parked" is unknown`},
		{good, `"status":"assigned"`, `"status":"available"`, `car.incident: "incidents/1" does not fit available`},
		{good, `"status":"assigned"`, `"status":"assigned","destination":"x"`, "does not fit assigned"},
		{good, `"print":"`, `"print":"x`, "16 hexadecimal digits"},
		{good, `"requests":[`, `"requests":[{"id":"1","print":"0123456789abcdef"},`, "comes twice"},
		{good, `"sum":"`, `"sum":"x`, "sum \"x6b86b273ff34fce1\": want 16"},
		{good, `"sum":"`, `"id":"1","sum":"`, "want its sum and time"},
		{good, `"sum":"`, `"some":1,"sum":"`, `unknown field "some"`},
		{good, `"at":"2026`, `"at":"0026`, "between the years"},
		{good, `"since":"2026`, `"since":"0026`, "between the years"},
		{good, `"since":"2026-07-14T12:00:00Z"`, `"since":"9999-12-31T23:59:59-12:00"`, "between the years"},
		{good, `"skills":["paramedic"]`, `"skills":["surgeon"]`, `"surgeon" is unknown`},
		{good, `"skills":["paramedic"]`, `"skills":[],"home":"XXX"`, `"XXX" is not known`},
		{string(status.Encode()), `"status":"on break"`, `"status":"on fire"`, "command.status"},
		{good, good, good + strings.Repeat(" ", unit.MaxChange), "at most"},
	} {
		data := strings.Replace(r.in, r.old, r.now, 1)
		if r.old == "" {
			data = r.in + r.now
		}
		if back, err := unit.DecodeChange([]byte(data)); err == nil || !strings.Contains(err.Error(), r.say) {
			t.Errorf("%.300s: %v, %v; want %q", data, &back.Record, err, r.say)
		}
	}
}

// TestRequestsOfBefore: entries that were written before times of requests were kept are read.
func TestRequestsOfBefore(t *testing.T) {
	c := unit.Change{Command: &unit.Assign{RequestID: "7f3", Incident: "incidents/1"}, Record: as(dispatch.Assigned)}
	data := strings.Replace(string(c.Encode()), `"incident":"incidents/1"}}`, `"incident":"incidents/1","requests":[{"id":"7f3","print":"5d1f0c6a9be07b21"}]}}`, 1)
	c.Record.Requests = unit.Requests{{Sum: unit.RequestSum("7f3"), Print: "5d1f0c6a9be07b21", At: c.Record.Since}}
	if back, err := unit.DecodeChange([]byte(data)); err != nil || !cmp.Equal(back, c) || !back.Record.Remembers("7f3") {
		t.Errorf("%s\n%v\n%s", data, err, cmp.Diff(c, back))
	}
}

func FuzzDecodeChange(f *testing.F) {
	assign := unit.Change{Command: &unit.Assign{RequestID: "1", Incident: "incidents/1", Advice: "advice/1-2", Reason: "nearer"}, Record: as(dispatch.Assigned)}
	status := unit.Change{Command: &unit.SetStatus{RequestID: "1", Status: dispatch.AtCentre, Destination: "x"}, Record: as(dispatch.AtCentre)}
	release := unit.Change{Command: &unit.Release{RequestID: "1", Reason: "x"}, Record: as(dispatch.Available)}
	all := registered()
	for _, c := range []unit.Change{assign, status, release, all} {
		f.Add(c.Encode())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := unit.DecodeChange(data)
		if err != nil {
			return
		}
		again := c.Encode()
		if back, err := unit.DecodeChange(again); err != nil || !cmp.Equal(back, c) {
			t.Fatalf("%s\nwas read and written as\n%s\n%v", data, again, err)
		}
	})
}
