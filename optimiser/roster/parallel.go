package roster

import (
	"sync"
	"sync/atomic"
)

// parallel calls do(i) for i in [0, n) on up to workers goroutines and waits for them. What do(i)
// computes must not depend on which goroutine runs it.
func parallel(workers, n int, do func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
}
