// Package parallel shares independent pieces of work between goroutines.
package parallel

import (
	"sync"
	"sync/atomic"
)

// For calls do(i) for i in [0, n) on up to workers goroutines and waits for them. What do(i)
// computes must not depend on which goroutine runs it: results are then the same at any number of workers.
func For(workers, n int, do func(i int)) {
	ForWorker(workers, n, func(_, i int) { do(i) })
}

// ForWorker is For that also says which of the goroutines calls, from 0 to workers − 1, so that each can
// have scratch of its own.
func ForWorker(workers, n int, do func(worker, i int)) {
	if workers = min(workers, n); workers <= 1 {
		for i := range n {
			do(0, i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(worker, i)
			}
		})
	}
	wg.Wait()
}
