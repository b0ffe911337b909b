package bng

import (
	"errors"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/geo"
	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		ref  string
		want Square
	}{
		{"TQ 30027 80380", Square{Point{530027, 180380}, 1}},
		{"tq3002780380", Square{Point{530027, 180380}, 1}},
		{"  Tq 30027\t80380 ", Square{Point{530027, 180380}, 1}},
		{"TQ 3002 8038", Square{Point{530020, 180380}, 10}},
		{"TQ 300 803", Square{Point{530000, 180300}, 100}},
		{"TQ300803", Square{Point{530000, 180300}, 100}},
		{"TQ 3080", Square{Point{530000, 180000}, 1000}},
		{"TQ38", Square{Point{530000, 180000}, 10000}},
		{"TL 35000 00500", Square{Point{535000, 200500}, 1}},
	} {
		got, err := ParseSquare(c.ref)
		if err != nil || got != c.want {
			t.Errorf("ParseSquare(%q) = %v, %v; want %v", c.ref, got, err, c.want)
		}
		if p, err := Parse(c.ref); err != nil || p != c.want.SouthWest {
			t.Errorf("Parse(%q) = %v, %v; want the south-west corner %v", c.ref, p, err, c.want.SouthWest)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, ref := range []string{
		"", "T", "TQ", "TQ 3", "TQ 300", "TQ 30 8", "TQ 3 08", "TQ 3 0 8 0", "TQ 300271 803801", "TQ 30027,80380",
		"TI 300 803", "1Q 300 803", "TQ -3002 80380", "TQ 30O 803", "530027 180380", "TQ ３０ ８０", "é 300 803",
	} {
		_, err := Parse(ref)
		if bad, ok := errors.AsType[*RefError](err); !ok || !strings.Contains(err.Error(), "want") || bad.Ref != ref {
			t.Errorf("Parse(%q): error %v, want a RefError", ref, err)
		}
	}
	for ref, field := range map[string]string{"SU 300 803": "easting", "TQ 300 100": "northing", "NT 250 735": "easting", "TL 45 58": "northing", "SV 00 00": "easting"} {
		_, err := Parse(ref)
		if bad, ok := errors.AsType[*geo.PointError](err); !ok || bad.Field != field || !strings.Contains(err.Error(), ref) {
			t.Errorf("Parse(%q): error %v, want a PointError for %s", ref, err, field)
		}
	}
}

func TestRef(t *testing.T) {
	p := Point{530027.006, 180379.893}
	for figures, want := range map[int]string{2: "TQ 3 8", 4: "TQ 30 80", 6: "TQ 300 803", 8: "TQ 3002 8037", 10: "TQ 30027 80379"} {
		if got := p.Ref(figures); got != want {
			t.Errorf("Ref(%d) = %q, want %q", figures, got, want)
		}
	}
	if got := (Point{535000.5, 200003}).Ref(10); got != "TL 35000 00003" {
		t.Errorf("Ref(10) = %q, want TL 35000 00003", got)
	}
	if got := (Point{1, 1}).Ref(10); got != "" {
		t.Errorf("a point outside London has the reference %q", got)
	}
}

func TestRefPanicsOnOddFigures(t *testing.T) {
	for _, figures := range []int{-2, 0, 3, 12} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Ref(%d) did not panic", figures)
				}
			}()
			Point{530000, 180000}.Ref(figures)
		}()
	}
}

// The square of a point's reference holds the point.
func TestRefHoldsItsPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Point{rapid.Float64Range(515_000, 550_000).Draw(t, "easting"), rapid.Float64Range(165_000, 195_000).Draw(t, "northing")}
		ref := p.Ref(2 * rapid.IntRange(1, 5).Draw(t, "pairs"))
		s, err := ParseSquare(ref)
		if err != nil {
			t.Fatal(err)
		}
		e, n := p.Easting-s.SouthWest.Easting, p.Northing-s.SouthWest.Northing
		if e < 0 || e >= s.Side || n < 0 || n >= s.Side {
			t.Fatalf("%v is not in the square of %s: %v", p, ref, s)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, ref := range []string{"TQ 30027 80380", "tq3080", "TL 350 005", "TQ", "SU 1 1", "TQ\x00 30 80", "ＴＱ 30 80", "TQ 9999999999", "ı 30 80"} {
		f.Add(ref)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		s, err := ParseSquare(ref)
		if err != nil {
			return
		}
		figures := map[float64]int{10000: 2, 1000: 4, 100: 6, 10: 8, 1: 10}[s.Side]
		printed := s.Centre().Ref(figures)
		if again, err := ParseSquare(printed); err != nil || again != s {
			t.Fatalf("%q is %v, printed as %q, which is %v, %v", ref, s, printed, again, err)
		}
	})
}
