package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/nearside-ems/nearside/internal/spelling"
)

// fileLine is one setting of a file.
type fileLine struct {
	value any    // string, or []any of strings
	where string // "FILE:LINE"
}

// maxSettings bounds a file of settings, in bytes.
const maxSettings = 1 << 20

// readSettings reads a YAML file of settings: each is named as its flag, without the dashes before it.
// The errors are all that there are; what was readable is returned with them.
func readSettings(file string, names []string) (map[string]fileLine, []error) {
	if file == "" {
		return nil, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, []error{fmt.Errorf("--config: %w", err)}
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxSettings+1))
	switch {
	case err != nil:
		return nil, []error{fmt.Errorf("--config: %w", err)}
	case len(text) > maxSettings:
		return nil, []error{fmt.Errorf("--config %s: more than %d bytes are no file of settings", file, maxSettings)}
	}
	return parseSettings(file, text, names)
}

func parseSettings(file string, text []byte, names []string) (map[string]fileLine, []error) {
	var doc yaml.Node
	in := yaml.NewDecoder(bytes.NewReader(text))
	switch err := in.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil // nothing but comments
	case err != nil:
		return nil, []error{fmt.Errorf("%s: %w", file, err)}
	}
	if err := in.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, []error{fmt.Errorf("%s: want one document of settings; a line of --- begins another", file)}
	}
	top := doc.Content[0]
	if top.Kind != yaml.MappingNode {
		return nil, []error{fmt.Errorf("%s:%d: want lines of NAME: VALUE", file, top.Line)}
	}
	lines := map[string]fileLine{}
	var faults []error
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		where := fmt.Sprintf("%s:%d", file, key.Line)
		if err := checkKey(key, lines, names); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", where, err))
		} else if v, err := plainValue(value); err != nil {
			faults = append(faults, fmt.Errorf("%s: --%s: %w", where, key.Value, err))
		} else {
			lines[key.Value] = fileLine{v, where}
		}
	}
	return lines, faults
}

func checkKey(key *yaml.Node, before map[string]fileLine, names []string) error {
	if !slices.Contains(names, key.Value) {
		if like := spelling.Closest(key.Value, names); like != "" {
			return fmt.Errorf("%.60q is not a setting; did you mean %s?", key.Value, like)
		}
		return fmt.Errorf("%.60q is not a setting; nearside config show lists them", key.Value)
	}
	if first, twice := before[key.Value]; twice {
		return fmt.Errorf("%s is set twice, first at %s", key.Value, first.where)
	}
	return nil
}

// errShape says what a value may be.
var errShape = errors.New("want one value, or a list of values")

// plainValue is what a flag would be given.
func plainValue(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return nil, errors.New(`nothing follows the name; leave the line out for the default, or write "" for nothing`)
		}
		return n.Value, nil
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			if item.Kind != yaml.ScalarNode || item.Tag == "!!null" {
				return nil, errShape
			}
			list[i] = item.Value
		}
		return list, nil
	}
	return nil, errShape
}
