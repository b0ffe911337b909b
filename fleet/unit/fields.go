package unit

// FieldErrors returns the field errors that an error joins or wraps, in their order.
func FieldErrors(err error) (list []*FieldError) {
	switch e := err.(type) { //nolint:errorlint // this walks the tree that errors.As would
	case nil:
	case *FieldError:
		list = append(list, e)
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			list = append(list, FieldErrors(err)...)
		}
	case interface{ Unwrap() error }:
		list = FieldErrors(e.Unwrap())
	}
	return list
}

// Check returns what is wrong with a command by itself, each a *FieldError, joined; nil where nothing is.
func Check(c Command) error { return c.check() }

// CheckDetails does the same for what a car is to be registered with.
func CheckDetails(d Details) error { return (&Register{Details: d}).check() }
