package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// Two desks decide on the same car: the one whose entry comes second is refused, and looks again.
func Example() {
	ctx, store := context.Background(), ledger.NewMemory(time.Now)
	entry := func(kind string, prev []byte) []byte {
		data, err := ledger.Seal(ledger.Envelope{
			Key: "cars/JRC-1", Time: time.Now(), Actor: "desk-3", Kind: kind,
			Prev: ledger.Hash(prev), Body: []byte(`{"status":"assigned"}`),
		})
		if err != nil {
			panic(err)
		}
		return data
	}
	registered := entry("register", nil)
	first, err := store.Append(ctx, "cars/JRC-1", 0, registered)
	fmt.Println("registered:", first, err)

	second, err := store.Append(ctx, "cars/JRC-1", first, entry("assign", registered))
	fmt.Println("assigned:", second, err)
	_, err = store.Append(ctx, "cars/JRC-1", first, entry("assign", registered))
	fmt.Println("assigned again:", errors.Is(err, ledger.ErrConflict))

	report, err := ledger.Verify(store.Log(ctx, 0))
	fmt.Println("whole:", report.Err() == nil, err, "at revision", report.Head.Revision)
	// Output:
	// registered: 1 <nil>
	// assigned: 2 <nil>
	// assigned again: true
	// whole: true <nil> at revision 2
}
