package build

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// input is a source file that the test steps read; it must be one that sources describes.
const input = calibrationFile

// copyStep makes out from input by appending more.
func copyStep(name, out, more string) Step {
	return Step{Name: name, Inputs: []string{input}, Outputs: []string{out}, What: "A test.", Licence: ogl,
		Run: func(src, dir string) (Record, error) {
			b, err := os.ReadFile(filepath.Join(src, input))
			if err != nil {
				return Record{}, err
			}
			return Record{Checks: []string{name + " is fine"}, Caveats: []string{"none but " + more}},
				os.WriteFile(filepath.Join(dir, out), append(b, more...), 0o644)
		}}
}

func failing(name string) Step {
	s := copyStep(name, "broken.txt", "")
	s.Run = func(string, string) (Record, error) { return Record{}, errors.New("no good") }
	return s
}

// folders returns options with a source folder that holds input, and an empty output folder.
func folders(t *testing.T) Options {
	t.Helper()
	o := Options{Sources: t.TempDir(), Out: t.TempDir(), Progress: io.Discard}
	if err := writeFile(filepath.Join(o.Sources, input), []byte("source ")); err != nil {
		t.Fatal(err)
	}
	return o
}

func read(t *testing.T, o Options, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(o.Out, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(b)
}

func TestBuildThenCheck(t *testing.T) {
	o := folders(t)
	steps := []Step{copyStep("one", "one.txt", "1"), copyStep("two", "sub/two.txt", "2")}
	if err := o.build(steps); err != nil {
		t.Fatal(err)
	}
	page := read(t, o, SourcesFile)
	for _, want := range []string{"## one", "## two", "| sub/two.txt | 8 |", "one is fine", "none but 2", "UK ambulance services"} {
		if !strings.Contains(page, want) {
			t.Errorf("%s lacks %q:\n%s", SourcesFile, want, page)
		}
	}
	if err := o.check(steps); err != nil {
		t.Errorf("freshly built data fails its check: %v", err)
	}
	if err := writeFile(filepath.Join(o.Out, "sub/two.txt"), []byte("edited")); err != nil {
		t.Fatal(err)
	}
	err := o.check(steps)
	if !errors.Is(err, ErrStale) || !strings.Contains(err.Error(), "sub/two.txt") || strings.Contains(err.Error(), "one.txt") {
		t.Errorf("error %v, want ErrStale that names sub/two.txt alone", err)
	}
}

func TestOnlyOneStep(t *testing.T) {
	o := folders(t)
	if err := o.build([]Step{copyStep("one", "one.txt", "1"), copyStep("two", "two.txt", "2")}); err != nil {
		t.Fatal(err)
	}
	before := read(t, o, SourcesFile)
	o.Only = []string{"two"}
	if err := o.build([]Step{failing("one"), copyStep("two", "two.txt", "2")}); err != nil {
		t.Fatal(err)
	}
	if after := read(t, o, SourcesFile); after != before {
		t.Errorf("rebuilding one step unchanged changed %s:\n%s\nwas\n%s", SourcesFile, after, before)
	}
	o.Only = []string{"three"}
	if err := o.build([]Step{failing("one")}); err == nil || !strings.Contains(err.Error(), `"three"`) {
		t.Errorf("error %v, want one that names the unknown step", err)
	}
}

// TestNothingHalfWritten: a late failure or a missing source leaves the folder as it was.
func TestNothingHalfWritten(t *testing.T) {
	o := folders(t)
	if err := o.build([]Step{copyStep("one", "one.txt", "old")}); err != nil {
		t.Fatal(err)
	}
	page := read(t, o, SourcesFile)
	unchanged := func(t *testing.T) {
		t.Helper()
		if read(t, o, "one.txt") != "source old" || read(t, o, SourcesFile) != page {
			t.Error("the committed data was touched")
		}
		entries, err := os.ReadDir(o.Out)
		if err != nil || len(entries) != 2 {
			t.Errorf("the folder holds %v, %v; want one.txt and %s", entries, err, SourcesFile)
		}
	}
	t.Run("a later step fails", func(t *testing.T) {
		err := o.build([]Step{copyStep("one", "one.txt", "new"), failing("two")})
		if err == nil || !strings.Contains(err.Error(), "two: no good") {
			t.Errorf("error %v, want one that names the step", err)
		}
		unchanged(t)
	})
	t.Run("a source file is missing", func(t *testing.T) {
		s := copyStep("one", "one.txt", "new")
		s.Inputs = append(s.Inputs, incidentsFile)
		err := o.build([]Step{s})
		if !errors.Is(err, ErrNoSources) || !strings.Contains(err.Error(), incidentsFile) {
			t.Errorf("error %v, want ErrNoSources that names %s", err, incidentsFile)
		}
		unchanged(t)
	})
	t.Run("the source folder is missing", func(t *testing.T) {
		p := o
		p.Sources = filepath.Join(o.Sources, "nowhere")
		if err := p.build([]Step{copyStep("one", "one.txt", "new")}); !errors.Is(err, ErrNoSources) || !strings.Contains(err.Error(), p.Sources) {
			t.Errorf("error %v, want ErrNoSources that names the folder", err)
		}
		unchanged(t)
	})
	t.Run("an output cannot be written", func(t *testing.T) {
		s := copyStep("one", "one.txt", "new")
		if err := writeFile(filepath.Join(o.Out, "wall"), nil); err != nil {
			t.Fatal(err)
		}
		blocked := copyStep("two", "wall/two.txt", "") // wall is a file
		if err := o.build([]Step{s, blocked}); err == nil {
			t.Error("no error")
		}
		if err := os.Remove(filepath.Join(o.Out, "wall")); err != nil {
			t.Fatal(err)
		}
		unchanged(t)
	})
}

// TestStepsAreComplete: every step is named once, every source it reads is described, and what it
// needs was made before it.
func TestStepsAreComplete(t *testing.T) {
	seen, made := map[string]bool{}, map[string]bool{}
	for _, s := range Steps() {
		if s.Name == "" || seen[s.Name] || s.What == "" || s.Licence == "" || len(s.Outputs) == 0 {
			t.Errorf("step %q: wants a name of its own, what, licence and outputs", s.Name)
		}
		seen[s.Name] = true
		for _, in := range s.Inputs {
			if _, ok := sourceOf(in); !ok {
				t.Errorf("step %s: source %s is not described", s.Name, in)
			}
		}
		for _, n := range s.Needs {
			if !made[n] {
				t.Errorf("step %s: %s is not made by an earlier step", s.Name, n)
			}
		}
		for _, out := range s.Outputs {
			made[out] = true
		}
	}
}
