package main

import (
	"slices"

	"github.com/nearside-ems/nearside/demand"
)

// disclosure says which figures of a forecast may be published: those of places where at least a threshold
// of calls was learnt from, of the kinds and hours of the week that are asked for. Below that a rate would
// show that there were a few calls, or none. The prior rests on no call: all of it may be published.
type disclosure struct {
	threshold int
	city      *cityOfDir
	known     []int // calls of each cell; nil: nothing was learnt from calls
}

// disclosure returns the rule; nil where all is written.
func (c *forecastExportCommand) disclosure(a *asked) *disclosure {
	if !c.Publish {
		return nil
	}
	d := &disclosure{threshold: c.Threshold, city: a.city}
	fit := a.expected.fit
	if fit == nil {
		return d
	}
	about := fit.About()
	h, typical := a.stored.Before(about.CutOff()), a.typical()
	d.known = make([]int, a.city.Len())
	for i, t := range h.Hour {
		k := h.Kinds[h.Kind[i]]
		counts := (len(c.Category) == 0 || slices.Contains(c.Category, k.Category)) && (len(c.Channel) == 0 || slices.Contains(c.Channel, k.Channel))
		if counts && slices.Contains(typical, demand.HourOf(t.Time(), a.city.Zone)) {
			d.known[h.Cell[i]]++
		}
	}
	return d
}

// cell returns the calls that were learnt from in a cell.
func (d *disclosure) cell(c int32) int {
	if d == nil || d.known == nil {
		return 0
	}
	return d.known[c]
}

// district returns the calls that were learnt from in a district.
func (d *disclosure) district(of int32) (n int) {
	if d == nil || d.known == nil {
		return 0
	}
	for c, k := range d.known {
		if d.city.District[c] == of {
			n += k
		}
	}
	return n
}

// shows reports whether a place with so many calls may be shown.
func (d *disclosure) shows(known int) bool {
	return d == nil || d.known == nil || known >= d.threshold
}

// figures is how many figures a rate has.
func (d *disclosure) figures() int {
	if d == nil {
		return 4
	}
	return 2
}
