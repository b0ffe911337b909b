package geo

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

const camden = `{"type":"Feature","properties":{"code":"E09000007","name":"Camden","sector":"NCL","inner":true},` +
	`"geometry":{"type":"MultiPolygon","coordinates":[[[[-0.2,51.5],[-0.1,51.5],[-0.1,51.6],[-0.2,51.5]]]]}}`

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func TestReadBoroughs(t *testing.T) {
	bromley := strings.NewReplacer("E09000007", "E09000006", "Camden", "Bromley", "NCL", "SEL", "true", "false").Replace(camden)
	got, err := ReadBoroughs(strings.NewReader(collection(camden, bromley)))
	if err != nil || len(got) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	if b := got[0]; b.Code != "E09000006" || b.Name != "Bromley" || b.Sector != SEL || b.Inner || len(b.Land[0][0]) != 4 {
		t.Errorf("the first is %v", b)
	}
	if b := got[1]; b.Name != "Camden" || b.Sector != NCL || !b.Inner {
		t.Errorf("the second is %v", b)
	}
}

func TestReadBoroughsRefuses(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"E09000007", "E09000034", "property code"},
		{`"code"`, `"gss"`, "property code"},
		{"Camden", "", "name is missing"},
		{"NCL", "NHS", "want NCL, NEL, NWL, SEL or SWL"},
		{"true", `"yes"`, "property inner"},
		{"[[[[-0.2,51.5],[-0.1,51.5],[-0.1,51.6],[-0.2,51.5]]]]", "[]", "empty"},
		{"[[[[-0.2,51.5],[-0.1,51.5],[-0.1,51.6],[-0.2,51.5]]]]", "[[]]", "no rings"},
		{",[-0.1,51.6],[-0.2,51.5]]]]", ",[-0.2,51.5]]]]", "at least 4 points"},
		{"[-0.2,51.5]]]]", "[-0.2,51.4]]]]", "the same as the first"},
		{"[-0.1,51.6]", "[51.6,-0.1]", "swapped"},
		{"[-0.1,51.6]", "[-3.1,51.6]", "lon -3.1"},
	} {
		_, err := ReadBoroughs(strings.NewReader(collection(strings.Replace(camden, c.old, c.new, 1))))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "feature 0") {
			t.Errorf("%s for %s: error %v, want one with %q", c.new, c.old, err, c.want)
		}
	}
	for in, want := range map[string]string{"": "not a GeoJSON", "[]": "not a GeoJSON", collection(): "no boroughs", collection(camden, camden): "E09000007 occurs twice"} {
		if _, err := ReadBoroughs(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", in, err, want)
		}
	}
}

func BenchmarkReadBoroughs(b *testing.B) {
	raw, err := os.ReadFile("../data/boroughs/boroughs.geojson")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := ReadBoroughs(bytes.NewReader(raw)); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzReadBoroughs(f *testing.F) {
	f.Add(collection(camden))
	f.Add(collection(strings.Replace(camden, "MultiPolygon", "Polygon", 1)))
	f.Add(`{"type":"FeatureCollection","features":[null]}`)
	f.Add(`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null}]}`)
	f.Fuzz(func(t *testing.T, in string) {
		boroughs, err := ReadBoroughs(strings.NewReader(in))
		if err == nil && len(boroughs) == 0 {
			t.Error("no boroughs and no error")
		}
		for _, b := range boroughs {
			if b.Code == "" || b.Name == "" || b.Sector >= Sectors || len(b.Land) == 0 {
				t.Errorf("%+v was let through", b)
			}
		}
	})
}
