package live

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// Token says up to where a subscriber has been told everything: the revision of the ledger, which is the
// same on all replicas, and the time, as shifts begin and end without an entry. The zero Token is
// nothing at all.
type Token struct {
	Revision ledger.Revision
	Time     time.Time
}

// String returns the token as it travels: "REVISION-MILLISECONDS", the time since 1970; the zero Token
// is "".
func (t Token) String() string {
	if t == (Token{}) {
		return ""
	}
	return fmt.Sprintf("%d-%d", t.Revision, t.Time.UnixMilli())
}

// ParseToken reads what String returned.
func ParseToken(s string) (Token, error) {
	if s == "" {
		return Token{}, nil
	}
	revision, millis, _ := strings.Cut(s, "-")
	r, err1 := strconv.ParseUint(revision, 10, 64)
	ms, err2 := strconv.ParseUint(millis, 10, 43) // to the year 2248
	if err1 != nil || err2 != nil {
		return Token{}, fmt.Errorf("resume token %.60q: want one from an answer of this stream, or none for a snapshot", s)
	}
	return Token{ledger.Revision(r), time.UnixMilli(int64(ms)).UTC()}, nil
}
