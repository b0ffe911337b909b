package outline

import (
	"fmt"
	"slices"
	"strings"
)

// name is a property by which each area has a value of its own.
type name struct {
	Property string   `json:"property"`
	Values   []string `json:"values"` // by area
}

// technical are properties that number the rows of a file. They are other numbers in the next file, and
// may look like a service's codes, so they are used only where a user says so.
var technical = []string{"id", "_id", "fid", "gid", "ogc_fid", "objectid", "objectid_1", "rowid", "index", "shape_area", "shape_length", "shape_leng"}

// namesOf returns the properties that tell the features apart, in alphabetical order, or the one given.
func namesOf(features []feature, property string) ([]name, error) {
	var keys []string
	for key := range features[0].values {
		if property == key || property == "" && !slices.Contains(technical, strings.ToLower(key)) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	var out []name
	for _, key := range keys {
		n := name{Property: key, Values: make([]string, len(features))}
		for i := range features {
			n.Values[i] = features[i].values[key]
		}
		twice, unique := firstTwice(n.Values)
		switch {
		case unique:
			out = append(out, n)
		case property != "":
			return nil, fmt.Errorf("property %q does not tell the areas apart: %q is not the value of one area alone", property, twice)
		}
	}
	if property != "" && len(out) == 0 {
		return nil, fmt.Errorf("the features have no property %q; they have %s", property, list(features))
	}
	return out, nil
}

// list gives the names of the first feature's properties.
func list(features []feature) string {
	var keys []string
	for key := range features[0].values {
		keys = append(keys, fmt.Sprintf("%q", key))
	}
	if len(keys) == 0 {
		return "none"
	}
	slices.Sort(keys)
	return strings.Join(keys, ", ")
}

// firstTwice returns a value that is missing or occurs twice.
func firstTwice(values []string) (string, bool) {
	seen := make(map[string]bool, len(values))
	for _, v := range values {
		k := fold(v)
		if k == "" || seen[k] {
			return v, false
		}
		seen[k] = true
	}
	return "", true
}

// fold makes names alike that differ in capitals, spaces or leading zeros.
func fold(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	if strings.Trim(s, "0123456789") == "" {
		if t := strings.TrimLeft(s, "0"); t != "" {
			return t
		}
	}
	return s
}

// lookup maps every folded name to its area.
func lookup(names []name) (map[string]int32, error) {
	of := map[string]int32{}
	by := map[string]string{}
	for _, n := range names {
		for i, v := range n.Values {
			k := fold(v)
			if other, ok := of[k]; ok && other != int32(i) {
				return nil, fmt.Errorf("%q is one area by %q and another by %q; say which property the areas are known by", v, by[k], n.Property)
			}
			of[k], by[k] = int32(i), n.Property
		}
	}
	return of, nil
}

// titles are words that properties with a name for people go by, best first.
var titles = []string{"name", "label", "title", "district", "borough", "neighbourhood", "hood", "ward", "area"}

// titleOf returns the property that names the features for people: one that all of them have, whose own
// name is, ends or begins with one of titles. ok is false where there is none such.
func titleOf(features []feature) (key string, ok bool) {
	best := 3 * len(titles)
	for candidate := range features[0].values {
		k := strings.ToLower(candidate)
		for i, t := range titles {
			rank := 3 * i
			switch {
			case k == t:
			case strings.HasSuffix(k, t):
				rank++
			case strings.HasPrefix(k, t):
				rank += 2
			default:
				continue
			}
			if all(features, candidate) && (rank < best || rank == best && candidate < key) {
				best, key, ok = rank, candidate, true
			}
			break
		}
	}
	return key, ok
}

func all(features []feature, key string) bool {
	return !slices.ContainsFunc(features, func(f feature) bool { return f.values[key] == "" })
}
