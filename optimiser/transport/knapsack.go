package transport

import "math"

// item is patients of one client and what each saves at a centre, above 0.
type item struct {
	save   int32
	weight float64
}

// fill returns the most that items can save in a room, taken in parts where need be: those that save
// most first. price is what the last of them saves, 0 where there is room for all; the items above the
// price are taken, those below are not, and share of those at the price. It reorders items.
//
// It narrows the items down to those at the price by weighted quickselect, three ways.
func fill(items []item, room float64) (saved float64, price int32, share float64) {
	for len(items) > 0 && room > 0 {
		pivot := median(items[0].save, items[len(items)/2].save, items[len(items)-1].save)
		above, level := split(items, pivot)
		weight, gain, equal := 0.0, 0.0, 0.0
		for _, m := range items[:above] {
			weight += m.weight
			gain += m.weight * float64(m.save)
		}
		if weight > room {
			items = items[:above]
			continue
		}
		for _, m := range items[above:level] {
			equal += m.weight
		}
		saved += gain
		room -= weight
		if equal > room {
			return saved + room*float64(pivot), pivot, room / equal
		}
		saved += equal * float64(pivot)
		room -= equal
		if items = items[level:]; room == 0 && len(items) > 0 {
			return saved, pivot, 1
		}
	}
	if len(items) > 0 {
		return saved, math.MaxInt32, 0
	}
	return saved, 0, 0
}

// split orders items: those above the pivot, then those at it, then the rest. It returns where the
// second and the third part start.
func split(items []item, pivot int32) (above, level int) {
	end := len(items)
	for at := 0; at < end; {
		switch m := items[at]; {
		case m.save > pivot:
			items[at], items[above] = items[above], m
			above++
			at++
		case m.save < pivot:
			end--
			items[at], items[end] = items[end], m
		default:
			at++
		}
	}
	return above, end
}

func median(a, b, c int32) int32 { return max(min(a, b), min(max(a, b), c)) }
