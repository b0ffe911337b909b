package backtest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
)

func testReport(t *testing.T) *Report {
	t.Helper()
	w := newTruth(t, 4, 60)
	h := w.draw(weeksFrom(t, "2026-02-02", 12), 2)
	return mustRun(t, w.city, h, Settings{Resamples: 100}, w, NewMEDIC(w.city), NewSeparable(w.city))
}

// TestReportAddsUp: shares are shares, and what is said of weeks is what is said of all.
func TestReportAddsUp(t *testing.T) {
	r := testReport(t)
	if r.Reference != "truth" || r.Block != ByDay || r.Blocks != 56 || len(r.Weeks) != 8 || r.From != "2026-02-02" || r.Until != "2026-04-26" {
		t.Errorf("%+v", r)
	}
	calls := 0
	for _, w := range r.Weeks {
		calls += w.Calls
	}
	if calls != r.Tested || calls == 0 {
		t.Errorf("weeks have %d calls, %d were tested", calls, r.Tested)
	}
	for _, s := range r.Scores {
		mean := 0.0
		for i, w := range s.Weekly {
			mean += w.LogScore * float64(r.Weeks[i].Calls) / float64(calls)
		}
		if math.Abs(mean-s.LogScore) > 1e-9 {
			t.Errorf("%s: weeks score %v, all %v", s.Name, mean, s.LogScore)
		}
		for _, total := range s.Totals {
			plain, random := 0.0, 0.0
			for b := range total.PIT {
				plain, random = plain+total.PIT[b], random+total.Randomised[b]
			}
			if math.Abs(plain-1) > 1e-9 || math.Abs(random-1) > 1e-9 {
				t.Errorf("%s, %s and %s: histograms sum to %v and %v", s.Name, total.Area, total.Period, plain, random)
			}
		}
	}
	if r.Scores[0].Against != nil || len(r.Scores[1].Against) != len(measures) {
		t.Error("the others are compared with the first, on every measure")
	}
	if d := r.Scores[1].Against[0]; math.Abs(d.Mean-(r.Scores[1].LogScore-r.Scores[0].LogScore)) > 1e-9 || !(d.Low < d.Mean && d.Mean < d.High) {
		t.Errorf("%+v of %v and %v", d, r.Scores[1].LogScore, r.Scores[0].LogScore)
	}
}

func TestReportRoundTrip(t *testing.T) {
	r := testReport(t)
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var again Report
	if err := json.Unmarshal(b, &again); err != nil || !reflect.DeepEqual(*r, again) {
		t.Errorf("error %v, read back %+v", err, again)
	}
}

// TestTextSaysAll: every forecaster and measure is in the text, with its figure.
func TestTextSaysAll(t *testing.T) {
	r := testReport(t)
	var b strings.Builder
	if err := r.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{"Testbury", "MEDIC − truth", "separable: level half-life", "56 days", "district and hour", "worse", "MASE of the daily total"} {

		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestBars(t *testing.T) {
	for _, c := range []struct {
		values    []float64
		low, high float64
		want      string
	}{
		{[]float64{0, 0.5, 1}, 0, 1, "▁▄█"},
		{[]float64{-9, 9}, 0, 1, "▁█"},
		{[]float64{3, 3}, 3, 3, "▁▁"},
		{nil, 0, 1, ""},
	} {
		if got := bars(c.values, c.low, c.high); got != c.want {
			t.Errorf("%v: %q, want %q", c.values, got, c.want)
		}
	}
}

// TestSVG: the drawing is well formed and has a line or column for each forecaster in each of its plots.
func TestSVG(t *testing.T) {
	r := testReport(t)
	var b bytes.Buffer
	if err := r.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	again := bytes.Clone(b.Bytes())
	d, elements := xml.NewDecoder(&b), map[string]int{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			elements[e.Name.Local]++
		}
	}
	if elements["svg"] != 1 || elements["path"] < 4*len(r.Scores) || elements["text"] < 20 {
		t.Errorf("elements %v", elements)
	}
	for _, s := range r.Scores {
		if !bytes.Contains(again, []byte(s.Name)) {
			t.Errorf("no %s in the legend", s.Name)
		}
	}
}
