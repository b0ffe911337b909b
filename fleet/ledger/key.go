package ledger

import (
	"fmt"
	"regexp"
)

// MaxData is how many bytes an entry may have.
const MaxData = 64 << 10

var keys = regexp.MustCompile(`^(cars|centres|advice|recommendations)/[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

// CheckKey says whether a key is one: "cars/ID", "centres/ID", "advice/ID" or "recommendations/ID", ID of
// 1 to 63 letters, digits, dots, underscores and hyphens, the first a letter or digit. The error wraps
// ErrInvalid.
func CheckKey(key string) error {
	if !keys.MatchString(key) {
		return fmt.Errorf("%w: key %.100q; want cars/ID, centres/ID, advice/ID or recommendations/ID, where ID is 1 to 63 letters, digits, dots, underscores or hyphens", ErrInvalid, key)
	}
	return nil
}

// CheckEntry says whether a Store takes data under a key. The error wraps ErrInvalid.
func CheckEntry(key string, data []byte) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	if len(data) == 0 || len(data) > MaxData {
		return fmt.Errorf("%w: %d bytes under %s; want 1 to %d", ErrInvalid, len(data), key, MaxData)
	}
	return nil
}
