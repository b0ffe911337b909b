package planning

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// fieldNames lists the names in the yaml tags of a struct, in their order.
func fieldNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		names = append(names, name)
	}
	return names
}

// namedField returns the field of a struct that a file calls name.
func namedField(v reflect.Value, name string) (reflect.Value, bool) {
	for i, n := range fieldNames(v.Type()) {
		if n == name {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// insteadOfZero returns what a struct wants in the field of that name where 0 means that nothing was
// given, so that nobody may write it; "" where 0 is like any other.
func insteadOfZero(t reflect.Type, name string) string {
	return t.Field(slices.Index(fieldNames(t), name)).Tag.Get("zero")
}

// suggestion says which names there are, the likeliest first where one is like what was written.
func suggestion(written string, names []string) string {
	best, least := "", max(1, len(written)/3)+1
	for _, n := range names {
		if d := editDistance(strings.ReplaceAll(strings.ToLower(written), "-", "_"), strings.ToLower(n)); d < least {
			best, least = n, d
		}
	}
	all := "one of " + strings.Join(names, ", ")
	if best != "" {
		return "another; did you mean " + strconv.Quote(best) + "?"
	}
	return all
}

// editDistance returns how many letters have to be put in, left out or replaced to make b of a (Levenshtein 1965).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
