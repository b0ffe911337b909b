package calls

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/nearside-ems/nearside/internal/artefact"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write golden files anew")

// drawn returns a history of at most 4 kinds and 9 cells, as a Builder makes it but with any gaps.
func drawn(t *rapid.T, label string) *History {
	b := NewBuilder(9)
	from := First + Hour(rapid.IntRange(0, 300).Draw(t, label+" from"))
	kinds := []Kind{{"crisis", "999"}, {"", ""}, {"crisis", "111"}, {"verwirrt – ängstlich", "police"}}
	for range rapid.IntRange(0, 30).Draw(t, label+" calls") {
		c := Call{from + Hour(rapid.IntRange(0, 400).Draw(t, label)), int32(rapid.IntRange(0, 8).Draw(t, label)), rapid.SampledFrom(kinds).Draw(t, label)}
		if err := b.Add(c); err != nil {
			t.Fatal(err)
		}
	}
	h := b.History(london)
	if h.Len() > 0 && rapid.Bool().Draw(t, label+" with a hole") {
		at := h.Span.From + Hour(rapid.IntRange(0, h.Span.Hours()-1).Draw(t, label+" hole"))
		h = h.without(cover{{at, at + 20}})
	}
	return h
}

func drawnContents(t *rapid.T) *contents {
	c := &contents{
		round:     rapid.Uint64Range(0, 1<<62).Draw(t, "round"),
		ground:    Ground{Name: "Town", Zone: "Europe/London", Districts: []string{"East", "West"}, District: []int32{0, 0, 1, 1, 1, 0, 1, 0, 0}},
		retention: rapid.SampledFrom([]Retention{Forever, {Years: 3}, {Weeks: 26}}).Draw(t, "retention"),
		history:   drawn(t, "history"),
		imports:   make([]Import, rapid.IntRange(0, 3).Draw(t, "imports")),
	}
	for i := range c.imports {
		sum := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "sum")
		c.imports[i] = Import{[32]byte(sum), Span{First, First + Hour(i)}, 300, 299, 1, rapid.Bool().Draw(t, "replaced")}
	}
	return c
}

func encoded(t interface{ Fatal(...any) }, c *contents) []byte {
	var b bytes.Buffer
	if err := c.encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecodeReturnsWhatWasEncoded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawnContents(t)
		b := encoded(t, c)
		got, err := decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, got, cmp.AllowUnexported(contents{}), cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		cut := rapid.IntRange(0, len(b)-1).Draw(t, "cut")
		if _, err := decode(b[:cut]); !errors.Is(err, artefact.ErrCorrupt) {
			t.Fatalf("cut to %d of %d bytes: %v", cut, len(b), err)
		}
	})
}

// golden is the example that docs/format/calls.md walks through.
func golden(t testing.TB) *contents {
	b := NewBuilder(3)
	for _, c := range []Call{
		{First + 10, 2, Kind{"crisis", "999"}},
		{First + 10, 0, Kind{"crisis", "police"}},
		{First + 30, 2, Kind{"crisis", "999"}},
	} {
		if err := b.Add(c); err != nil {
			t.Fatal(err)
		}
	}
	h := b.History(london)
	return &contents{
		round:     2,
		ground:    Ground{Name: "Town", Zone: "Europe/London", Districts: []string{"East", "West"}, District: []int32{0, 1, 1}},
		retention: Retention{Years: 3},
		imports:   []Import{{[32]byte{1, 2, 3}, h.Span, 4, 3, 1, false}},
		history:   h,
	}
}

func TestGoldenFile(t *testing.T) {
	path := filepath.Join("testdata", "calls.hex")
	got := encoded(t, golden(t))
	if *update {
		if err := os.WriteFile(path, []byte(hex.EncodeToString(got)+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if hex.EncodeToString(got) != string(bytes.TrimSpace(text)) {
		t.Errorf("the layout has changed to %x; count the version up, or keep it", got)
	}
}

// FuzzDecode: whatever is taken is as it would be written, in order and within its limits.
func FuzzDecode(f *testing.F) {
	f.Add(encoded(f, golden(f)))
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := decode(b)
		if err != nil {
			if !errors.Is(err, artefact.ErrCorrupt) {
				t.Errorf("error %v", err)
			}
			return
		}
		if again := encoded(t, c); !bytes.Equal(again, b) {
			t.Errorf("taken from %x, but written as %x", b, again)
		}
		h := c.history
		known := h.known()
		for i := range h.Len() {
			if h.Cell[i] < 0 || int(h.Cell[i]) >= h.Cells || int(h.Kind[i]) >= len(h.Kinds) || !known.holds(h.Hour[i]) || i > 0 && h.key(i) < h.key(i-1) {
				t.Fatalf("call %d: hour %d, cell %d, kind %d", i, h.Hour[i], h.Cell[i], h.Kind[i])
			}
		}
	})
}
