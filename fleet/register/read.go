package register

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/unit"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/internal/spelling"
)

// Format is what the field "format" of a file says.
const Format = "nearside-fleet/1"

// Limits of a file.
const (
	MaxBytes    = 8 << 20
	MaxCars     = 10_000
	maxMistakes = 100 // that are reported
)

// Car is one car of a file.
type Car struct {
	Name string // "cars/JRC-1"
	unit.Details
	Line int // of the file
}

// Mistake is something that a file has and cannot have.
type Mistake struct {
	Line    int
	Field   string // such as "cars[2].shifts[0].start"; empty: the file itself
	Problem string // what is wrong, and what is wanted
}

func (m *Mistake) Error() string {
	at := fmt.Sprintf("line %d: ", m.Line)
	if m.Field != "" {
		at += m.Field + ": "
	}
	return at + m.Problem
}

// SkillWords are the skills as a file names them.
var SkillWords = map[string]dispatch.Skills{
	"paramedic":  dispatch.Paramedic,
	"nurse":      dispatch.MentalHealthNurse,
	"specialist": dispatch.SpecialistMentalHealthParamedic,
}

// Read reads a file: YAML, of which JSON is a part. The error joins a *Mistake for everything that is
// wrong, at most 100, in the order of lines.
func Read(text []byte) ([]Car, error) {
	r := reader{lines: map[string]int{}}
	if root := r.root(text); root != nil {
		r.file(root)
	}
	return r.cars, r.err()
}

// reader gathers cars and mistakes.
type reader struct {
	cars  []Car
	bad   []*Mistake
	lines map[string]int // of cars, by name
}

func (r *reader) wrong(line int, field, format string, values ...any) {
	r.bad = append(r.bad, &Mistake{line, field, fmt.Sprintf(format, values...)})
}

func (r *reader) err() error {
	slices.SortStableFunc(r.bad, func(a, b *Mistake) int { return a.Line - b.Line })
	errs := make([]error, 0, len(r.bad))
	for i, m := range r.bad {
		if i == maxMistakes {
			errs = append(errs, fmt.Errorf("and %d more", len(r.bad)-i))
			break
		}
		errs = append(errs, m)
	}
	return errors.Join(errs...)
}

// root returns the one mapping of a YAML text; nil where there is none.
func (r *reader) root(text []byte) *yaml.Node {
	switch {
	case len(text) > MaxBytes:
		r.wrong(1, "", "%d bytes; want at most %d", len(text), MaxBytes)
		return nil
	case !utf8.Valid(text):
		r.wrong(1, "", "not UTF-8 text")
		return nil
	}
	in := yaml.NewDecoder(bytes.NewReader(text))
	var doc, second yaml.Node
	if err := in.Decode(&doc); errors.Is(err, io.EOF) {
		r.wrong(1, "", "empty; want a list of cars")
		return nil
	} else if err != nil {
		r.wrong(1, "", "neither YAML nor JSON: %s", strings.TrimPrefix(err.Error(), "yaml: "))
		return nil
	}
	if in.Decode(&second) == nil {
		r.wrong(second.Line, "", "a second document; want one")
	}
	return doc.Content[0]
}

func (r *reader) file(root *yaml.Node) {
	var cars *yaml.Node
	format := false
	r.fields("", root, map[string]func(string, *yaml.Node){
		"format": func(at string, n *yaml.Node) {
			if format = true; n.Value != Format {
				r.wrong(n.Line, at, "%.40q: want %s", n.Value, Format)
			}
		},
		"cars": func(_ string, n *yaml.Node) { cars = n },
	})
	if !format {
		r.wrong(root.Line, "format", "missing: want %s", Format)
	}
	switch {
	case cars == nil:
		r.wrong(root.Line, "cars", "missing: want a list")
	case cars.Kind != yaml.SequenceNode || len(cars.Content) == 0:
		r.wrong(cars.Line, "cars", "want a list of at least one car")
	case len(cars.Content) > MaxCars:
		r.wrong(cars.Line, "cars", "%d of them; want at most %d", len(cars.Content), MaxCars)
	default:
		for i, n := range cars.Content {
			r.car(fmt.Sprintf("cars[%d]", i), n)
		}
	}
}

// fields hands the values of a mapping to those who read them.
func (r *reader) fields(at string, n *yaml.Node, readers map[string]func(string, *yaml.Node)) {
	names := make([]string, 0, len(readers))
	for name := range readers {
		names = append(names, name)
	}
	slices.Sort(names)
	if n.Kind != yaml.MappingNode {
		r.wrong(n.Line, at, "want fields: %s", strings.Join(names, ", "))
		return
	}
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		path := strings.TrimPrefix(at+"."+key.Value, ".")
		read, ok := readers[key.Value]
		switch line, twice := first[key.Value]; {
		case !ok:
			r.wrong(key.Line, at, "%.40q is not a field; want %s", key.Value, choice(key.Value, names))
		case twice:
			r.wrong(key.Line, path, "for the second time; line %d has it", line)
		case value.Kind == yaml.AliasNode || value.Anchor != "":
			r.wrong(value.Line, path, "want the value written out, without & and *")
		default:
			first[key.Value] = key.Line
			read(path, value)
		}
	}
}

func (r *reader) car(at string, n *yaml.Node) {
	c := Car{Line: n.Line, Details: unit.Details{Home: geo.Sectors}}
	shiftLines := []int(nil)
	r.fields(at, n, map[string]func(string, *yaml.Node){
		"name":   func(at string, n *yaml.Node) { c.Name = r.name(at, n) },
		"base":   func(at string, n *yaml.Node) { c.Base, _ = r.text(at, n) },
		"skills": func(at string, n *yaml.Node) { c.Skills = r.skills(at, n) },
		"sector": func(at string, n *yaml.Node) { r.sector(at, n, &c) },
		"shifts": func(at string, n *yaml.Node) { c.Shifts, shiftLines = r.shifts(at, n) },
	})
	if n.Kind == yaml.MappingNode {
		r.check(at, &c, n, shiftLines)
		r.cars = append(r.cars, c)
	}
}

// check says what the values of a car that could be read cannot be together.
func (r *reader) check(at string, c *Car, n *yaml.Node, shiftLines []int) {
	had := r.had(at)
	for _, f := range unit.FieldErrors(unit.CheckDetails(c.Details)) {
		line, path := n.Line, at+"."+f.Field
		if i := 0; len(shiftLines) > 0 && strings.HasPrefix(f.Field, "shifts[") {
			if _, err := fmt.Sscanf(f.Field, "shifts[%d]", &i); err == nil && i < len(shiftLines) {
				line = shiftLines[i]
			}
		}
		if !had(path) {
			r.wrong(line, path, "%s", f.Problem)
		}
	}
	if c.Name == "" {
		if !had(at + ".name") {
			r.wrong(n.Line, at+".name", "missing")
		}
		return
	}
	if line, twice := r.lines[c.Name]; twice {
		r.wrong(n.Line, at+".name", "%s is in the file twice; line %d has it", c.Name, line)
	} else {
		r.lines[c.Name] = n.Line
	}
}

// had tells of a field of a car whether a mistake was found in it before, so that nothing is said of what
// follows from that.
func (r *reader) had(at string) func(path string) bool {
	var paths []string
	for _, m := range r.bad {
		if strings.HasPrefix(m.Field, at+".") {
			paths = append(paths, m.Field)
		}
	}
	return func(path string) bool {
		return slices.ContainsFunc(paths, func(p string) bool {
			return p == path || strings.HasPrefix(p, path+".") || strings.HasPrefix(p, path+"[") || strings.HasPrefix(path, p)
		})
	}
}

func (r *reader) text(at string, n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		r.wrong(n.Line, at, "want a text")
		return "", false
	}
	return n.Value, true
}

// name reads a car's name, with or without "cars/".
func (r *reader) name(at string, n *yaml.Node) string {
	text, ok := r.text(at, n)
	if !ok {
		return ""
	}
	name := "cars/" + strings.TrimPrefix(text, "cars/")
	if err := fleet.CheckName(name); err != nil {
		r.wrong(n.Line, at, "%.40q: want 1 to 63 letters, digits, dots, underscores or hyphens", text)
		return ""
	}
	return name
}

func (r *reader) skills(at string, n *yaml.Node) (set dispatch.Skills) {
	if n.Kind != yaml.SequenceNode {
		r.wrong(n.Line, at, "want a list, such as [paramedic, nurse]")
		return 0
	}
	for i, item := range n.Content {
		skill, ok := SkillWords[item.Value]
		if !ok {
			r.wrong(item.Line, fmt.Sprintf("%s[%d]", at, i), "%.40q: want paramedic, nurse or specialist", item.Value)
		}
		set |= skill
	}
	return set
}

func (r *reader) sector(at string, n *yaml.Node, c *Car) {
	names := []string{n.Value}
	if n.Kind == yaml.SequenceNode {
		names = nil
		for _, item := range n.Content {
			names = append(names, item.Value)
		}
	}
	home, err := unit.HomeSector(names)
	if wrong, ok := errors.AsType[*unit.FieldError](err); ok {
		r.wrong(n.Line, at, "%s", wrong.Problem)
	}
	c.Home = home
}

func (r *reader) shifts(at string, n *yaml.Node) (shifts []unit.Shift, lines []int) {
	if n.Kind != yaml.SequenceNode {
		r.wrong(n.Line, at, "want a list")
		return nil, nil
	}
	for i, item := range n.Content {
		var s unit.Shift
		path := fmt.Sprintf("%s[%d]", at, i)
		r.fields(path, item, map[string]func(string, *yaml.Node){
			"start": func(at string, n *yaml.Node) { s.Start = r.time(at, n) },
			"end":   func(at string, n *yaml.Node) { s.End = r.time(at, n) },
		})
		shifts, lines = append(shifts, s), append(lines, item.Line)
	}
	return shifts, lines
}

func (r *reader) time(at string, n *yaml.Node) time.Time {
	t, err := time.Parse(time.RFC3339, n.Value)
	if err != nil {
		r.wrong(n.Line, at, "%.40q: want a time with its zone, such as 2026-11-23T11:00:00Z", n.Value)
	}
	return t.UTC()
}

// choice says which fields there are, and the likeliest first where one is like what was written.
func choice(written string, names []string) string {
	if likely := spelling.Closest(written, names); likely != "" {
		return likely
	}
	return strings.Join(names, ", ")
}
