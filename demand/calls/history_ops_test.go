package calls

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var london = func() *time.Location {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return zone
}()

func drawnCover(t *rapid.T, label string) cover {
	var spans []Span
	for range rapid.IntRange(0, 5).Draw(t, label) {
		from := Hour(rapid.IntRange(0, 60).Draw(t, label+" from"))
		spans = append(spans, Span{from, from + Hour(rapid.IntRange(0, 20).Draw(t, label+" length"))})
	}
	return cover(nil).union(spans)
}

// TestCoverIsASet compares with a table of hours.
func TestCoverIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawnCover(t, "a"), drawnCover(t, "b")
		union, minus, both := a.union(b), a.minus(b), a.both(b)
		n := 0
		for h := range Hour(90) {
			inA, inB := a.holds(h), b.holds(h)
			if union.holds(h) != (inA || inB) || minus.holds(h) != (inA && !inB) || both.holds(h) != (inA && inB) {
				t.Fatalf("hour %d of %v and %v: union %v, minus %v, both %v", h, a, b, union, minus, both)
			}
			if slices.ContainsFunc(a, func(s Span) bool { return s.Holds(h) }) != inA {
				t.Fatalf("%v holds %d: %v", a, h, inA)
			}
			if inA {
				n++
			}
		}
		if a.hours() != n {
			t.Fatalf("%v has %d hours, want %d", a, a.hours(), n)
		}
		for _, c := range []cover{union, minus, both} {
			for i := 1; i < len(c); i++ {
				if c[i].From <= c[i-1].To {
					t.Fatalf("%v has spans that touch", c)
				}
			}
		}
	})
}

// list returns the calls of a history one by one.
func list(h *History) []Call {
	out := make([]Call, h.Len())
	for i := range out {
		out[i] = Call{h.Hour[i], h.Cell[i], h.Kinds[h.Kind[i]]}
	}
	return out
}

func sorted(calls []Call) []Call {
	slices.SortFunc(calls, func(a, b Call) int {
		return slices.Compare([]int32{int32(a.Hour), a.Cell, int32(a.Kind.Compare(b.Kind))}, []int32{int32(b.Hour), b.Cell, 0})
	})
	return calls
}

// TestMergeAndWithout compare with lists of calls.
func TestMergeAndWithout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawn(t, "a"), drawn(t, "b")
		m := merge(a, b)
		if want := sorted(slices.Concat(list(a), list(b))); !slices.Equal(list(m), want) {
			t.Fatalf("merged %v, want %v", list(m), want)
		}
		if got, want := m.known(), a.known().union(b.known()); !slices.Equal(got, want) {
			t.Fatalf("known %v, want %v", got, want)
		}
		from := First + Hour(rapid.IntRange(0, 600).Draw(t, "from"))
		gone := cover{{from, from + Hour(rapid.IntRange(1, 100).Draw(t, "hours"))}}
		less := m.without(gone)
		want := slices.DeleteFunc(list(m), func(c Call) bool { return gone.holds(c.Hour) })
		if !slices.Equal(list(less), want) || len(less.known().both(gone)) > 0 {
			t.Fatalf("without %v: %v, want %v", gone, list(less), want)
		}
		for i, k := range less.Kinds {
			if !slices.Contains(less.Kind, uint8(i)) {
				t.Fatalf("kind %v is left of no call", k)
			}
		}
	})
}

// TestSortRows compares with sorting by comparison, for numbers of every width.
func TestSortRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		mask := rapid.Uint64().Draw(t, "mask")
		rows := make([]uint64, rapid.SampledFrom([]int{0, 1, fewRows - 1, fewRows, 3 * fewRows}).Draw(t, "rows"))
		for i := range rows {
			rows[i] = random.Uint64() & mask
		}
		want := slices.Sorted(slices.Values(rows))
		if got := sortRows(rows); !slices.Equal(got, want) {
			t.Fatal("out of order, or not the same rows")
		}
	})
}

// TestBuilderTakesAnyOrder: the same calls in another order make the same history.
func TestBuilderTakesAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawn(t, "calls")
		all := list(h)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		b := NewBuilder(h.Cells)
		for _, c := range all {
			if err := b.Add(c); err != nil {
				t.Fatal(err)
			}
		}
		again := b.History(london)
		if !reflect.DeepEqual(list(again), list(h)) || b.Len() != 0 {
			t.Fatalf("got %v, want %v", list(again), list(h))
		}
	})
}

func TestBuilderRefuses(t *testing.T) {
	good := Call{First, 0, Kind{"crisis", "999"}}
	for name, change := range map[string]func(*Call){
		"1970":              func(c *Call) { c.Hour = 5 },
		"2100":              func(c *Call) { c.Hour = Last },
		"no such cell":      func(c *Call) { c.Cell = 3 },
		"negative cell":     func(c *Call) { c.Cell = -1 },
		"not UTF-8":         func(c *Call) { c.Kind.Category = "\xff" },
		"two lines":         func(c *Call) { c.Kind.Channel = "9\n99" },
		"a whole narrative": func(c *Call) { c.Kind.Category = string(make([]byte, MaxLabel+1)) },
	} {
		b, c := NewBuilder(3), good
		change(&c)
		if b.Add(c) == nil || b.Len() != 0 {
			t.Errorf("%s: accepted", name)
		}
		if err := b.Add(good); err != nil {
			t.Errorf("after %s a good call is refused: %v", name, err)
		}
	}
	b := NewBuilder(3)
	for i := range MaxKinds {
		if err := b.Add(Call{First, 0, Kind{Category: string(rune('一' + i))}}); err != nil {
			t.Fatal(err)
		}
	}
	if b.Add(Call{First, 0, Kind{Category: "one more"}}) == nil {
		t.Error("a kind over the limit was accepted")
	}
}

// year has n(day) calls on each day of 2024, which is a leap year.
func year(t *testing.T, n func(day int, at time.Time) int) *History {
	t.Helper()
	b := NewBuilder(1)
	for day := range 366 {
		at := time.Date(2024, 1, 1+day, 9, 0, 0, 0, london)
		for range n(day, at) {
			if err := b.Add(Call{HourAt(at), 0, Kind{}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return b.History(london)
}

func TestSilences(t *testing.T) {
	between := func(m1, d1, m2, d2 int) Span {
		return Span{HourAt(time.Date(2024, time.Month(m1), d1, 0, 0, 0, 0, london)), HourAt(time.Date(2024, time.Month(m2), d2, 0, 0, 0, 0, london))}
	}
	for _, c := range []struct {
		name string
		n    func(day int, at time.Time) int
		want []Span
	}{
		{"every day", func(int, time.Time) int { return 3 }, nil},
		{"March is missing, the clocks change in it", func(_ int, at time.Time) int {
			if at.Month() == time.March {
				return 0
			}
			return 1
		}, []Span{between(3, 1, 4, 1)}},
		{"closed at weekends", func(_ int, at time.Time) int {
			if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
				return 0
			}
			return 40
		}, nil},
		{"three calls in a year", func(day int, _ time.Time) int {
			if day == 3 || day == 100 || day == 300 {
				return 1
			}
			return 0
		}, nil},
		{"begins small, grows fifty-fold", func(day int, _ time.Time) int {
			switch {
			case day > 200:
				return 50
			case day%9 == 0:
				return 1
			}
			return 0
		}, nil},
		{"a busy service's lost day", func(day int, _ time.Time) int {
			if day == 60 {
				return 0
			}
			return 30
		}, []Span{between(3, 1, 3, 2)}},
	} {
		if h := year(t, c.n); !slices.Equal(h.Gaps, c.want) {
			t.Errorf("%s: gaps %v, want %v", c.name, h.Gaps, c.want)
		}
	}
}

// TestDaysOfOddZones: days begin and end on their first and last hour wherever midnight lies.
func TestDaysOfOddZones(t *testing.T) {
	for _, name := range []string{"Europe/London", "Asia/Kolkata", "America/Toronto", "America/Asuncion", "Australia/Lord_Howe", "UTC"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(t *rapid.T) {
			h := Hour(rapid.IntRange(int(First), int(Last)-1).Draw(t, "hour"))
			from, to := startOfDay(h, zone), endOfDay(h, zone)
			if n := to - from; n < 22 || n > 26 || h < from || h >= to {
				t.Fatalf("%s: hour %v lies in a day from %v to %v", name, h.Time(), from.Time(), to.Time())
			}
			if dayOf(from-1, zone) == dayOf(h, zone) || dayOf(to, zone) == dayOf(h, zone) || dayOf(from, zone) != dayOf(to-1, zone) {
				t.Fatalf("%s: the day of %v is cut", name, h.Time())
			}
		})
	}
}
