package planning

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/nearside-ems/nearside/geo/road"
)

// schema is what the tests use of a JSON Schema.
type schema struct {
	Type       string            `json:"type"`
	Properties map[string]schema `json:"properties"`
	Required   []string          `json:"required"`
	Additional *bool             `json:"additionalProperties"`
	Items      *schema           `json:"items"`
	AnyOf      []schema          `json:"anyOf"`
	Enum       []string          `json:"enum"`
	Minimum    *float64          `json:"minimum"`
	Above      *float64          `json:"exclusiveMinimum"`
	Maximum    *float64          `json:"maximum"`
	MaxItems   *int              `json:"maxItems"`
}

func readSchema(t *testing.T) schema {
	t.Helper()
	var s schema
	if err := json.Unmarshal(must(os.ReadFile("../docs/format/scenario.schema.json")), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSchemaHasTheFieldsOfAScenario compares names and kinds, all the way down.
func TestSchemaHasTheFieldsOfAScenario(t *testing.T) {
	s := readSchema(t)
	if !slices.Equal(s.Properties["format"].Enum, []string{ScenarioFormat}) {
		t.Error("format is another")
	}
	delete(s.Properties, "format")
	sameFields(t, "", s, reflect.TypeFor[Scenario]())
}

func sameFields(t *testing.T, path string, s schema, v reflect.Type) {
	t.Helper()
	kind := map[reflect.Kind]string{
		reflect.Struct: "object", reflect.Slice: "array", reflect.String: "string",
		reflect.Int: "integer", reflect.Uint64: "integer", reflect.Float64: "number",
	}
	switch v {
	case reflect.TypeFor[Hours]():
		if len(s.AnyOf) != 3 {
			t.Errorf("%s: hours come in three ways", path)
		}
		return
	case reflect.TypeFor[road.Driving](), reflect.TypeFor[time.Duration]():
		v = reflect.TypeFor[string]()
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if s.Type != kind[v.Kind()] {
		t.Errorf("%s: the schema says %q, the scenario has %v", path, s.Type, v)
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		sameFields(t, path+"[]", *s.Items, v.Elem())
	case reflect.Struct:
		names := fieldNames(v)
		if got, want := slices.Sorted(maps.Keys(s.Properties)), slices.Sorted(slices.Values(names)); !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %q, the scenario %q", path, got, want)
			return
		}
		if s.Additional == nil || *s.Additional {
			t.Errorf("%s: the schema lets other fields pass", path)
		}
		for i, name := range names {
			sameFields(t, path+"."+name, s.Properties[name], v.Field(i).Type)
		}
	}
}

// TestSchemaHasTheLimitsOfAScenario tries every number at, and just outside, the schema's limits, and
// every word that the schema lists beside one that it does not.
func TestSchemaHasTheLimitsOfAScenario(t *testing.T) {
	tried := 0
	probe(readSchema(t), "", func(path string, value any, ok bool) {
		tried++
		tree := value
		steps := strings.Split(strings.Trim(strings.ReplaceAll(path, "[]", ".[]"), "."), ".")
		for _, step := range slices.Backward(steps) {
			if step == "[]" {
				tree = []any{tree}
			} else {
				tree = map[string]any{step: tree}
			}
		}
		_, err := ReadScenario(must(json.Marshal(tree)), "probe")
		field := strings.ReplaceAll(strings.Trim(path, "."), "[]", "[0]")
		refused := slices.ContainsFunc(Faults(err), func(f *FieldError) bool {
			return f.Field == field && !strings.HasPrefix(f.Want, "none ") && !strings.Contains(f.Want, "the name of one of") && !strings.Contains(f.Want, "among the scenario's")
		})
		if refused == ok {
			t.Errorf("%s = %v: the schema lets it pass: %v; ReadScenario: %v", field, value, ok, err)
		}
	})
	if tried < 100 {
		t.Errorf("%d values tried: the test shows little", tried)
	}
}

// probe calls try with values at and beyond the limits of every part of a schema.
func probe(s schema, path string, try func(path string, value any, ok bool)) {
	for name, part := range s.Properties {
		if !strings.HasPrefix(path+"."+name, ".target") { // what an objective needs is tried with it, below
			probe(part, path+"."+name, try)
		}
	}
	if s.Items != nil {
		probe(*s.Items, path+"[]", try)
	}
	for _, word := range s.Enum {
		try(path, word, true)
		try(path, word+"x", false)
	}
	step := 1.0
	if s.Type == "number" {
		step = 1e-9
	}
	if s.Minimum != nil {
		try(path, *s.Minimum, true)
		try(path, *s.Minimum-step, false)
	}
	if s.Above != nil {
		try(path, *s.Above, false)
		try(path, math.Nextafter(*s.Above, math.Inf(1)), true)
	}
	if s.Maximum != nil {
		try(path, *s.Maximum, true)
		try(path, *s.Maximum+step, false)
	}
}

// TestSchemaHasTheLimitsOfATarget does the same for what only some objectives take.
func TestSchemaHasTheLimitsOfATarget(t *testing.T) {
	target := readSchema(t).Properties["target"]
	for name, c := range map[string]struct {
		objective Objective
		also      string
	}{
		"minutes": {Coverage, ""}, "share": {FewestCars, "minutes: 15, "}, "backup": {BackupCoverage, "minutes: 15, "},
	} {
		part := target.Properties[name]
		for _, v := range []struct {
			value float64
			ok    bool
		}{{*part.Above, false}, {*part.Above + 1e-9, true}, {*part.Maximum, true}, {*part.Maximum + 1e-9, false}} {
			text := fmt.Sprintf("{cars: 6, hours: 1, objective: %s, target: {%s%s: %.17g}}", c.objective, c.also, name, v.value)
			if _, err := ReadScenario([]byte(text), "probe"); (err == nil) != v.ok {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
}

// TestExamplesFitTheSchema checks the example files by the schema's own rules.
func TestExamplesFitTheSchema(t *testing.T) {
	s := readSchema(t)
	texts := map[string][]byte{"everything": []byte(everything)}
	for _, file := range must(filepath.Glob("../docs/examples/*.yaml")) {
		texts[file] = must(os.ReadFile(file))
	}
	for name, text := range texts {
		var tree any
		if err := yaml.Unmarshal(text, &tree); err != nil {
			t.Fatal(err)
		}
		fits(t, name, s, tree)
	}
}

func fits(t *testing.T, path string, s schema, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				t.Errorf("%s: no %s", path, name)
			}
		}
		for name, part := range v {
			known, ok := s.Properties[name]
			if !ok {
				t.Errorf("%s: %s is not in the schema", path, name)
				continue
			}
			fits(t, path+"."+name, known, part)
		}
	case []any:
		for _, item := range v {
			if s.Items != nil {
				fits(t, path+"[]", *s.Items, item)
			}
		}
	case string:
		if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
			t.Errorf("%s: %q is not in the schema", path, v)
		}
	}
}
