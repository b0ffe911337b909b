package transport

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// item is patients of one client and what each saves at a centre, above 0.
type item struct {
	save   int32
	weight float64
}

// fill returns the most that items can save in a room, taken in parts where need be: those that save
// most first. price is what the last of them saves, 0 where there is room for all; the items above the
// price are taken, those below are not, and share of those at the price. Without any room the price is
// MaxInt32. It reorders and overwrites items.
//
// A count by classes of saving finds the class of the price, again within that class, until few are left.
func fill(items []item, room float64) (saved float64, price int32, share float64) {
	if room <= 0 {
		return 0, math.MaxInt32, 0
	}
	for len(items) > few {
		low, high := items[0].save, items[0].save
		for _, m := range items {
			low, high = min(low, m.save), max(high, m.save)
		}
		shift := max(0, bits.Len32(uint32(high-low))-classBits)
		var weight [classes]float64
		for _, m := range items {
			weight[(m.save-low)>>shift] += m.weight
		}
		class := classes - 1
		for ; class >= 0 && weight[class] <= room; class-- {
			room -= weight[class]
		}
		kept := 0
		for _, m := range items {
			if c := int(m.save-low) >> shift; c > class {
				saved += m.weight * float64(m.save)
			} else if c == class {
				items[kept] = m
				kept++
			}
		}
		if items = items[:kept]; shift == 0 {
			break
		}
	}
	return fillFew(items, room, saved)
}

const (
	few       = 24
	classBits = 8
	classes   = 1 << classBits
)

// fillFew is fill for few items, or many that save the same, beside what others saved.
func fillFew(items []item, room, saved float64) (all float64, price int32, share float64) {
	if len(items) <= few {
		slices.SortFunc(items, func(x, y item) int { return cmp.Compare(y.save, x.save) })
	}
	for at := 0; at < len(items); {
		level, weight := items[at].save, 0.0
		for ; at < len(items) && items[at].save == level; at++ {
			weight += items[at].weight
		}
		if weight > room {
			return saved + room*float64(level), level, room / weight
		}
		saved += weight * float64(level)
		room -= weight
	}
	return saved, 0, 0
}
