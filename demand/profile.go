package demand

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
)

// ProfileFormat is the version of the profile's JSON layout, described in docs/format/demand-profile.md.
const ProfileFormat = 1

// Origin says how far a figure can be trusted.
type Origin string

// Origins, from the firmest to the weakest.
const (
	Census     Origin = "census"
	Published  Origin = "published" // a rule or a policy, as its maker states it
	Measured   Origin = "measured"
	Modelled   Origin = "modelled"
	Assumption Origin = "assumption"
)

// Stated is where a figure comes from; every figure of a Profile carries one.
type Stated struct {
	Origin Origin `json:"origin"`
	Source string `json:"source"`
}

// Check returns what is missing of an origin, joined.
func (s Stated) Check() error {
	var errs []error
	switch s.Origin {
	case Census, Published, Measured, Modelled, Assumption:
	default:
		errs = append(errs, fmt.Errorf("origin %q; want census, published, measured, modelled or assumption", s.Origin))
	}
	if s.Source == "" {
		errs = append(errs, errors.New("no source"))
	}
	return errors.Join(errs...)
}

// Profile holds the figures from which Prior is made. Shares sum to 1, factors average 1.
type Profile struct {
	Format int `json:"format"`
	Yearly struct {
		Calls float64 `json:"calls"` // in a mean year of 365.2425 days
		Stated
	} `json:"yearly"`
	HourOfDay struct {
		Share [24]float64 `json:"share"` // of a day's calls, from 00:00, local time
		Stated
	} `json:"hour_of_day"`
	DayOfWeek struct {
		Factor [7]float64 `json:"factor"` // of the mean day, Monday first
		Stated
	} `json:"day_of_week"`
	Holidays struct {
		Days []Holiday `json:"days"`
		Stated
	} `json:"holidays"`
	Boroughs struct {
		Shares []BoroughShare `json:"shares"`
		Stated
	} `json:"boroughs"`
	Need struct {
		PerUnit float64 `json:"per_unit"` // β: calls a head grow as exp(β × need indicator)
		Stated
	} `json:"need"`
	Elsewhere struct {
		Share float64 `json:"share"` // of a borough's calls, spread evenly over its land
		Stated
	} `json:"elsewhere"`
}

// Holiday is a day of every year whose volume differs from what its weekday would give.
type Holiday struct {
	Month  int     `json:"month"`
	Day    int     `json:"day"`
	Factor float64 `json:"factor"`
}

// BoroughShare is the part of all calls that one borough has.
type BoroughShare struct {
	Code  string  `json:"code"` // GSS code
	Name  string  `json:"name"`
	Share float64 `json:"share"`
}

// ReadProfile decodes and validates a profile.
func ReadProfile(r io.Reader) (*Profile, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	var p Profile
	if err := d.Decode(&p); err != nil {
		return nil, fmt.Errorf("demand profile: %w", err)
	}
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("demand profile: %w", err)
	}
	return &p, nil
}

// Validate returns all that is wrong with the profile, joined.
func (p *Profile) Validate() error {
	var errs []error
	wrong := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	wrong(p.Format == ProfileFormat, "format is %d; this version reads %d", p.Format, ProfileFormat)
	wrong(positive(p.Yearly.Calls), "yearly.calls is %v; want a positive number", p.Yearly.Calls)
	wrong(near(sum(p.HourOfDay.Share[:]), 1), "hour_of_day.share sums to %v; want 1", sum(p.HourOfDay.Share[:]))
	wrong(near(sum(p.DayOfWeek.Factor[:]), 7), "day_of_week.factor sums to %v; want 7", sum(p.DayOfWeek.Factor[:]))
	wrong(allPositive(p.HourOfDay.Share[:]) && allPositive(p.DayOfWeek.Factor[:]), "hour_of_day and day_of_week want positive numbers")
	wrong(p.Elsewhere.Share >= 0 && p.Elsewhere.Share <= 1, "elsewhere.share is %v; want 0 to 1", p.Elsewhere.Share)
	wrong(math.Abs(p.Need.PerUnit) <= 10, "need.per_unit is %v; want -10 to 10", p.Need.PerUnit)
	for _, h := range p.Holidays.Days {
		ok := h.Month >= 1 && h.Month <= 12 && h.Day >= 1 && h.Day <= 31 && h.Factor > 0 && h.Factor < 100
		wrong(ok, "holiday %02d-%02d × %v: want a day of the year and a factor of 0 to 100", h.Month, h.Day, h.Factor)
	}
	errs = append(errs, p.validateBoroughs(), p.validateStated())
	return errors.Join(errs...)
}

func (p *Profile) validateBoroughs() error {
	var errs []error
	var total float64
	seen := make(map[string]bool)
	for _, b := range p.Boroughs.Shares {
		if !positive(b.Share) || b.Code == "" || seen[b.Code] {
			errs = append(errs, fmt.Errorf("boroughs: %q with share %v; want each code once with a positive share", b.Code, b.Share))
		}
		seen[b.Code] = true
		total += b.Share
	}
	if !near(total, 1) {
		errs = append(errs, fmt.Errorf("boroughs: shares sum to %v; want 1", total))
	}
	return errors.Join(errs...)
}

// validateStated makes sure that no figure comes without its origin.
func (p *Profile) validateStated() error {
	var errs []error
	for name, s := range p.Stated() {
		if err := s.Check(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// Stated returns the origin of every figure by its name in the file, in the file's order.
func (p *Profile) Stated() iter.Seq2[string, Stated] {
	return func(yield func(string, Stated) bool) {
		_ = yield("yearly", p.Yearly.Stated) &&
			yield("hour_of_day", p.HourOfDay.Stated) &&
			yield("day_of_week", p.DayOfWeek.Stated) &&
			yield("holidays", p.Holidays.Stated) &&
			yield("boroughs", p.Boroughs.Stated) &&
			yield("need", p.Need.Stated) &&
			yield("elsewhere", p.Elsewhere.Stated)
	}
}

// positive reports whether x is finite and above 0.
func positive(x float64) bool { return x > 0 && !math.IsInf(x, 1) }

func allPositive(xs []float64) bool {
	for _, x := range xs {
		if !positive(x) {
			return false
		}
	}
	return true
}

// near reports whether a is b but for the rounding of a written file.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Abs(b) }

func sum(xs []float64) float64 {
	var s float64
	for _, x := range xs {
		s += x
	}
	return s
}
