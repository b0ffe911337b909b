package hierarchy_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

func (n *network) labels(tb testing.TB, workers int) *hierarchy.Labels {
	tb.Helper()
	l, err := n.h.Customise(n.weight).Perfect().Labels(context.Background(), workers, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

func BenchmarkLabels(b *testing.B) {
	each(b, func(b *testing.B, n *network) {
		m := n.h.Customise(n.weight).Perfect()
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
				var bytes int
				for b.Loop() {
					l, err := m.Labels(context.Background(), workers, nil)
					if err != nil {
						b.Fatal(err)
					}
					bytes = l.Bytes()
				}
				b.ReportMetric(float64(bytes)/(1<<20), "MiB")
			})
		}
	})
}

func BenchmarkLabelTime(b *testing.B) {
	each(b, func(b *testing.B, n *network) {
		l, random := n.labels(b, 2), rand.New(rand.NewPCG(1, 2))
		pairs := make([][2]hierarchy.Rank, 1<<16)
		for i := range pairs {
			pairs[i] = [2]hierarchy.Rank{hierarchy.Rank(random.IntN(n.h.Nodes())), hierarchy.Rank(random.IntN(n.h.Nodes()))}
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			p := pairs[i%len(pairs)]
			l.Time(p[0], p[1])
		}
	})
}
