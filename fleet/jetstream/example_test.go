package jetstream_test

import (
	"context"
	"fmt"
	"os"

	"github.com/nearside-ems/nearside/fleet/jetstream"
)

// A ledger in a folder outlives its process.
func Example() {
	folder, err := os.MkdirTemp("", "ledger-*")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	ctx := context.Background()
	for _, data := range []string{"first", "second"} {
		store, err := jetstream.Open(ctx, jetstream.Settings{Folder: folder})
		if err != nil {
			panic(err)
		}
		last, found, err := store.Last(ctx, "cars/JRC-1")
		fmt.Println("found:", found, string(last.Data), err)
		revision, err := store.Append(ctx, "cars/JRC-1", last.Revision, []byte(data))
		fmt.Println("written:", revision, err)
		if err := store.Close(); err != nil {
			panic(err)
		}
	}
	// Output:
	// found: false  <nil>
	// written: 1 <nil>
	// found: true first <nil>
	// written: 2 <nil>
}
