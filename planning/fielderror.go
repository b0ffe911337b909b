package planning

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// FieldError says which part of a scenario was refused and what is allowed.
type FieldError struct {
	Line  int    // of the scenario's file; 0 where it is not from one
	Field string // its path, such as "groups[1].count"
	Value string // what was given
	Want  string // what is allowed
}

func refuse(field, value, want string) *FieldError {
	return &FieldError{Field: field, Value: value, Want: want}
}

func (e *FieldError) Error() string {
	at := ""
	if e.Line > 0 {
		at = fmt.Sprintf("line %d: ", e.Line)
	}
	return fmt.Sprintf("%s%s %s: want %s", at, e.Field, e.Value, e.Want)
}

// faults gathers what is wrong with a scenario, to be reported all at once.
type faults []*FieldError

func (f *faults) add(field string, value any, want string) {
	*f = append(*f, refuse(field, fmt.Sprint(value), want))
}

func (f *faults) check(ok bool, field string, value any, want string) {
	if !ok {
		f.add(field, value, want)
	}
}

// at returns the faults of a field or a part of it.
func (f faults) at(field string) (out faults) {
	for _, e := range f {
		if within(e.Field, field) {
			out = append(out, e)
		}
	}
	return out
}

// err joins the faults in the order of their lines, or is nil.
func (f faults) err() error {
	slices.SortStableFunc(f, func(a, b *FieldError) int { return cmp.Compare(a.Line, b.Line) })
	errs := make([]error, len(f))
	for i, e := range f {
		errs[i] = e
	}
	return errors.Join(errs...)
}

// within reports whether a path is field itself or a part of it.
func within(path, field string) bool {
	rest, ok := strings.CutPrefix(path, field)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// Faults returns the field errors that were joined in err; those about something else are left out.
func Faults(err error) []*FieldError {
	var out []*FieldError
	for _, e := range flat(err) {
		if f, ok := errors.AsType[*FieldError](e); ok {
			out = append(out, f)
		}
	}
	return out
}

// flat returns the errors that were joined in err, which may be nil.
func flat(err error) []error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range several.Unwrap() {
			out = append(out, flat(e)...)
		}
		return out
	}
	if err == nil {
		return nil
	}
	return []error{err}
}
