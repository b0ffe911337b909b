package transport

import (
	"sync"
	"sync/atomic"
)

// parallel calls do(worker, i) for i in [0, n) on up to workers goroutines and waits for them. What it
// computes must not depend on which worker runs it: results are the same at any number of workers.
func parallel(workers, n int, do func(worker, i int)) {
	if workers = min(workers, n); workers <= 1 {
		for i := range n {
			do(0, i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(w, i)
			}
		})
	}
	wg.Wait()
}
