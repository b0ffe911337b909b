package unit_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/unit"
	"github.com/nearside-ems/nearside/geo"
)

var noon = time.Date(2026, 7, 14, 12, 0, 0, 0, time.UTC)

// shift is given in minutes after noon.
func shift(from, to int) unit.Shift {
	return unit.Shift{Start: noon.Add(time.Duration(from) * time.Minute), End: noon.Add(time.Duration(to) * time.Minute)}
}

func TestCommandsThatCannotBe(t *testing.T) {
	crew := unit.Details{Skills: dispatch.Paramedic, Home: geo.Sectors}
	with := func(change func(*unit.Details)) *unit.Register {
		d := crew
		change(&d)
		return &unit.Register{RequestID: "1", Details: d}
	}
	for _, c := range []struct {
		command    unit.Command
		field, say string
	}{
		{&unit.Assign{RequestID: "1"}, "incident", "want incidents/ID"},
		{&unit.Assign{RequestID: "1", Incident: "incidents/John Smith"}, "incident", "letters, digits"},
		{&unit.Assign{Incident: "incidents/1"}, "request_id", "needed"},
		{&unit.Assign{RequestID: strings.Repeat("é", 65), Incident: "incidents/1"}, "request_id", "65 characters long; want at most 64"},
		{&unit.Assign{RequestID: "\xff", Incident: "incidents/1"}, "request_id", "UTF-8"},
		{&unit.Assign{RequestID: "a\nb", Incident: "incidents/1"}, "request_id", "U+000A"},
		{&unit.Assign{RequestID: "1", Incident: "incidents/1", Reason: strings.Repeat("x", 201)}, "reason", "at most 200"},
		{&unit.Assign{RequestID: "1", Incident: "incidents/1", Advice: strings.Repeat("x", 65)}, "advice", "at most 64"},
		{&unit.Release{RequestID: "1"}, "reason", "needed"},
		{&unit.Release{Reason: "x"}, "request_id", "needed"},
		{&unit.SetStatus{RequestID: "1", Status: dispatch.OutOfService}, "reason", "needed"},
		{&unit.SetStatus{RequestID: "1", Status: dispatch.Statuses}, "status", "unknown"},
		{&unit.SetStatus{RequestID: "1", Status: dispatch.OnScene, Destination: "x"}, "destination", "a car that is on scene has none"},
		{&unit.SetStatus{Status: dispatch.OnScene}, "request_id", "needed"},
		{with(func(d *unit.Details) { d.Skills = 0 }), "skills", "none"},
		{with(func(d *unit.Details) { d.Skills = 8 }), "skills", "0x8: unknown"},
		{with(func(d *unit.Details) { d.Home = geo.Sectors + 1 }), "sectors", "unknown"},
		{with(func(d *unit.Details) { d.Base = strings.Repeat("x", 65) }), "base", "at most 64"},
		{with(func(d *unit.Details) { d.Shifts = make([]unit.Shift, 65) }), "shifts", "65 of them; want at most 64"},
		{with(func(d *unit.Details) { d.Shifts = []unit.Shift{{}} }), "shifts[0]", "between the years"},
		{with(func(d *unit.Details) { d.Shifts = []unit.Shift{shift(1, 1)} }), "shifts[0]", "does not end after its start"},
		{with(func(d *unit.Details) { d.Shifts = []unit.Shift{shift(0, 24*60+30)} }), "shifts[0]", "24h30m0s long; want at most 24h"},
		{with(func(d *unit.Details) { d.Shifts = []unit.Shift{shift(480, 720), shift(0, 240)} }), "shifts[1]", "want them in order"},
		{with(func(d *unit.Details) { d.Shifts = []unit.Shift{shift(0, 480), shift(420, 720)} }), "shifts[1]",
			"2026-07-14T19:00:00Z to 2026-07-15T00:00:00Z: overlaps shifts[0], 2026-07-14T12:00:00Z to 2026-07-14T20:00:00Z"},
	} {
		r := as(dispatch.Available)
		next, _, err := unit.Apply(r, c.command, noon, true)
		field := (*unit.FieldError)(nil)
		if !errors.As(err, &field) || field.Field != c.field || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%+v: %v; want %s: … %s", c.command, err, c.field, c.say)
		}
		if next.String() != r.String() {
			t.Errorf("%+v: refused, but the car became %s", c.command, &next)
		}
	}
	if _, _, err := unit.Apply(unit.Record{Name: "lorries/1"}, with(func(*unit.Details) {}), noon, true); err == nil {
		t.Error("a lorry can be registered")
	}
}

func TestACarHasOneSector(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  geo.Sector
		err   string
	}{
		{nil, geo.Sectors, ""},
		{[]string{"NWL"}, geo.NWL, ""},
		{[]string{"NWX"}, geo.Sectors, `"NWX" is not known`},
		{[]string{"NWL", "SEL"}, geo.Sectors, "NWL and SEL: a car belongs to one sector"},
		{make([]string, 1e6), geo.Sectors, "one sector"},
	} {
		s, err := unit.HomeSector(c.names)
		if s != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) || err != nil && len(err.Error()) > 200 {
			t.Errorf("%.100q: %v, %v; want %v, %s", c.names, s, err, c.want, c.err)
		}
	}
}

func TestEffectiveEqualsWalkingThroughTheDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := as(rapid.SampledFrom(statuses()).Draw(t, "status"))
		for at := 0; len(r.Shifts) < 4; {
			at += rapid.IntRange(0, 300).Draw(t, "pause")
			long := rapid.IntRange(1, 300).Draw(t, "long")
			r.Shifts = append(r.Shifts, shift(at, at+long))
			at += long
		}
		if err := unit.CheckShifts(r.Shifts); err != nil {
			t.Fatal(err)
		}
		r.Shifts = r.Shifts[:rapid.IntRange(0, 4).Draw(t, "shifts")]
		r.Since = noon.Add(time.Duration(rapid.IntRange(-60, 1200).Draw(t, "since")) * time.Minute)
		now := r.Since.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "later")) * time.Minute)
		want, since := walk(&r, now)
		if got, from := r.Effective(now); got != want || !from.Equal(since) {
			t.Fatalf("%s at %s with %v: %s since %s, want %s since %s", &r, now, r.Shifts, got, from, want, since)
		}
		next := r.Boundary(now)
		for at := now; next.IsZero() && at.Before(noon.Add(100*time.Hour)) || at.Before(next); at = at.Add(13 * time.Minute) {
			a, from := r.Effective(at)
			b, _ := r.Shift(at)
			if c, _ := r.Shift(now); a != want || !from.Equal(since) || b != c {
				t.Fatalf("%s with %v changes at %s, which is no boundary", &r, r.Shifts, at)
			}
		}
	})
}

// walk goes from when the status was said through every minute until now.
func walk(r *unit.Record, now time.Time) (status dispatch.Status, since time.Time) {
	status, since = r.Status, r.Since
	if len(r.Shifts) == 0 || status.OnCall() || status == dispatch.OutOfService {
		return status, since
	}
	on := func(at time.Time) bool {
		return slices.ContainsFunc(r.Shifts, func(s unit.Shift) bool { return !at.Before(s.Start) && at.Before(s.End) })
	}
	if !on(since) {
		status = dispatch.OffShift // since it was said
	}
	for at := since.Add(time.Minute); !at.After(now); at = at.Add(time.Minute) {
		begins := slices.ContainsFunc(r.Shifts, func(s unit.Shift) bool { return s.Start.Equal(at) })
		ends := slices.ContainsFunc(r.Shifts, func(s unit.Shift) bool { return s.End.Equal(at) })
		switch {
		case begins:
			status, since = dispatch.Available, at
		case ends:
			status, since = dispatch.OffShift, at
		}
	}
	return status, since
}

func statuses() (all []dispatch.Status) {
	for s := range dispatch.Statuses {
		all = append(all, s)
	}
	return all
}
