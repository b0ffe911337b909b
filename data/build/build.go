package build

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Options says what to build from where.
type Options struct {
	Sources  string    // folder of source files
	Out      string    // the shipped data's folder
	Only     []string  // names of the steps to run; empty means all. The others' files stay as they are
	Progress io.Writer // gets a line a step
}

// ErrNoSources means that the source folder or one of its files is missing.
var ErrNoSources = errors.New("source data is missing")

// ErrStale means that the committed data is not what its sources give.
var ErrStale = errors.New("the committed data differs from what its sources give")

// Build runs the steps and then replaces the files in o.Out. When any step fails o.Out is left as it was.
func Build(o Options) error {
	return o.build(Steps())
}

func (o Options) build(all []Step) error {
	return o.staged(all, func(dir string, made []string) error { return replace(dir, o.Out, made) })
}

// Check runs the steps in a temporary folder and compares what they make with o.Out. The error,
// wrapping ErrStale, names every file that differs.
func Check(o Options) error { return o.check(Steps()) }

func (o Options) check(all []Step) error {
	return o.staged(all, func(dir string, made []string) error {
		var differ []string
		for _, name := range made {
			want, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
			if err != nil {
				return err
			}
			got, err := os.ReadFile(filepath.Join(o.Out, filepath.FromSlash(name)))
			if err != nil || !bytes.Equal(got, want) {
				differ = append(differ, name)
			}
		}
		if len(differ) > 0 {
			return fmt.Errorf("%w: %s; run make data and commit the result", ErrStale, strings.Join(differ, ", "))
		}
		return nil
	})
}

// staged builds into a temporary folder and calls use with it and the names of the files made.
func (o Options) staged(all []Step, use func(dir string, made []string) error) error {
	steps, err := o.chosen(all)
	if err != nil {
		return err
	}
	if err := o.inputsExist(steps); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "nearside-data-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	made, err := o.stage(dir, all, steps)
	if err != nil {
		return err
	}
	return use(dir, made)
}

// chosen returns the steps of all that o asks for.
func (o Options) chosen(all []Step) ([]Step, error) {
	if len(o.Only) == 0 {
		return all, nil
	}
	var steps []Step
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
		if slices.Contains(o.Only, s.Name) {
			steps = append(steps, s)
		}
	}
	for _, name := range o.Only {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("step %q: not known; want one of %s", name, strings.Join(names, ", "))
		}
	}
	return steps, nil
}

// inputsExist reports every source file of the steps that is missing.
func (o Options) inputsExist(steps []Step) error {
	const hint = "the data in %s is unchanged; give the folder of source files with --sources, or SOURCES=… to make data"
	if info, err := os.Stat(o.Sources); err != nil || !info.IsDir() {
		return fmt.Errorf("%w: no folder %s; "+hint, ErrNoSources, o.Sources, o.Out)
	}
	var missing []string
	for _, s := range steps {
		for _, in := range s.Inputs {
			if _, err := os.Stat(filepath.Join(o.Sources, filepath.FromSlash(in))); err != nil && !slices.Contains(missing, in) {
				missing = append(missing, in)
			}
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%w: %s has no %s; "+hint, ErrNoSources, o.Sources, strings.Join(missing, ", "), o.Out)
	}
	return nil
}

// stage runs the steps below dir, writes SOURCES.md there, and returns the names of all files made.
func (o Options) stage(dir string, all, steps []Step) ([]string, error) {
	committed, err := os.ReadFile(filepath.Join(o.Out, SourcesFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	sections := splitSections(string(committed))
	var made []string
	for i, s := range steps {
		_, _ = fmt.Fprintf(o.Progress, "%d/%d %s: %s\n", i+1, len(steps), s.Name, strings.Join(s.Outputs, ", "))
		if err := o.fetchNeeds(dir, s); err != nil {
			return nil, fmt.Errorf("data step %s: %w", s.Name, err)
		}
		section, err := o.run(dir, s)
		if err != nil {
			return nil, fmt.Errorf("data step %s: %w", s.Name, err)
		}
		sections[s.Name] = section
		made = append(made, s.Outputs...)
	}
	page := sourcesPage(all, sections)
	return append(made, SourcesFile), os.WriteFile(filepath.Join(dir, SourcesFile), []byte(page), 0o644)
}

// fetchNeeds copies to dir what s needs from steps that are not run this time.
func (o Options) fetchNeeds(dir string, s Step) error {
	for _, name := range s.Needs {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if _, err := os.Stat(to); err == nil {
			continue
		}
		b, err := os.ReadFile(filepath.Join(o.Out, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		if err := writeFile(to, b); err != nil {
			return err
		}
	}
	return nil
}

// run runs one step below dir and returns its section of SOURCES.md.
func (o Options) run(dir string, s Step) (string, error) {
	for _, name := range s.Outputs {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, filepath.FromSlash(name))), 0o755); err != nil {
			return "", err
		}
	}
	record, err := s.Run(o.Sources, dir)
	if err != nil {
		return "", err
	}
	return section(s, record, o.Sources, dir)
}

// replace puts the named files of dir in place of those in out: first every file is written beside
// the one that it replaces, then all are renamed, so that a full disk leaves the old ones.
func replace(dir, out string, names []string) error {
	const suffix = ".new"
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err == nil {
			err = writeFile(filepath.Join(out, filepath.FromSlash(name))+suffix, b)
		}
		if err != nil {
			for _, n := range names {
				_ = os.Remove(filepath.Join(out, filepath.FromSlash(n)) + suffix)
			}
			return err
		}
	}
	for _, name := range names {
		path := filepath.Join(out, filepath.FromSlash(name))
		if err := os.Rename(path+suffix, path); err != nil {
			return err
		}
	}
	return nil
}

// writeFile writes a file and the folders above it.
func writeFile(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o644)
}
