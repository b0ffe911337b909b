package planning

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/nearside-ems/nearside/internal/spelling"
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
	lower := make([]string, len(names))
	for i, n := range names {
		lower[i] = strings.ToLower(n)
	}
	best := spelling.Closest(strings.ReplaceAll(strings.ToLower(written), "-", "_"), lower)
	if best != "" {
		return "another; did you mean " + strconv.Quote(names[slices.Index(lower, best)]) + "?"
	}
	return "one of " + strings.Join(names, ", ")
}
