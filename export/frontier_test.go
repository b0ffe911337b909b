package export

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"

	"github.com/nearside-ems/nearside/planning"
)

func TestFrontierSVGIsWellFormed(t *testing.T) {
	d := &planning.Document{Frontier: &planning.Frontier{Points: []planning.FrontierPoint{
		{MeanSeconds: 400, BoundSeconds: 398, WorstSeconds: 700, Cap: 700},
		{MeanSeconds: 420, BoundSeconds: 405, WorstSeconds: 600, Cap: 610},
	}}}
	svg, err := FrontierSVG(d)
	if err != nil {
		t.Fatal(err)
	}
	elements := 0
	for r := xml.NewDecoder(bytes.NewReader(svg)); ; elements++ {
		if _, err := r.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if elements < 20 || !bytes.Contains(svg, []byte("no plan below")) {
		t.Errorf("%d parts in %d bytes", elements, len(svg))
	}
	if again, err := FrontierSVG(d); err != nil || !bytes.Equal(svg, again) {
		t.Error("drawn twice, it differs")
	}
	if _, err := FrontierSVG(&planning.Document{}); !errors.Is(err, ErrNoFrontier) {
		t.Errorf("without a frontier: %v", err)
	}
}
