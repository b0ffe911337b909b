package unit

import (
	"errors"
	"regexp"
	"unicode"
	"unicode/utf8"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo"
)

// Command is a change of a car's record: a *Register, *Assign, *SetStatus or *Release.
type Command interface {
	// Kind returns "register", "assign", "status" or "release".
	Kind() string
	// Request returns the id that the caller chose for this very request; empty where none.
	Request() string
	check() error
	apply(next *Record, at moment) error
}

// Register puts a car on the books, or changes what is on them. Its status stays as it is; a new car
// begins as available.
type Register struct {
	RequestID string // may be empty: then a repeat is not known as one
	Details
}

// Assign records that a car was given a call.
type Assign struct {
	RequestID string
	Incident  string // "incidents/ID"
	Advice    string // that it follows or overrides; may be empty
	Reason    string // may be empty
}

// SetStatus records what a car does now.
type SetStatus struct {
	RequestID   string
	Status      dispatch.Status
	Destination string // only for Conveying and AtCentre; empty: unchanged
	Reason      string // needed for OutOfService
}

// Release records that a car was taken off its call before it ended.
type Release struct {
	RequestID string
	Reason    string // needed
}

// Limits of texts, in characters.
const (
	MaxRequestID   = 64
	MaxBase        = 64
	MaxReason      = 200
	MaxDestination = 128
	MaxAdvice      = 64
)

// Kind implements Command.
func (c *Register) Kind() string { return "register" }

// Kind implements Command.
func (c *Assign) Kind() string { return "assign" }

// Kind implements Command.
func (c *SetStatus) Kind() string { return "status" }

// Kind implements Command.
func (c *Release) Kind() string { return "release" }

// Request implements Command.
func (c *Register) Request() string { return c.RequestID }

// Request implements Command.
func (c *Assign) Request() string { return c.RequestID }

// Request implements Command.
func (c *SetStatus) Request() string { return c.RequestID }

// Request implements Command.
func (c *Release) Request() string { return c.RequestID }

func (c *Register) check() error {
	err := CheckText("request_id", c.RequestID, MaxRequestID, false)
	if c.Skills == 0 {
		err = errors.Join(err, wrong("skills", "none; want at least one"))
	}
	return errors.Join(err, c.Details.check())
}

func (c *Assign) check() error {
	return errors.Join(
		CheckIncident(c.Incident),
		CheckText("request_id", c.RequestID, MaxRequestID, true),
		CheckText("advice", c.Advice, MaxAdvice, false),
		CheckText("reason", c.Reason, MaxReason, false))
}

func (c *SetStatus) check() error {
	var status, destination error
	switch {
	case c.Status >= dispatch.Statuses:
		status = wrong("status", "%d is unknown", c.Status)
	case c.Destination != "" && !withDestination(c.Status):
		destination = wrong("destination", "a car that is %s has none; leave it empty", c.Status)
	default:
		destination = CheckText("destination", c.Destination, MaxDestination, false)
	}
	return errors.Join(
		status, destination,
		CheckText("request_id", c.RequestID, MaxRequestID, true),
		CheckText("reason", c.Reason, MaxReason, c.Status == dispatch.OutOfService))
}

func (c *Release) check() error {
	return errors.Join(
		CheckText("request_id", c.RequestID, MaxRequestID, true),
		CheckText("reason", c.Reason, MaxReason, true))
}

func (d *Details) check() error {
	var skills, home error
	if d.Skills&^dispatch.AllSkills != 0 {
		skills = wrong("skills", "%#x: unknown", uint8(d.Skills))
	}
	if d.Home > geo.Sectors {
		home = wrong("sectors", "sector %d is unknown", d.Home)
	}
	return errors.Join(skills, home, CheckText("base", d.Base, MaxBase, false), CheckShifts(d.Shifts))
}

// incidentName is "incidents/" and 1 to 63 letters, digits, dots, underscores and hyphens.
var incidentName = regexp.MustCompile(`^incidents/[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

// CheckIncident returns a *FieldError unless a name is "incidents/ID". It does not repeat what it refuses: a
// free text may be about a person, and refusals are logged.
func CheckIncident(name string) error {
	if !incidentName.MatchString(name) {
		return wrong("incident", "want incidents/ID, where ID is 1 to 63 letters, digits, dots, underscores or hyphens")
	}
	return nil
}

// CheckText returns a *FieldError for a text that is too long, has signs that cannot be shown, or is missing where needed.
func CheckText(field, text string, most int, needed bool) error {
	if needed && text == "" {
		return wrong(field, "empty; it is needed")
	}
	if !utf8.ValidString(text) {
		return wrong(field, "not valid UTF-8")
	}
	if n := utf8.RuneCountInString(text); n > most {
		return wrong(field, "%d characters long; want at most %d", n, most)
	}
	for _, sign := range text {
		if !unicode.IsPrint(sign) {
			return wrong(field, "has %U, which cannot be shown; want letters, digits, signs and spaces", sign)
		}
	}
	return nil
}
