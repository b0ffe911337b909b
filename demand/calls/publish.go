package calls

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Rules of disclosure. A count below the threshold is left out, whether there were a few calls or none,
// and every other is rounded to the nearest RoundTo. Totals are only ever sums of what is published.
//
// So each published figure follows from one count alone, and nothing in a table changes with a count that
// is left out: no arithmetic on the table can tell more of it than that it is below the threshold. That
// holds for one table. Two tables of the same calls by different columns, or of a week more, are two views of
// the same counts; who publishes both should choose a higher threshold.
const (
	RoundTo          = 5
	DefaultThreshold = 5
	LeastThreshold   = 3
)

// Published returns a count as it may be published, 0 where it is left out.
func Published(n, threshold int) int {
	if n < threshold {
		return 0
	}
	return (n + RoundTo/2) / RoundTo * RoundTo
}

// By is what calls are counted by.
type By struct {
	District bool
	Period   Period
	Category bool
	Channel  bool
}

// ParseBy reads names parted by commas: district, one of hour-of-week, month and day, category, channel.
func ParseBy(s string) (By, error) {
	var by By
	for name := range strings.SplitSeq(s, ",") {
		period := Always
		twice := false
		switch strings.TrimSpace(name) {
		case "district":
			twice, by.District = by.District, true
		case "category":
			twice, by.Category = by.Category, true
		case "channel":
			twice, by.Channel = by.Channel, true
		case "hour-of-week":
			period = HourOfWeek
		case "month":
			period = Month
		case "day":
			period = Day
		default:
			return By{}, fmt.Errorf("%q: want some of district, hour-of-week, month, day, category, channel", name)
		}
		if period != Always {
			twice, by.Period = by.Period != Always, period
		}
		if twice {
			return By{}, fmt.Errorf("%q: want each name once, and one period", s)
		}
	}
	return by, nil
}

// Count is one row of a table for publication.
type Count struct {
	District, Period  string // empty where not counted by it
	Category, Channel string
	Calls             int // rounded
	Hours             int // in the period of which calls are known
}

// key is a row before it is named. What calls are not counted by is 0.
type key struct {
	district, period  int32
	category, channel uint8
}

// Publish counts the calls of a history over a city by the rules of disclosure: rows with fewer calls than
// the threshold are not there. Rows ascend by the city's order
// of districts, then time, category and channel.
func Publish(h *History, g *Ground, by By, threshold int) ([]Count, error) {
	if threshold < LeastThreshold {
		return nil, fmt.Errorf("a threshold of %d calls; want %d at least", threshold, LeastThreshold)
	}
	if len(g.District) != h.Cells {
		return nil, fmt.Errorf("%s has %d cells, the calls %d", g.Name, len(g.District), h.Cells)
	}
	zone, err := time.LoadLocation(g.Zone)
	if err != nil {
		return nil, err
	}
	categories, channels := names(h.Kinds, func(k Kind) string { return k.Category }), names(h.Kinds, func(k Kind) string { return k.Channel })
	counts := tally(h, g, by, zone, keysOf(h.Kinds, by, categories, channels))
	hours := known(h, by.Period, zone)
	var rows []Count
	for _, k := range slices.SortedFunc(maps.Keys(counts), key.compare) {
		n := Published(counts[k], threshold)
		if n == 0 {
			continue
		}
		row := Count{Period: by.Period.label(k.period), Calls: n, Hours: hours[k.period]}
		if by.District {
			row.District = g.Districts[k.district]
		}
		if by.Category {
			row.Category = categories[k.category]
		}
		if by.Channel {
			row.Channel = channels[k.channel]
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (k key) compare(o key) int {
	return cmp.Or(cmp.Compare(k.district, o.district), cmp.Compare(k.period, o.period), cmp.Compare(k.category, o.category), cmp.Compare(k.channel, o.channel))
}

// names returns the distinct names of kinds, ascending.
func names(kinds []Kind, of func(Kind) string) []string {
	list := make([]string, len(kinds))
	for i, k := range kinds {
		list[i] = of(k)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// keysOf returns the category and channel of each kind, where they count.
func keysOf(kinds []Kind, by By, categories, channels []string) []key {
	keys := make([]key, len(kinds))
	for i, k := range kinds {
		if by.Category {
			at, _ := slices.BinarySearch(categories, k.Category)
			keys[i].category = uint8(at)
		}
		if by.Channel {
			at, _ := slices.BinarySearch(channels, k.Channel)
			keys[i].channel = uint8(at)
		}
	}
	return keys
}

// tally counts exactly; nothing of it is to leave this package.
func tally(h *History, g *Ground, by By, zone *time.Location, kinds []key) map[key]int {
	counts := make(map[key]int)
	var period int32
	for i, hour := range h.Hour {
		if i == 0 || hour != h.Hour[i-1] {
			period = by.Period.of(hour, zone)
		}
		k := kinds[h.Kind[i]]
		k.period = period
		if by.District {
			k.district = g.District[h.Cell[i]]
		}
		counts[k]++
	}
	return counts
}

// known returns how many hours of each period are known.
func known(h *History, p Period, zone *time.Location) map[int32]int {
	hours := make(map[int32]int)
	for _, s := range h.known() {
		for t := s.From; t < s.To; t++ {
			hours[p.of(t, zone)]++
		}
	}
	return hours
}
