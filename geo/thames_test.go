package geo

import (
	"strings"
	"testing"
)

const (
	tidal = `{"type":"Feature","properties":{"kind":"tidal"},"geometry":{"type":"Polygon","coordinates":[[[0,51.5],[0.1,51.5],[0.1,51.51],[0,51.5]]]}}`
	upper = `{"type":"Feature","properties":{"kind":"upper"},"geometry":{"type":"LineString","coordinates":[[-0.3,51.4],[-0.31,51.4]]}}`
)

func TestReadThames(t *testing.T) {
	river, err := ReadThames(strings.NewReader(collection(tidal, upper)))
	if err != nil || len(river.Tidal[0]) != 4 || len(river.Upper) != 2 {
		t.Errorf("%v, %v", river, err)
	}
}

func TestReadThamesRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                        "not a GeoJSON",
		collection(tidal):         "one of kind upper",
		collection("null", tidal): "feature 0 is null",
		collection(tidal, strings.Replace(upper, "upper", "canal", 1)):      "feature 1: want",
		collection(strings.Replace(tidal, "tidal", "upper", 1), upper):      "feature 0: want",
		collection(strings.Replace(tidal, "[0.1,51.5]", "[9,9]", 1)):        "feature 0: want",
		collection(strings.Replace(tidal, "[[[0,51.5],", "[[[0,51.6],", 1)): "feature 0: want",
	} {
		if _, err := ReadThames(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", in, err, want)
		}
	}
}
