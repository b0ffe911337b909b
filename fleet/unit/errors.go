package unit

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nearside-ems/nearside/dispatch"
)

// ErrRepeat refuses a request whose id was used for a change of other content.
var ErrRepeat = errors.New("the request id was used for another change")

// FieldError is a value that a command or a record cannot have.
type FieldError struct {
	Field   string // such as "shifts[2]"
	Problem string // what is wrong, and what is wanted
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

func wrong(field, format string, values ...any) error {
	return &FieldError{field, fmt.Sprintf(format, values...)}
}

// TransitionError refuses what a car in its state cannot do.
type TransitionError struct {
	Car     string
	From    dispatch.Status   // that counts now
	To      dispatch.Status   // that was asked for
	Allowed []dispatch.Status // that SetStatus could set instead
	Why     string            // more of the reason; may be empty

	release bool // it was to be taken off its call
}

func (e *TransitionError) Error() string {
	said := fmt.Sprintf("%s is %s and cannot become %s", e.Car, e.From, e.To)
	if e.release {
		said = fmt.Sprintf("%s is %s and cannot be released", e.Car, e.From)
	}
	if e.Why != "" {
		said += " (" + e.Why + ")"
	}
	if len(e.Allowed) == 0 {
		return said
	}
	words := make([]string, len(e.Allowed))
	for i, s := range e.Allowed {
		words[i] = s.String()
	}
	return said + "; it can become " + strings.Join(words, ", ")
}
