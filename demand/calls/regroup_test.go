package calls

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestRegroupCountsTheSameCalls compares the count of each hour, cell and kind with that of every call
// looked at by itself.
func TestRegroupCountsTheSameCalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type key struct {
			hour Hour
			cell int32
			kind uint8
		}
		h := &History{Cells: 5, Span: Span{0, 6}, Kinds: []Kind{{}, {"crisis", "999"}}}
		to := rapid.SliceOfN(rapid.Int32Range(0, 2), 5, 5).Draw(t, "to")
		want := map[key]int{}
		for hour := Hour(0); hour < 6; hour++ {
			for range rapid.IntRange(0, 4).Draw(t, "calls") {
				c, k := rapid.Int32Range(0, 4).Draw(t, "cell"), rapid.Uint8Range(0, 1).Draw(t, "kind")
				h.Hour, h.Cell, h.Kind = append(h.Hour, hour), append(h.Cell, c), append(h.Kind, k)
				want[key{hour, to[c], k}]++
			}
		}
		before := slices.Clone(h.Cell)
		r, err := h.Regroup(to, 3)
		if err != nil {
			t.Fatal(err)
		}
		if r.Cells != 3 || r.Span != h.Span || !slices.Equal(h.Cell, before) {
			t.Fatalf("%d cells over %v; the first history's cells were %v and are %v", r.Cells, r.Span, before, h.Cell)
		}
		for i := range r.Hour {
			k := key{r.Hour[i], r.Cell[i], r.Kind[i]}
			want[k]--
			if i > 0 && r.Hour[i] == r.Hour[i-1] && (k.cell < r.Cell[i-1] || k.cell == r.Cell[i-1] && k.kind < r.Kind[i-1]) {
				t.Fatalf("call %d is out of order", i)
			}
		}
		for k, n := range want {
			if n != 0 {
				t.Fatalf("%+v: %d calls lost", k, n)
			}
		}
	})
}

func TestRegroupRefuses(t *testing.T) {
	h := &History{Cells: 2}
	for _, to := range [][]int32{nil, {0}, {0, 3}, {0, -1}} {
		if _, err := h.Regroup(to, 3); err == nil {
			t.Errorf("%v was taken for 2 cells", to)
		}
	}
}
