package planning

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/nearside-ems/nearside/geo/road"
)

// ScenarioFormat is what the field "format" of a scenario file says, where it has one.
const ScenarioFormat = "nearside-scenario/1"

// MaxScenarioBytes is the size beyond which a scenario file is refused.
const MaxScenarioBytes = 1 << 20

// maxList is how many entries a list of a scenario file may have, and maxFaults how many are reported.
const maxList, maxFaults = 5000, 100

// Given is one field of a scenario that was said beside its file.
type Given struct {
	Field string // such as "cars"
	From  string // who says it, such as "--cars"
	Value string // as it would stand in a file
}

// ReadScenario reads a scenario file: YAML, of which JSON is a part. name is the file's, for messages.
// More fields may be given beside it; one that the file has already is an error.
//
// Everything that is wrong is reported at once, each a *FieldError, joined: with the line, the field,
// what was given and what is allowed. Whether cells and places exist shows only against a city (see Check).
func ReadScenario(text []byte, name string, more ...Given) (Scenario, error) {
	var s Scenario
	if len(text) > MaxScenarioBytes {
		return s, refuse(name, fmt.Sprintf("of %d bytes", len(text)), fmt.Sprintf("at most %d bytes", MaxScenarioBytes))
	}
	if !utf8.Valid(text) {
		return s, refuse(name, "with other bytes", "UTF-8 text")
	}
	r := scenarioReader{lines: map[string]int{}}
	root, err := rootOf(text, name)
	if err != nil {
		return s, err
	}
	r.object("", root, reflect.ValueOf(&s).Elem())
	for _, g := range more {
		r.give(g, reflect.ValueOf(&s).Elem())
	}
	return s, r.report(s.faults())
}

// rootOf returns the one mapping of a YAML text; an empty text is an empty one.
func rootOf(text []byte, name string) (*yaml.Node, error) {
	empty := &yaml.Node{Kind: yaml.MappingNode, Line: 1}
	var doc yaml.Node
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	if err := decoder.Decode(&doc); err != nil {
		if err.Error() == "EOF" {
			return empty, nil
		}
		return nil, refuse(name, strings.TrimPrefix(err.Error(), "yaml: "), "YAML or JSON")
	}
	var second yaml.Node
	if decoder.Decode(&second) == nil {
		return nil, &FieldError{Line: second.Line, Field: name, Value: "with a second document", Want: "one"}
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return empty, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, &FieldError{Line: root.Line, Field: name, Value: shown(root), Want: "fields, such as cars: 6"}
	}
	return root, nil
}

// scenarioReader fills in values from YAML nodes and notes where each field stands and what is wrong.
type scenarioReader struct {
	lines map[string]int
	bad   faults
}

func (r *scenarioReader) refuse(path string, n *yaml.Node, want string) {
	r.bad = append(r.bad, &FieldError{Line: n.Line, Field: path, Value: shown(n), Want: want})
}

// report returns what the reader found, and of what the scenario says by itself all but what follows
// from a field that could not be read.
func (r *scenarioReader) report(more faults) error {
	all := r.bad
	for _, f := range more {
		follows := false
		for _, b := range r.bad {
			follows = follows || within(f.Field, b.Field) || within(b.Field, f.Field)
		}
		if !follows {
			f.Line = r.lineOf(f.Field)
			all = append(all, f)
		}
	}
	if n := len(all) - maxFaults; n > 0 {
		all = append(all[:maxFaults:maxFaults], &FieldError{Line: 1 << 30, Field: "and", Value: fmt.Sprintf("%d more", n), Want: "a file with fewer mistakes"})
	}
	return all.err()
}

// lineOf returns the line of a field, or of the innermost one around it.
func (r *scenarioReader) lineOf(path string) int {
	for path != "" {
		if line, ok := r.lines[path]; ok {
			return line
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return 0
}

// give reads a field that was said beside the file.
func (r *scenarioReader) give(g Given, s reflect.Value) {
	if line, ok := r.lines[g.Field]; ok {
		r.bad.add(g.From, g.Value, fmt.Sprintf("it left out: line %d of the file says %s already", line, g.Field))
		return
	}
	path, name := "", g.Field
	if outer, inner, ok := strings.Cut(g.Field, "."); ok {
		path, name = outer, inner
		s, _ = namedField(s, outer)
	}
	root, err := rootOf([]byte(name+": "+g.Value), g.From)
	if err != nil {
		r.bad.add(g.From, g.Value, "a value such as the file takes for "+g.Field)
		return
	}
	before := len(r.bad)
	r.object(path, root, s)
	for path := range r.lines {
		if within(path, g.Field) {
			delete(r.lines, path) // it stands on no line
		}
	}
	for _, f := range r.bad[before:] {
		f.Line = 0
	}
}

// object fills in a struct by the names in its yaml tags.
func (r *scenarioReader) object(path string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		r.refuse(path, n, "fields: "+strings.Join(fieldNames(v.Type()), ", "))
		return
	}
	names := fieldNames(v.Type())
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := key.Value
		if path != "" {
			at = path + "." + key.Value
		}
		if line, twice := r.lines[at]; twice {
			r.bad = append(r.bad, &FieldError{Line: key.Line, Field: at, Value: "for the second time", Want: fmt.Sprintf("each field once; line %d has it", line)})
			continue
		}
		r.lines[at] = key.Line
		field, ok := namedField(v, key.Value)
		switch {
		case ok:
			r.value(at, value, field)
			if want := insteadOfZero(v.Type(), key.Value); want != "" && field.IsZero() && len(r.bad.at(at)) == 0 {
				r.refuse(at, value, want)
			}
		case path == "" && key.Value == "format":
			if value.Value != ScenarioFormat {
				r.refuse(at, value, ScenarioFormat)
			}
		default:
			r.bad = append(r.bad, &FieldError{Line: key.Line, Field: at, Value: "is not a field", Want: suggestion(key.Value, names)})
		}
	}
}

func (r *scenarioReader) list(path string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		r.refuse(path, n, "a list")
		return
	}
	if len(n.Content) > maxList {
		r.bad = append(r.bad, &FieldError{Line: n.Line, Field: path, Value: fmt.Sprintf("of %d entries", len(n.Content)), Want: fmt.Sprintf("at most %d", maxList)})
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		r.lines[at] = item.Line
		r.value(at, item, v.Index(i))
	}
}

// value fills in one value of any type that a Scenario has.
func (r *scenarioReader) value(path string, n *yaml.Node, v reflect.Value) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		r.refuse(path, n, "the value written out, without & and *")
		return
	}
	switch v.Addr().Interface().(type) {
	case *Hours:
		r.hours(path, n, v.Addr().Interface().(*Hours))
		return
	case *time.Duration:
		r.scalar(path, n, "a duration above 0, such as 10s or 2m", func(text string) bool {
			d, err := time.ParseDuration(text)
			v.SetInt(int64(d))
			return err == nil && d > 0
		})
		return
	case *road.Driving:
		r.scalar(path, n, "normal or blue_light", func(text string) bool {
			d, err := ParseDriving(text)
			v.SetUint(uint64(d))
			return err == nil
		})
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.value(path, n, v.Elem())
	case reflect.Struct:
		r.object(path, n, v)
	case reflect.Slice:
		r.list(path, n, v)
	case reflect.String:
		r.scalar(path, n, "text", func(text string) bool { v.SetString(text); return text != "" })
	case reflect.Int, reflect.Uint64:
		r.scalar(path, n, "a whole number", func(text string) bool {
			i, err := strconv.ParseInt(text, 10, 32)
			if v.Kind() == reflect.Int {
				v.SetInt(i)
			} else {
				v.SetUint(uint64(max(i, 0)))
			}
			return err == nil && (v.Kind() == reflect.Int || i >= 0) && n.Tag == "!!int"
		})
	default: // float64
		r.scalar(path, n, "a number", func(text string) bool {
			x, err := strconv.ParseFloat(text, 64)
			v.SetFloat(x)
			return err == nil && !math.IsInf(x, 0) && !math.IsNaN(x) && (n.Tag == "!!float" || n.Tag == "!!int")
		})
	}
}

// scalar has set take the text of a node that is a single value.
func (r *scenarioReader) scalar(path string, n *yaml.Node, want string, set func(text string) bool) {
	switch {
	case n.Kind != yaml.ScalarNode:
		r.refuse(path, n, want)
	case n.Tag == "!!null":
		r.refuse(path, n, want+"; leave the field out for its default")
	case !set(n.Value):
		r.refuse(path, n, want)
	}
}

// shown returns what a message says of a node's value.
func shown(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "(fields)"
	case n.Kind == yaml.SequenceNode:
		return "(a list)"
	case n.Kind == yaml.AliasNode:
		return "*" + n.Value
	case n.Tag == "!!null":
		return "(nothing)"
	case n.Tag == "!!str":
		return strconv.Quote(cut(n.Value))
	}
	return cut(n.Value)
}

// cut shortens what a message repeats.
func cut(text string) string {
	if len(text) > 80 {
		return strings.ToValidUTF8(text[:77], "") + "…"
	}
	return text
}
