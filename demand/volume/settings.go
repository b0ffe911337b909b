package volume

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/nearside-ems/nearside/demand"
)

// Settings is what a fit may start from. The zero value is good.
type Settings struct {
	// PriorWeek is the calls an hour of a typical week that little data falls back to; nil: none.
	PriorWeek *[week]float64
	// PriorHolidays are factors that holidays of fixed date are presumed to have until they were seen.
	PriorHolidays []demand.Holiday
}

// Validate returns all that is wrong with the settings, joined.
func (s *Settings) Validate() error {
	var errs []error
	if s.PriorWeek != nil {
		var sum float64
		for h, x := range s.PriorWeek {
			if !(x >= 0) || math.IsInf(x, 1) {
				errs = append(errs, fmt.Errorf("prior week: %v calls at %s; want a finite number, 0 or more", x, demand.HourOfWeek(h)))
			}
			sum += x
		}
		if sum == 0 {
			errs = append(errs, errors.New("prior week: no calls at all; leave it out instead"))
		}
	}
	for _, h := range s.PriorHolidays {
		if !(h.Factor > 0 && h.Factor < 100) {
			errs = append(errs, fmt.Errorf("prior holiday %02d-%02d × %v: want a factor of 0 to 100", h.Month, h.Day, h.Factor))
		}
	}
	return errors.Join(errs...)
}

// priorRate returns the prior's calls an hour, 0 without one.
func (s *Settings) priorRate() float64 {
	if s.PriorWeek == nil {
		return 0
	}
	var sum float64
	for _, x := range s.PriorWeek {
		sum += x
	}
	return sum / week
}

// priorShape returns the shape of the week that little data falls back to, of mean 1. No hour is without
// calls: one that came where none could would have no likelihood at all.
func (s *Settings) priorShape() *[week]float64 {
	if s.PriorWeek == nil {
		return &flat
	}
	shape, rate := *s.PriorWeek, s.priorRate()
	for h := range shape {
		shape[h] = max(shape[h]/rate, leastShape)
	}
	return &shape
}

// leastShape is the least rate of an hour that a prior may ask for, relative to the mean.
const leastShape = 1e-3

// priorHoliday returns the factor presumed of a kind of day.
func (s *Settings) priorHoliday(kind uint8) float64 {
	for _, h := range s.PriorHolidays {
		if kind != ordinary && fixedHoliday(time.Month(h.Month), h.Day) == kind {
			return h.Factor
		}
	}
	return 1
}

func (s *Settings) holidayVariance(kind uint8) float64 {
	for _, h := range s.PriorHolidays {
		if fixedHoliday(time.Month(h.Month), h.Day) == kind {
			return givenHolidayVariance
		}
	}
	return holidayVariance
}
