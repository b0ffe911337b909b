package forecast

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// smallFit is a fit of a few weeks' calls with a gap.
func smallFit(t testing.TB) *Fit {
	t.Helper()
	p := testPrior(testCity(4), 30)
	from := at(t, "2025-01-06 00:00")
	h := simulate(p, calls.Span{From: from, To: from + 24*50}, 11)
	h.Gaps = []calls.Span{{From: from + 24*50, To: from + 24*53}}
	h.Span.To = from + 24*60
	return learn(t, p.City(), h, p.Settings())
}

func body(t testing.TB, f *Fit) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestHeadIsAsDescribed holds the bytes before the volume against docs/format/forecast.md, written by hand.
func TestHeadIsAsDescribed(t *testing.T) {
	f := &Fit{city: &demand.City{Hash: [32]byte{0xc1}, Districts: []string{"All"}}, calls: [32]byte{0xca},
		about: About{Calls: 300, Span: calls.Span{From: 0x70000, To: 0x70000 + 30}}, gaps: []calls.Span{{From: 0x70010, To: 0x70012}},
		daily: []uint32{299, 1}, mix: &Mix{Kinds: []calls.Kind{{Category: "a", Channel: "999"}}, HalfLife: 4, ByHour: math.Inf(1), ByDistrict: 2, ByBoth: 4,
			Share: slices.Repeat([]float32{1}, 24)}}
	want := "c1" + strings.Repeat("00", 31) + "ca" + strings.Repeat("00", 31) + // city, calls
		"2c010000" + "00000700" + "1e000700" + // 300 calls in 30 hours
		"01000000" + "10000700" + "12000700" + // one gap
		"2b010000" + "01000000" + // calls of 24 hours, of the other 6
		"01000000" + "01000000" + "61" + "03000000" + "393939" + // one kind
		"0000000000001040" + "000000000000f07f" + "0000000000000040" + "0000000000001040" + // 4, ∞, 2, 4
		strings.Repeat("0000803f", 24)
	if got := hex.EncodeToString(f.head()); got != want {
		t.Errorf("head is\n%s, want\n%s", got, want)
	}
}

// TestSavedFitIsTheFit: what is read again answers the same, and is written the same.
func TestSavedFitIsTheFit(t *testing.T) {
	f, dir := smallFit(t), t.TempDir()
	if err := f.Save(dir); err != nil {
		t.Fatal(err)
	}
	g, err := Open(dir, f.city)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(body(t, f), body(t, g)) || !slices.Equal(f.Week().Rate, g.Week().Rate) {
		t.Error("the fit changed on its way through a file")
	}
	if diff := cmp.Diff(f.About(), g.About()); diff != "" || g.CallsHash() != f.CallsHash() || !slices.Equal(g.Gaps(), f.Gaps()) {
		t.Errorf("another origin: %s", diff)
	}
	q := Query{Span: calls.Span{From: f.about.Span.To, To: f.about.Span.To + 30}, Channels: []string{"999"}}
	if diff := cmp.Diff(cellBands(ask(t, f, q)), cellBands(ask(t, g, q))); diff != "" {
		t.Error(diff)
	}
}

// TestFitWithoutKinds: a history that tells no kinds apart goes through a file too.
func TestFitWithoutKinds(t *testing.T) {
	p := testPrior(testCity(4), 30)
	f := learn(t, p.City(), &calls.History{Cells: 16}, p.Settings())
	dir := t.TempDir()
	if err := f.Save(dir); err != nil {
		t.Fatal(err)
	}
	g, err := Open(dir, f.city)
	if err != nil || g.Mix() != nil || !slices.Equal(f.Week().Rate, g.Week().Rate) {
		t.Errorf("error %v, mix %v", err, g.Mix())
	}
}

func TestOpenRefuses(t *testing.T) {
	f, dir := smallFit(t), t.TempDir()
	if _, err := Open(dir, f.city); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := f.Save(dir); err != nil {
		t.Fatal(err)
	}
	other := *f.city
	other.Name, other.Hash = "Elsewhere", [32]byte{1}
	if _, err := Open(dir, &other); !errors.Is(err, ErrOtherCity) || !strings.Contains(err.Error(), "Elsewhere") {
		t.Errorf("another city: %v", err)
	}
	path := filepath.Join(dir, File)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole[len(whole)/2] ^= 1
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, f.city); !errors.Is(err, artefact.ErrUnusable) || !strings.Contains(err.Error(), File) {
		t.Errorf("a changed byte: %v", err)
	}
}

// TestCutShortIsRefused: no beginning of a body is taken for a whole one.
func TestCutShortIsRefused(t *testing.T) {
	f := smallFit(t)
	whole := body(t, f)
	for n := 0; n < len(whole); n += 1 + n/40 {
		if _, err := decode([32]byte{}, whole[:n:n], f.city); err == nil {
			t.Fatalf("%d of %d bytes were taken", n, len(whole))
		}
	}
	if _, err := decode([32]byte{}, append(slices.Clone(whole), 0), f.city); !errors.Is(err, artefact.ErrCorrupt) {
		t.Errorf("a byte too many: %v", err)
	}
}

func TestInputsSeeWhatMatters(t *testing.T) {
	p := testPrior(testCity(4), 30)
	base := func() (*demand.City, [32]byte, Settings) { return testCity(4), [32]byte{1}, p.Settings() }
	first, err := Inputs(base())
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := Inputs(base()); again != first {
		t.Error("the same inputs have another hash")
	}
	for name, change := range map[string]func(*demand.City, *[32]byte, *Settings){
		"calls":     func(_ *demand.City, h *[32]byte, _ *Settings) { h[3]++ },
		"city":      func(c *demand.City, _ *[32]byte, _ *Settings) { c.Hash[0]++ },
		"prior":     func(c *demand.City, _ *[32]byte, _ *Settings) { c.Prior[0], c.Prior[1] = c.Prior[1], c.Prior[0]+1e-9 },
		"covariate": func(c *demand.City, _ *[32]byte, _ *Settings) { c.Covariates = []demand.Covariate{{Name: "people"}} },
		"settings":  func(_ *demand.City, _ *[32]byte, s *Settings) { s.Volume.PriorWeek[9]++ },
	} {
		c, h, s := base()
		change(c, &h, &s)
		if other, err := Inputs(c, h, s); err != nil || other == first {
			t.Errorf("%s: the hash did not change, %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	p := testPrior(testCity(2), 30)
	from := at(f, "2025-01-06 00:00")
	fit := learn(f, p.City(), simulate(p, calls.Span{From: from, To: from + 24*9}, 11), p.Settings())
	f.Add(body(f, fit))
	f.Add(body(f, learn(f, fit.city, &calls.History{Cells: 4}, p.Settings())))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := decode([32]byte{}, b, fit.city)
		if err != nil {
			return
		}
		if !bytes.Equal(body(t, got), b) {
			t.Error("taken, but not as it would be written")
		}
		got.Week()
	})
}
