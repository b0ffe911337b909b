package planning

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/optimiser"
)

func TestDocumentRoundTrip(t *testing.T) {
	d := solved()
	if diff := cmp.Diff(d, reread(t, d)); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeRefuses(t *testing.T) {
	text := string(must(solved().Encode()))
	for name, c := range map[string]struct{ text, says string }{
		"nothing":          {"", "end of JSON"},
		"other JSON":       {`{"type": "FeatureCollection"}`, `format ""`},
		"a list":           {`[]`, "array"},
		"another release":  {strings.Replace(text, Format, "nearside-plan/1", 1), "nearside-plan/1"},
		"unknown field":    {strings.Replace(text, `"gap":`, `"cost": 3, "gap":`, 1), `unknown field "cost"`},
		"cut short":        {text[:len(text)/2], "byte "},
		"text after it":    {text + "{}", "after top-level value"},
		"text for number":  {strings.Replace(text, `"value": `, `"value": "x", "bound": `, 1), "value"},
		"number too large": {strings.Replace(text, `"value": `, `"value": 1e999, "bound": `, 1), "value"},
	} {
		if _, err := Decode(strings.NewReader(c.text)); !errors.Is(err, ErrDocument) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v; want %v that says %q", name, err, ErrDocument, c.says)
		}
	}
	endless := io.MultiReader(strings.NewReader(`{"format": "`), bytes.NewReader(bytes.Repeat([]byte("x"), MaxDocumentBytes)))
	if _, err := Decode(endless); !errors.Is(err, ErrDocument) || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("a document over the limit: error %v", err)
	}
}

func drawCertificate(t *rapid.T) *optimiser.Certificate {
	c := new(optimiser.Certificate)
	for _, m := range rapid.SliceOfN(rapid.IntRange(-10_000_000, 10_000_000), 0, 50).Draw(t, "multipliers, ms") {
		c.Multiplier = append(c.Multiplier, float64(m)/1000)
	}
	for _, i := range rapid.SliceOfN(rapid.IntRange(0, 3000), 0, 20).Draw(t, "steps") {
		c.Proof = append(c.Proof, optimiser.Step{Kind: optimiser.Kind(i % 3), Index: i})
	}
	return c
}

func TestProofRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want, got := drawCertificate(t), new(optimiser.Certificate)
		text, err := encodeProof(want)
		if err != nil {
			t.Fatal(err)
		}
		if err := decodeProof(text, got); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Multiplier, want.Multiplier) || !slices.Equal(got.Proof, want.Proof) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func TestProofRefusesWhatItCannotHold(t *testing.T) {
	text, err := encodeProof(&optimiser.Certificate{Multiplier: []float64{1, 2, 3}})
	if err != nil {
		t.Fatal(err)
	}
	// A count of 2^28 multipliers and not one of them: 80 80 80 80 01, deflated.
	for _, bad := range []string{"", "!", text[:len(text)-8], "eJxraGhoYAQABwYCAg=="} {
		if err := decodeProof(bad, new(optimiser.Certificate)); !errors.Is(err, errProof) {
			t.Errorf("%q: error %v, want %v", bad, err, errProof)
		}
	}
}

// FuzzDecode looks for documents that crash the decoder, and for ones that change when written again.
func FuzzDecode(f *testing.F) {
	small := *solved()
	small.ByBorough, small.Comparisons = small.ByBorough[:1], nil
	small.Response.Certificate.Proof = ""
	small.Conveyance = nil
	f.Add(must(small.Encode()))
	f.Add([]byte(`{"format": "nearside-plan/2", "cars": [{"cell": "89195da49b7ffff"}]}`))
	f.Add([]byte(`{"format": "nearside-plan/2"} {}`))
	f.Add([]byte(`{"format": 7}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Decode(bytes.NewReader(text))
		if err != nil {
			if !errors.Is(err, ErrDocument) {
				t.Fatalf("error %v does not wrap %v", err, ErrDocument)
			}
			return
		}
		first := must(d.Encode())
		second := must(must(Decode(bytes.NewReader(first))).Encode())
		if !bytes.Equal(first, second) {
			t.Fatalf("written again it differs:\n%s\n%s", first, second)
		}
	})
}

// FuzzDecodeProof looks for proofs that crash or swell.
func FuzzDecodeProof(f *testing.F) {
	f.Add(must(encodeProof(&optimiser.Certificate{Multiplier: []float64{100, 99.5, 200}, Proof: []optimiser.Step{{Kind: optimiser.Split, Index: 2}}})))
	f.Add("eJxraGhoYAQABwYCAg==")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		c := new(optimiser.Certificate)
		if err := decodeProof(text, c); err != nil {
			if !errors.Is(err, errProof) {
				t.Fatalf("error %v does not wrap %v", err, errProof)
			}
			return
		}
		if len(c.Multiplier) > maxProof || len(c.Proof) > maxProof {
			t.Fatalf("%d multipliers, %d steps", len(c.Multiplier), len(c.Proof))
		}
	})
}
