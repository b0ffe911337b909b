package centre

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/unit"
)

type recordJSON struct {
	Place    string        `json:"place"`
	Opening  *[]int        `json:"opening,omitempty"`
	Capacity *int          `json:"capacity,omitempty"`
	Occupied *int          `json:"occupied,omitempty"`
	Diverted bool          `json:"diverted,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	Until    *time.Time    `json:"until,omitempty"`
	Said     time.Time     `json:"said"`
	Requests unit.Requests `json:"requests,omitempty"`
}

// Encode returns the JSON of a record.
func (r *Record) Encode() []byte {
	j := recordJSON{Place: r.Place, Capacity: r.Capacity, Occupied: r.Occupied, Diverted: r.Diverted, Reason: r.Reason, Said: r.Said.UTC(), Requests: r.Requests}
	if r.Opening != nil {
		hours := r.Hours()
		j.Opening = &hours
	}
	if !r.Until.IsZero() {
		until := r.Until.UTC()
		j.Until = &until
	}
	b, err := json.Marshal(j)
	if err != nil {
		panic(err) // only for values that JSON has no words for, such as infinities
	}
	return b
}

// Hours returns the hours of the week in which the place is open, ascending and not nil.
func (r *Record) Hours() []int {
	hours := []int{}
	if r.Opening != nil {
		for h, open := range r.Opening {
			if open {
				hours = append(hours, h)
			}
		}
	}
	return hours
}

// Decode reads the JSON of a record. It refuses what Encode does not write.
func Decode(b []byte) (Record, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var j recordJSON
	if err := d.Decode(&j); err != nil {
		return Record{}, fmt.Errorf("centre: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Record{}, errors.New("centre: something follows the record; want one JSON object")
	}
	if err := j.check(); err != nil {
		return Record{}, fmt.Errorf("centre: %w", err)
	}
	r := Record{Place: j.Place, CentreState: dispatch.CentreState{Capacity: j.Capacity, Occupied: j.Occupied, Diverted: j.Diverted, Reason: j.Reason, Said: j.Said}, Requests: j.Requests}
	if j.Until != nil {
		r.Until = *j.Until
	}
	if j.Opening != nil {
		r.Opening = new(dispatch.Week)
		for _, h := range *j.Opening {
			r.Opening[h] = true
		}
	}
	return r, nil
}

func (j *recordJSON) check() error {
	if j.Place == "" {
		return errors.New("place is empty")
	}
	if !writable(j.Said) || j.Until != nil && !writable(*j.Until) {
		return errors.New("said or until is missing or out of range; want years 1 to 9999")
	}
	if j.Opening != nil {
		last := -1
		for _, h := range *j.Opening {
			if h <= last || h >= demand.HoursPerWeek {
				return fmt.Errorf("opening: hour %d; want 0 to %d, ascending", h, demand.HoursPerWeek-1)
			}
			last = h
		}
	}
	for _, n := range []*int{j.Capacity, j.Occupied} {
		if n != nil && (*n < 0 || *n > MaxPatients) {
			return fmt.Errorf("%d patients; want 0 to %d", *n, MaxPatients)
		}
	}
	if !j.Diverted && (j.Reason != "" || j.Until != nil) || j.Diverted && j.Reason == "" {
		return errors.New("diverted, reason and until do not go together")
	}
	return j.Requests.Dated(j.Said).Check()
}

// writable tells whether a time is one that JSON can say in UTC, and not the zero time.
func writable(t time.Time) bool { return !t.IsZero() && t.UTC().Year() >= 1 && t.UTC().Year() <= 9999 }
