package outline

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/demand"
)

// MaxDistricts limits the districts that calls may tell. A column with more values than that is
// something else, such as addresses.
const MaxDistricts = 500

// SetDistricts takes over the districts that calls named, by cell; "" where calls named none. A cell
// without one is in the district that it had by calls before, or else in that of the nearest cell with
// one.
func (o *Outline) SetDistricts(named []string) error {
	if len(named) != o.Len() {
		return fmt.Errorf("city %s: districts of %d cells; want %d", o.name, len(named), o.Len())
	}
	named = slices.Clone(named)
	if o.byCalls {
		for i, d := range named {
			if d == "" {
				named[i] = o.districts[o.district[i]]
			}
		}
	}
	if err := o.spread(named); err != nil {
		return fmt.Errorf("city %s: %w", o.name, err)
	}
	districts := slices.Clone(named)
	slices.Sort(districts)
	districts = slices.Compact(districts)
	if len(districts) > MaxDistricts {
		return fmt.Errorf("city %s: %d districts by the calls; want at most %d: is the column another?", o.name, len(districts), MaxDistricts)
	}
	for i, d := range named {
		at, _ := slices.BinarySearch(districts, d)
		o.district[i] = int32(at)
	}
	o.districts, o.byCalls = districts, true
	return nil
}

// spread gives cells without a district that of the nearest with one.
func (o *Outline) spread(named []string) error {
	var have []int
	for i, d := range named {
		if d != "" {
			have = append(have, i)
		}
	}
	if len(have) == 0 {
		return errors.New("the calls name no districts")
	}
	if len(have) == len(named) {
		return nil
	}
	c, err := o.City()
	if err != nil {
		return err
	}
	slices.SortStableFunc(have, func(i, j int) int { return cmp.Compare(c.X[i], c.X[j]) })
	taken := slices.Clone(named)
	for i, d := range named {
		if d == "" {
			taken[i] = named[nearest(c, have, i)]
		}
	}
	copy(named, taken)
	return nil
}

// nearest returns the nearest to cell i of the cells have, which are sorted from west to east. Of two as
// near it is the first cell.
func nearest(c *demand.City, have []int, i int) int {
	best, least := have[0], math.Inf(1)
	look := func(j int) (further bool) {
		dx, dy := c.X[i]-c.X[j], c.Y[i]-c.Y[j]
		if d := dx*dx + dy*dy; d < least || d == least && j < best {
			best, least = j, d
		}
		return dx*dx <= least
	}
	east, _ := slices.BinarySearchFunc(have, c.X[i], func(j int, x float64) int { return cmp.Compare(c.X[j], x) })
	for _, j := range have[east:] {
		if !look(j) {
			break
		}
	}
	for _, j := range slices.Backward(have[:east]) {
		if !look(j) {
			break
		}
	}
	return best
}
