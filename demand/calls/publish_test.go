package calls

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var nine = &Ground{Name: "Town", Zone: "Europe/London", Districts: []string{"East", "West"}, District: []int32{0, 0, 1, 1, 1, 0, 1, 0, 0}}

func drawnBy(t *rapid.T) By {
	return By{rapid.Bool().Draw(t, "district"), rapid.SampledFrom([]Period{Always, HourOfWeek, Month, Day}).Draw(t, "period"), rapid.Bool().Draw(t, "category"), rapid.Bool().Draw(t, "channel")}
}

func published(t interface{ Fatal(...any) }, h *History, by By, threshold int) string {
	rows, err := Publish(h, nine, by, threshold)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteCounts(&b, by, rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// group names the row that a call is counted in, in the slow way.
func group(h *History, i int, by By) Count {
	var c Count
	at := h.Hour[i].Time().In(london)
	if by.District {
		c.District = nine.Districts[nine.District[h.Cell[i]]]
	}
	c.Period = map[Period]string{Always: "", HourOfWeek: at.Format("Mon 15:00"), Month: at.Format("2006-01"), Day: at.Format(time.DateOnly)}[by.Period]
	if k := h.Kinds[h.Kind[i]]; by.Category {
		c.Category = k.Category
	}
	if k := h.Kinds[h.Kind[i]]; by.Channel {
		c.Channel = k.Channel
	}
	return c
}

// TestPublishAgainstCounting: what is published is what a list of calls has, left out or rounded.
func TestPublishAgainstCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, by, threshold := dense(t), drawnBy(t), rapid.IntRange(3, 9).Draw(t, "threshold")
		want := map[Count]int{}
		for i := range h.Len() {
			want[group(h, i, by)]++
		}
		rows, err := Publish(h, nine, by, threshold)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			at := Count{District: r.District, Period: r.Period, Category: r.Category, Channel: r.Channel}
			n := want[at]
			if n < threshold || r.Calls != (n+2)/5*5 || r.Calls == 0 {
				t.Fatalf("%+v is published of %d calls", r, n)
			}
			delete(want, at)
		}
		for at, n := range want {
			if n >= threshold {
				t.Fatalf("%+v with %d calls is left out", at, n)
			}
		}
		if len(rows) > 0 && by.Period == Always && rows[0].Hours != h.Known() {
			t.Fatalf("%d hours, want %d", rows[0].Hours, h.Known())
		}
	})
}

// dense has enough calls that some rows are published.
func dense(t *rapid.T) *History {
	b := NewBuilder(9)
	kinds := []Kind{{"crisis", "999"}, {"welfare", "999"}, {"crisis", "111"}}
	from := HourAt(time.Date(2026, 3, 27, 20, 0, 0, 0, time.UTC))
	for range rapid.IntRange(0, 120).Draw(t, "calls") {
		c := Call{from + Hour(rapid.IntRange(0, 130).Draw(t, "hour")/13*13), int32(rapid.IntRange(0, 8).Draw(t, "cell")), rapid.SampledFrom(kinds).Draw(t, "kind")}
		if err := b.Add(c); err != nil {
			t.Fatal(err)
		}
	}
	return b.History(london)
}

// TestNothingTellsWhatIsLeftOut tries to recover a count that is left out from all else in the table,
// sums and differences included: the table is the same to the byte for every count that it could have
// been, 0 included, so that no way of reading it can tell them apart.
func TestNothingTellsWhatIsLeftOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, by, threshold := dense(t), drawnBy(t), rapid.IntRange(3, 9).Draw(t, "threshold")
		if h.Len() == 0 {
			return
		}
		table := published(t, h, by, threshold)
		groups := map[Count][]int{}
		for i := range h.Len() {
			at := group(h, i, by)
			groups[at] = append(groups[at], i)
		}
		for _, of := range groups {
			if len(of) >= threshold {
				continue
			}
			for could := range threshold {
				if got := published(t, withCount(h, of, could), by, threshold); got != table {
					t.Fatalf("%d calls instead of %d give\n%s\nwhere there was\n%s", could, len(of), got, table)
				}
			}
		}
	})
}

// withCount returns the history with as many calls like those of a group as are asked for.
func withCount(h *History, of []int, n int) *History {
	out := newHistory(0)
	out.Cells, out.Kinds, out.Span, out.Gaps = h.Cells, h.Kinds, h.Span, h.Gaps
	put := func(i int) {
		out.Hour, out.Cell, out.Kind = append(out.Hour, h.Hour[i]), append(out.Cell, h.Cell[i]), append(out.Kind, h.Kind[i])
	}
	for i := range h.Len() {
		switch {
		case !slices.Contains(of, i):
			put(i)
		case i == of[0]:
			for range n {
				put(i)
			}
		}
	}
	return out
}

func TestPublished(t *testing.T) {
	for n, want := range map[int]int{0: 0, 2: 0, 3: 5, 7: 5, 8: 10, 12: 10, 13: 15} {
		if got := Published(n, LeastThreshold); got != want {
			t.Errorf("%d calls are published as %d, want %d", n, got, want)
		}
	}
	if Published(4, DefaultThreshold) != 0 || Published(5, DefaultThreshold) != 5 {
		t.Error("the threshold is not the first count that is published")
	}
	if _, err := Publish(&History{}, &Ground{Zone: "UTC"}, By{}, 2); err == nil {
		t.Error("a threshold of 2 was accepted")
	}
}

func TestParseBy(t *testing.T) {
	by, err := ParseBy("district, month,channel")
	if err != nil || by != (By{District: true, Period: Month, Channel: true}) {
		t.Errorf("%+v, %v", by, err)
	}
	for _, s := range []string{"", "borough", "month,day", "district,district", "hour-of-week,hour-of-week"} {
		if _, err := ParseBy(s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
}

func TestCountsAsCSV(t *testing.T) {
	b := NewBuilder(9)
	for range 6 {
		if err := b.Add(Call{HourAt(time.Date(2026, 3, 29, 3, 0, 0, 0, time.UTC)), 2, Kind{"crisis, first", "999"}}); err != nil {
			t.Fatal(err)
		}
	}
	got := published(t, b.History(london), By{true, HourOfWeek, true, false}, 5)
	if want := "district,hour_of_week,category,calls,known_hours\nWest,Sun 04:00,\"crisis, first\",5,1\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := published(t, b.History(london), By{Period: Day}, 5); !strings.HasSuffix(got, "calls,known_hours\n") {
		t.Errorf("no calls: %q", got)
	}
}
