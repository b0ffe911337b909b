package parallel_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/nearside-ems/nearside/internal/parallel"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEachIsDoneOnce(t *testing.T) {
	for _, workers := range []int{0, 1, 3, 50} {
		for _, n := range []int{0, 1, 7, 1000} {
			done := make([]atomic.Int32, n)
			busy := make([]atomic.Int32, max(1, workers))
			parallel.ForWorker(workers, n, func(worker, i int) {
				if busy[worker].Add(1) != 1 {
					t.Errorf("%d workers: worker %d does two at once", workers, worker)
				}
				done[i].Add(1)
				busy[worker].Add(-1)
			})
			for i := range done {
				if times := done[i].Load(); times != 1 {
					t.Errorf("%d workers: %d of %d was done %d times", workers, i, n, times)
				}
			}
		}
	}
}

func ExampleFor() {
	squares := make([]int, 5)
	parallel.For(2, len(squares), func(i int) { squares[i] = i * i })
	fmt.Println(squares)
	// Output: [0 1 4 9 16]
}
