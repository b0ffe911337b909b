package unit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo"
)

// MaxChange is the most bytes that an encoded change can have: 64 shifts of 60 bytes, 128 requests
// of 90 and texts whose every character is escaped stay below it.
const MaxChange = 32 << 10

// Change is what is kept of one change of a car: the command, and the record after it, which also says
// what a registration asked for. docs/fleet.md describes its JSON.
type Change struct {
	Command Command
	Record  Record
}

type changeJSON struct {
	Command commandJSON `json:"command"`
	Car     recordJSON  `json:"car"`
}

type commandJSON struct {
	Kind        string       `json:"kind"`
	Request     string       `json:"request,omitempty"`
	Incident    string       `json:"incident,omitempty"`
	Advice      string       `json:"advice,omitempty"`
	Status      string       `json:"status,omitempty"`
	Destination string       `json:"destination,omitempty"`
	Reason      string       `json:"reason,omitempty"`
	Details     *detailsJSON `json:"details,omitempty"`
}

type detailsJSON struct {
	Skills []string    `json:"skills,omitempty"`
	Base   string      `json:"base,omitempty"`
	Home   string      `json:"home,omitempty"`
	Shifts []shiftJSON `json:"shifts,omitempty"`
}

type shiftJSON struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

type recordJSON struct {
	Name        string      `json:"name"`
	Details     detailsJSON `json:"details"`
	Status      string      `json:"status"`
	Since       time.Time   `json:"since"`
	Incident    string      `json:"incident,omitempty"`
	Destination string      `json:"destination,omitempty"`
	Requests    Requests    `json:"requests,omitempty"`
}

// Encode returns the JSON of a change.
func (c *Change) Encode() []byte {
	r := &c.Record
	command := commandOf(c.Command)
	command.Details = nil // the record has them
	j := changeJSON{Command: command, Car: recordJSON{
		Name: r.Name, Details: *detailsOf(&r.Details), Status: r.Status.String(), Since: r.Since.UTC(),
		Incident: r.Incident, Destination: r.Destination, Requests: r.Requests,
	}}
	return mustEncode(j)
}

func encodeCommand(c Command) []byte { return mustEncode(commandOf(c)) }

// mustEncode encodes values that always can be: texts, times within years 0 to 9999, lists.
func mustEncode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("a change that was checked cannot be encoded: %v", err))
	}
	return data
}

func commandOf(c Command) commandJSON {
	j := commandJSON{Kind: c.Kind(), Request: c.Request()}
	switch c := c.(type) {
	case *Register:
		j.Details = detailsOf(&c.Details)
	case *Assign:
		j.Incident, j.Advice, j.Reason = c.Incident, c.Advice, c.Reason
	case *SetStatus:
		j.Status, j.Destination, j.Reason = c.Status.String(), c.Destination, c.Reason
	case *Release:
		j.Reason = c.Reason
	}
	return j
}

func detailsOf(d *Details) *detailsJSON {
	j := &detailsJSON{Base: d.Base}
	for skill := dispatch.Skills(1); skill <= dispatch.AllSkills; skill <<= 1 {
		if d.Skills&skill != 0 {
			j.Skills = append(j.Skills, skill.String())
		}
	}
	if d.Home < geo.Sectors {
		j.Home = d.Home.String()
	}
	for _, s := range d.Shifts {
		j.Shifts = append(j.Shifts, shiftJSON{s.Start.UTC(), s.End.UTC()})
	}
	return j
}

// DecodeChange reads what Encode wrote. Unknown fields, unknown words and a record that cannot be are
// refused, with what and where.
func DecodeChange(data []byte) (Change, error) {
	if len(data) > MaxChange {
		return Change{}, fmt.Errorf("change of a car: %d bytes, at most %d are possible", len(data), MaxChange)
	}
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	var j changeJSON
	if err := in.Decode(&j); err != nil {
		return Change{}, fmt.Errorf("change of a car: %w", err)
	}
	if _, err := in.Token(); err != io.EOF {
		return Change{}, fmt.Errorf("change of a car: something follows its end, at byte %d", in.InputOffset())
	}
	record, err := j.Car.record()
	if err != nil {
		return Change{}, fmt.Errorf("change of a car: car.%w", err)
	}
	command, err := j.Command.command(&record)
	if err != nil {
		return Change{}, fmt.Errorf("change of a car: command.%w", err)
	}
	return Change{command, record}, nil
}

// command returns the command that made a record what it is.
func (j *commandJSON) command(after *Record) (Command, error) {
	var c Command
	switch j.Kind {
	case "register":
		c = &Register{j.Request, after.Details}
	case "assign":
		c = &Assign{j.Request, j.Incident, j.Advice, j.Reason}
	case "status":
		status, err := parseStatus(j.Status)
		if err != nil {
			return nil, err
		}
		c = &SetStatus{j.Request, status, j.Destination, j.Reason}
	case "release":
		c = &Release{j.Request, j.Reason}
	default:
		return nil, wrong("kind", "%.40q: want register, assign, status or release", j.Kind)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	if !j.same(commandOf(c)) {
		return nil, wrong("kind", "%q: has fields of other kinds", j.Kind)
	}
	return c, nil
}

// same tells whether a command says no more than another of its kind.
func (j *commandJSON) same(other commandJSON) bool {
	return j.Incident == other.Incident && j.Advice == other.Advice && j.Status == other.Status &&
		j.Destination == other.Destination && j.Reason == other.Reason && j.Details == nil
}

func (j *detailsJSON) details() (Details, error) {
	d := Details{Base: j.Base, Home: geo.Sectors}
	for _, word := range j.Skills {
		skill, err := parseSkill(word)
		if err != nil {
			return d, err
		}
		d.Skills |= skill
	}
	if j.Home != "" {
		home, err := geo.ParseSector(j.Home)
		if err != nil {
			return d, wrong("home", "%v", err)
		}
		d.Home = home
	}
	for _, s := range j.Shifts {
		d.Shifts = append(d.Shifts, Shift{s.Start.UTC(), s.End.UTC()})
	}
	return d, d.check()
}

func (j *recordJSON) record() (Record, error) {
	r := Record{Name: j.Name, Since: j.Since.UTC(), Incident: j.Incident, Destination: j.Destination}
	var err error
	if r.Details, err = j.Details.details(); err != nil {
		return r, err
	}
	if r.Status, err = parseStatus(j.Status); err != nil {
		return r, err
	}
	r.Requests = j.Requests.Dated(r.Since)
	return r, r.Check()
}

// Check returns a *FieldError unless the record is one that commands can lead to.
func (r *Record) Check() error {
	if err := fleet.CheckName(r.Name); err != nil {
		return wrong("name", "%v", err)
	}
	if err := r.check(); err != nil {
		return err
	}
	switch {
	case r.Status >= dispatch.Statuses:
		return wrong("status", "%d is unknown", r.Status)
	case r.Since.Year() < 1970 || r.Since.Year() > 9999:
		return wrong("since", "%s: want a time between the years 1970 and 9999", r.Since)
	case withIncident(r.Status) != (r.Incident != ""):
		return wrong("incident", "%.80q does not fit %s", r.Incident, r.Status)
	case r.Destination != "" && !withDestination(r.Status):
		return wrong("destination", "%.80q does not fit %s", r.Destination, r.Status)
	}
	if r.Incident != "" {
		if err := CheckIncident(r.Incident); err != nil {
			return err
		}
	}
	return errors.Join(CheckText("destination", r.Destination, MaxDestination, false), r.Requests.Check())
}
