package centre_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/fleet/centre"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/unit"
)

var now = time.Date(2026, 11, 20, 14, 30, 0, 0, time.UTC)

func Example() {
	four, three, yes := 4, 3, true
	r := centre.Record{Place: "Lotus Suite, Springfield"}
	for _, c := range []*centre.Change{
		{Opening: []int{8, 9, 10}, Capacity: &four, Occupied: &three, RequestID: "a"},
		{Diverted: &yes, Reason: "no staff", Until: now.Add(time.Hour), RequestID: "b"},
		{Diverted: &yes, RequestID: "c"},
	} {
		next, repeat, err := centre.Apply(r, c, now, true)
		if err != nil {
			fmt.Println(err)
			continue
		}
		r = next
		fmt.Println(len(r.Hours()), *r.Capacity-*r.Occupied, r.DivertedAt(now), r.DivertedAt(now.Add(time.Hour)), repeat)
	}
	fmt.Println(centre.Key(r.Place))
	// Output:
	// 3 1 false false false
	// 3 1 true false false
	// diversion_reason: empty; it is needed
	// centres/lotus-suite-springfield
}

// drawChange is one that can be made at now.
func drawChange(t *rapid.T) *centre.Change {
	c := &centre.Change{RequestID: rapid.StringMatching(`[a-f]{1,2}`).Draw(t, "request")}
	number := func(name string) *int {
		if !rapid.Bool().Draw(t, name+" given") {
			return nil
		}
		n := rapid.IntRange(0, centre.MaxPatients).Draw(t, name)
		return &n
	}
	c.Capacity, c.Occupied = number("capacity"), number("occupied")
	if rapid.Bool().Draw(t, "opening given") {
		c.Opening = rapid.SliceOfNDistinct(rapid.IntRange(0, 167), 0, 168, rapid.ID[int]).Draw(t, "opening")
	}
	if rapid.Bool().Draw(t, "diversion given") {
		diverted := rapid.Bool().Draw(t, "diverted")
		if c.Diverted = &diverted; diverted {
			c.Reason = "no staff"
			if rapid.Bool().Draw(t, "until given") {
				c.Until = now.Add(time.Duration(rapid.IntRange(1, 1000).Draw(t, "until")) * time.Minute)
			}
		}
	}
	return c
}

// TestChangesAddUp: what a change leaves out stays; a repeat changes nothing; every record reads back as it
// was written.
func TestChangesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := centre.Record{Place: "A"}
		remembered := map[string]*centre.Change{}
		for step := range rapid.IntRange(1, 30).Draw(t, "changes") {
			c, at := drawChange(t), now.Add(time.Duration(step)*time.Second)
			before := r.Encode()
			next, repeat, err := centre.Apply(r, c, at, true)
			if string(r.Encode()) != string(before) {
				t.Fatal("the record before was written to")
			}
			if was := remembered[c.RequestID]; was != nil {
				same := reflect.DeepEqual(was, c)
				if repeat != same || !same && !errors.Is(err, unit.ErrRepeat) || string(next.Encode()) != string(before) {
					t.Fatalf("%q again: repeat %v, %v", c.RequestID, repeat, err)
				}
				continue
			}
			if err != nil || repeat {
				t.Fatalf("%+v: repeat %v, %v", c, repeat, err)
			}
			remembered[c.RequestID] = c
			checkChange(t, &r, &next, c, at)
			back, err := centre.Decode(next.Encode())
			if err != nil || !reflect.DeepEqual(back, next) {
				t.Fatalf("%s\nreads back as %+v, %v", next.Encode(), back, err)
			}
			r = next
		}
	})
}

func checkChange(t *rapid.T, r, next *centre.Record, c *centre.Change, at time.Time) {
	wantHours := r.Hours()
	if c.Opening != nil {
		open := map[int]bool{}
		for _, h := range c.Opening {
			open[h] = true
		}
		wantHours = []int{}
		for h := range 168 {
			if open[h] {
				wantHours = append(wantHours, h)
			}
		}
	}
	want := *r
	if c.Capacity != nil {
		want.Capacity = c.Capacity
	}
	if c.Occupied != nil {
		want.Occupied = c.Occupied
	}
	if c.Diverted != nil {
		want.Diverted, want.Reason, want.Until = *c.Diverted, c.Reason, c.Until
	}
	if !reflect.DeepEqual(next.Hours(), wantHours) || (next.Opening == nil) != (r.Opening == nil && c.Opening == nil) ||
		next.Capacity != want.Capacity || next.Occupied != want.Occupied || next.Diverted != want.Diverted ||
		next.Reason != want.Reason || !next.Until.Equal(want.Until) || !next.Said.Equal(at) {
		t.Fatalf("%+v after %+v gives %+v", r, c, next)
	}
}

// TestRepeatOutlivesItsDiversion: a change is known again when its end has passed.
func TestRepeatOutlivesItsDiversion(t *testing.T) {
	yes := true
	c := &centre.Change{Diverted: &yes, Reason: "no staff", Until: now.Add(time.Minute), RequestID: "a"}
	r, _, err := centre.Apply(centre.Record{Place: "A"}, c, now, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, repeat, err := centre.Apply(r, c, now.Add(time.Hour), true); !repeat || err != nil {
		t.Errorf("repeat %v, %v", repeat, err)
	}
}

func TestCheckNamesAllThatIsWrong(t *testing.T) {
	yes, no, low, high := true, false, -1, centre.MaxPatients+1
	for want, c := range map[string]*centre.Change{
		"opening.hours[1]: 168: want 0 to 167; opening.hours[2]: 3 stands above already": {Opening: []int{3, 168, 3}},
		"capacity: -1: want 0 to 10000; occupied: 10001: want 0 to 10000":                {Capacity: &low, Occupied: &high},
		"diversion_reason: empty; it is needed":                                          {Diverted: &yes},
		"diversion_reason: goes with; divert_until_time: goes with":                      {Diverted: &no, Reason: "x", Until: now.Add(time.Hour)},
		"divert_until_time: 2026-11-20T14:30:00Z: want a time to come":                   {Diverted: &yes, Reason: "x", Until: now},
		"diversion_reason: 201 characters":                                               {Diverted: &yes, Reason: strings.Repeat("é", 201)},
	} {
		c.RequestID = "a"
		_, _, err := centre.Apply(centre.Record{Place: "A"}, c, now, true)
		for _, part := range strings.Split(want, "; ") {
			if part == "it is needed" {
				continue
			}
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%v lacks %q", err, part)
			}
		}
		if len(unit.FieldErrors(err)) == 0 {
			t.Errorf("%v is of no field", err)
		}
	}
	if _, _, err := centre.Apply(centre.Record{Place: "A"}, &centre.Change{}, now, true); err == nil || !strings.Contains(err.Error(), "request_id") {
		t.Errorf("no request id: %v", err)
	}
}

func TestKeys(t *testing.T) {
	long := strings.Repeat("St Ann's Hospital ", 8)
	names := []string{"St Thomas' Hospital", long, long + "2", "日本", "日本語", "Queen's Hospital, Romford"}
	keys, err := centre.Keys(names)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := ledger.CheckKey(keys[name]); err != nil || keys[name] != centre.Key(name) {
			t.Errorf("%q: %q, %v", name, keys[name], err)
		}
	}
	if keys["Queen's Hospital, Romford"] != "centres/queen-s-hospital-romford" {
		t.Errorf("keys %v", keys)
	}
	if _, err := centre.Keys([]string{"St Ann's", "St. Ann S"}); err == nil || !strings.Contains(err.Error(), "centres/st-ann-s") {
		t.Errorf("two names of one key: %v", err)
	}
}

// FuzzDecode: what is taken is written again as something that reads the same.
func FuzzDecode(f *testing.F) {
	four, yes := 4, true
	r, _, err := centre.Apply(centre.Record{Place: "A"}, &centre.Change{Opening: []int{1, 100}, Capacity: &four, Diverted: &yes, Reason: "x", Until: now.Add(time.Hour), RequestID: "a"}, now, true)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(r.Encode())
	f.Add([]byte(`{"place":"A","said":"2026-11-20T14:30:00+01:00","opening":[]}`))
	f.Add([]byte(`{"place":"A","said":"2026-11-20T14:30:00Z"}{}`))
	f.Add([]byte(`{"place":"A","said":"9999-12-31T23:59:59-01:00"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := centre.Decode(b)
		if err != nil {
			return
		}
		again, err := centre.Decode(r.Encode())
		if err != nil || string(again.Encode()) != string(r.Encode()) {
			t.Errorf("%q reads as %+v, and that as %+v, %v", b, r, again, err)
		}
	})
}
