package planning

import (
	"fmt"
	"strconv"

	"github.com/nearside-ems/nearside/demand"
)

// Limits of a CentreService.
const (
	MaxRoom        = 1000 // patients at once
	MaxStay        = 168  // hours
	MaxHandover    = 240  // minutes
	MaxCentreSteps = 5    // of expand_centres and of contract_centres
)

// CentreService is what centres can do. None of it is published for London: what is left out is
// without limit, and Source says where the rest is from.
type CentreService struct {
	// Room is how many patients a centre can have at once; 0: without limit.
	Room int `yaml:"room,omitempty" json:"room,omitempty" zero:"1 to 1000"`
	// StayHours is how long a patient stays, on average. By Little's law a centre then takes
	// Room / StayHours patients an hour.
	StayHours float64 `yaml:"stay_hours,omitempty" json:"stay_hours,omitempty" zero:"above 0 to 168"`
	// Hours in which centres take patients; nil: always.
	Hours Hours `yaml:"hours,omitempty" json:"hours,omitempty"`
	// HandoverMinutes is how long a car stands at a centre until it is free.
	HandoverMinutes float64    `yaml:"handover_minutes,omitempty" json:"handover_minutes,omitempty" zero:"above 0 to 240"`
	Source          string     `yaml:"source,omitempty" json:"source,omitempty"`
	At              []CentreAt `yaml:"at,omitempty" json:"at,omitempty"` // sites that differ
}

// CentreAt is what a centre at one candidate site could do, where that is not like the others.
type CentreAt struct {
	Site  string `yaml:"site" json:"site"` // a place, or an H3 cell of resolution 8 or 9
	Room  int    `yaml:"room,omitempty" json:"room,omitempty" zero:"1 to 1000"`
	Hours Hours  `yaml:"hours,omitempty" json:"hours,omitempty"`
}

// given reports whether anything is said of what centres can do.
func (c *CentreService) given() bool {
	return c.limited() || c.StayHours != 0 || c.Hours != nil || c.HandoverMinutes != 0 || c.Source != "" || len(c.At) > 0
}

// limited reports whether any centre has a limit of room.
func (c *CentreService) limited() bool {
	for _, a := range c.At {
		if a.Room != 0 {
			return true
		}
	}
	return c.Room != 0
}

func (s *Scenario) checkCentreService(f *faults) {
	c := &s.CentreService
	f.check(s.Centres > 0 || !c.given(), "centre_service", "given", "none where centres is 0")
	f.check(c.Room >= 0 && c.Room <= MaxRoom, "centre_service.room", c.Room, fmt.Sprintf("1 to %d patients at once", MaxRoom))
	f.check(c.StayHours >= 0 && c.StayHours <= MaxStay, "centre_service.stay_hours", c.StayHours, fmt.Sprintf("above 0 to %d", MaxStay))
	f.check(c.HandoverMinutes >= 0 && c.HandoverMinutes <= MaxHandover, "centre_service.handover_minutes", c.HandoverMinutes, fmt.Sprintf("above 0 to %d", MaxHandover))
	switch {
	case c.limited():
		f.check(c.StayHours != 0, "centre_service.stay_hours", "(none)", "how long a patient stays, where room is limited")
	default:
		f.check(c.StayHours == 0, "centre_service.stay_hours", c.StayHours, "none where no room is given")
	}
	f.check(c.Source != "" || !c.given(), "centre_service.source", "(none)", "where the figures are from: they are shown as assumptions")
	f.check(len(c.At) <= MaxCentres, "centre_service.at", fmt.Sprintf("of %d sites", len(c.At)), fmt.Sprintf("at most %d", MaxCentres))
	checkOpening(f, "centre_service.hours", c.Hours)
	for i, a := range c.At {
		at := fmt.Sprintf("centre_service.at[%d]", i)
		f.check(a.Site != "", at+".site", strconv.Quote(a.Site), "a place or an H3 cell")
		f.check(a.Room >= 0 && a.Room <= MaxRoom, at+".room", a.Room, fmt.Sprintf("1 to %d patients at once", MaxRoom))
		f.check(a.Room != 0 || a.Hours != nil, at, "without room and hours", "what differs at the site")
		checkOpening(f, at+".hours", a.Hours)
	}
	s.checkCentreSteps(f)
}

func checkOpening(f *faults, field string, hours Hours) {
	f.check(hours == nil || len(hours) > 0, field, "(none)", "at least one hour, or no such field for always")
	for _, h := range hours {
		f.check(h < demand.HoursPerWeek, field, h, hourNumbers)
	}
}

func (s *Scenario) checkCentreSteps(f *faults) {
	for _, c := range []struct {
		field      string
		steps, can int
	}{{"expand_centres", s.ExpandCentres, max(0, MaxCentres-s.Centres)}, {"contract_centres", s.ContractCentres, max(0, s.Centres-1)}} {
		f.check(c.steps >= 0 && c.steps <= MaxCentreSteps, c.field, c.steps, fmt.Sprintf("1 to %d", MaxCentreSteps))
		f.check(c.steps <= 0 || s.Centres > 0, c.field, c.steps, "none where centres is 0")
		f.check(c.steps <= c.can || s.Centres == 0, c.field, c.steps, fmt.Sprintf("none beyond 1 and %d centres: at most %d", MaxCentres, c.can))
	}
}

// shipped reports whether patients are taken to centres by package optimiser/transport: where centres
// have room or hours, or steps are asked for.
func (s *Scenario) shipped() bool {
	return s.CentreService.given() || s.ExpandCentres > 0 || s.ContractCentres > 0
}
