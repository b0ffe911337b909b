package mixture

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestBlendClimbs: no sweep lowers the score, and where it ends no weight moved to another component
// raises it: at the peak of a concave function, what each component in use would explain of the calls,
// were they shared out by likelihood, is what it does explain.
func TestBlendClimbs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, n := rapid.IntRange(1, 6).Draw(t, "components"), rapid.IntRange(0, 60).Draw(t, "calls")
		value := make([]float32, n*k)
		for i := range value {
			value[i] = float32(rapid.Float64Range(1e-6, 1).Draw(t, "value"))
		}
		pseudo := make([]float64, k)
		total := float64(n)
		for j := range pseudo {
			pseudo[j] = rapid.Float64Range(0.05, 3).Draw(t, "pseudo")
			total += pseudo[j]
		}
		weight, score := blend(value, pseudo, 3000)
		for i := 1; i < len(score); i++ {
			if score[i] < score[i-1]-1e-12 {
				t.Fatalf("sweep %d lowered the score from %v to %v", i, score[i-1], score[i])
			}
		}
		for j := range weight {
			gain := pseudo[j] / weight[j]
			for i := 0; i < len(value); i += k {
				p := 0.0
				for l, w := range weight {
					p += w * float64(value[i+l])
				}
				gain += float64(value[i+j]) / p
			}
			if math.Abs(gain/total-1)*weight[j] > 0.01 {
				t.Fatalf("component %d with weight %v explains %v of %v calls a unit of weight", j, weight[j], gain, total)
			}
		}
	})
}

// TestBlendFindsTheMix draws no chance: of two components that tell calls apart, the weights are the
// calls of each.
func TestBlendFindsTheMix(t *testing.T) {
	var value []float32
	for i := range 1000 {
		if i%10 < 3 {
			value = append(value, 1, 1e-6)
		} else {
			value = append(value, 1e-6, 1)
		}
	}
	weight, _ := blend(value, []float64{1, 1}, 300)
	if want := 301.0 / 1002; math.Abs(weight[0]-want) > 1e-4 {
		t.Errorf("weights %v, want %v for the first", weight, want)
	}
}
