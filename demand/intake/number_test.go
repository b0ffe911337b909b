package intake

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func decimalText(n int) string { return strconv.Itoa(n) }

// TestParseNumberAgreesWithStrconv compares with strconv to the last bit.
func TestParseNumberAgreesWithStrconv(t *testing.T) {
	text := rapid.OneOf(
		rapid.StringMatching(`[+-]?[0-9]{1,18}(\.[0-9]{0,18})?`),
		rapid.StringMatching(`[+-]?[0-9]{0,4}\.[0-9]{1,18}`),
		rapid.StringMatching(`[+-]?[0-9]{1,3}(\.[0-9]{1,3})?[eE][+-]?[0-9]{1,2}`),
		rapid.StringMatching(`[0-9+.eExX_a-f-]{0,6}`),
	)
	rapid.Check(t, func(t *rapid.T) {
		s := text.Draw(t, "number")
		want, err := strconv.ParseFloat(s, 64)
		plain := strings.Trim(s, "0123456789+-.eE") == ""
		got, ok := parseNumber([]byte(s))
		if ok != (err == nil && plain) || ok && math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%q is read as %v, %v; want %v, %v", s, got, ok, want, err)
		}
		if withComma := strings.Replace(s, ".", ",", 1); ok {
			if again, ok := parseNumber([]byte(withComma)); !ok || again != got {
				t.Fatalf("%q is read as %v, %v; want %v", withComma, again, ok, got)
			}
		}
	})
}

func TestParseNumberRefusesWords(t *testing.T) {
	for _, s := range []string{"", "-", ".", "Inf", "nan", "0x10", "1_000", "1,2,3", "1.2.3", "51°30'", "12 34", strings.Repeat("1", 100)} {
		if x, ok := parseNumber([]byte(s)); ok {
			t.Errorf("%q is read as %v", s, x)
		}
	}
}

func TestTrim(t *testing.T) {
	for text, want := range map[string]string{"": "", "  ": "", " a b\t": "a b", "NULL": "", " n/a ": "", `\N`: "", "nan": "", "-": "", "-1": "-1", "none": "", "None given": "None given", "#N/A": "", "No": "No"} {
		if got := trim([]byte(text)); string(got) != want {
			t.Errorf("%q is trimmed to %q, want %q", text, got, want)
		}
	}
}
