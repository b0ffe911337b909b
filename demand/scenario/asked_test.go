package scenario

import (
	"testing"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
)

// TestAskedByKind: a forecast of one kind of calls has all of an event of that kind, and none of others,
// though the event is far from the district's usual mix; of calls of no known kind a share can be asked.
func TestAskedByKind(t *testing.T) {
	b := apply(t, mixed(), Modification{Event: &Event{At: Point{0.01, 0.01}, Radius: 500, Start: span.From.Time(), Hours: 10, Calls: 300, Category: "crowd", Channel: "radio"}})
	asked := calls.Span{From: span.From, To: span.From + 24}
	mean := func(b forecast.Baseline, q forecast.Query) float64 {
		q.Span = asked
		a, err := forecast.Ask(b, q)
		if err != nil {
			t.Fatal(err)
		}
		return a.Total.Mean
	}
	near(t, "crowd", mean(b, forecast.Query{Categories: []string{"crowd"}}), 300)
	near(t, "police", mean(b, forecast.Query{Channels: []string{"police"}}), mean(mixed(), forecast.Query{Channels: []string{"police"}}))
	suits := func(k calls.Kind) float64 {
		if k == (calls.Kind{}) {
			return 0.25
		}
		return 1
	}
	prior := apply(t, flat{city: town()}, Modification{Growth: &Growth{PerYear: 0.5, Years: 1}, Origin: demand.Assumption})
	near(t, "of no known kind", mean(prior, forecast.Query{Share: suits}), 0.25*mean(prior, forecast.Query{}))
	week, err := forecast.Thinned(prior, suits)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "typical week", total(week.Rate), 0.25*total(prior.Week().Rate))
	near(t, "of known kinds", mean(b, forecast.Query{Share: suits}), mean(b, forecast.Query{}))
}
