package planning

import (
	"cmp"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
)

// Response sums up how long calls wait, mobilisation delay included, weighted by expected calls.
type Response struct {
	MeanSeconds float64 `json:"mean_s"`
	P90Seconds  float64 `json:"p90_s"`     // 90 of 100 calls are reached within this
	Within15    float64 `json:"within_15"` // share of calls reached within 15 minutes, 0 to 1
}

// wait is one outcome: a call's road time and how many calls a week have it.
type wait struct {
	time   road.Millis
	weight float64
}

// Road times fall into bins of 2¹² ms, about four seconds: enough of them that the one which has the
// 90th percentile is soon sorted, and few enough that those of all boroughs stay in the cache.
const (
	binShift = 12
	bins     = int(optimiser.Cap>>binShift) + 1
)

// onTime is the longest road time of a call that is reached within the target.
const onTime = road.Millis((TargetSeconds - MobilisationSeconds) * 1000)

// tally adds up outcomes by part of London, and of all parts together. Every outcome is given to add; then
// settle finds which bins have the percentiles, every outcome is given to look, and the responses are there.
type tally struct {
	parts  int
	weight []float64 // parts and all × bins
	sum    []float64 // per part and of all: weight × milliseconds
	within []float64 // weight on time
	bin    []int     // the bin of the percentile
	below  []float64 // weight in the bins below it
	in     [][]wait  // the outcomes in it
}

func newTally(parts int) *tally {
	n := parts + 1
	return &tally{
		parts: parts, weight: make([]float64, n*bins), sum: make([]float64, n), within: make([]float64, n),
		bin: make([]int, n), below: make([]float64, n), in: make([][]wait, n),
	}
}

func (y *tally) add(part int, t road.Millis, weight float64) {
	y.weight[part*bins+int(t>>binShift)] += weight
	y.sum[part] += weight * float64(t)
	if t <= onTime {
		y.within[part] += weight
	}
}

// binsOf returns the weights of a part; of all, where part is the number of parts.
func (y *tally) binsOf(part int) []float64 { return y.weight[part*bins : (part+1)*bins] }

func (y *tally) total(part int) (total float64) {
	for _, w := range y.binsOf(part) {
		total += w
	}
	return total
}

// most returns what weighs 90 % of a part. The tolerance keeps a sum that is 90 % but for rounding from
// jumping to the next time.
func (y *tally) most(part int) float64 { return 0.9 * y.total(part) * (1 - 1e-12) }

// settle adds up the parts, and finds the bins of the percentiles.
func (y *tally) settle() {
	all := y.binsOf(y.parts)
	for part := range y.parts {
		for b, w := range y.binsOf(part) {
			all[b] += w
		}
		y.sum[y.parts] += y.sum[part]
		y.within[y.parts] += y.within[part]
	}
	for part := range y.bin {
		weight, most := y.binsOf(part), y.most(part)
		for y.bin[part] < bins-1 && y.below[part]+weight[y.bin[part]] < most {
			y.below[part] += weight[y.bin[part]]
			y.bin[part]++
		}
	}
}

func (y *tally) look(part int, t road.Millis, weight float64) {
	bin := int(t >> binShift)
	if bin == y.bin[part] {
		y.in[part] = append(y.in[part], wait{t, weight})
	}
	if bin == y.bin[y.parts] {
		y.in[y.parts] = append(y.in[y.parts], wait{t, weight})
	}
}

// response returns the statistics of a part; the zero Response where it weighs nothing. The 90th
// percentile is the least time within which at least 90 % of the weight lies.
func (y *tally) response(part int) Response {
	total := y.total(part)
	if total <= 0 {
		return Response{}
	}
	in, most, below := y.in[part], y.most(part), y.below[part]
	slices.SortFunc(in, func(a, b wait) int { return cmp.Compare(a.time, b.time) })
	at := 0
	for below += in[at].weight; below < most && at < len(in)-1; below += in[at].weight {
		at++
	}
	return Response{
		MeanSeconds: round(y.sum[part]/total/1000+MobilisationSeconds, 3),
		P90Seconds:  round(in[at].time.Seconds()+MobilisationSeconds, 3),
		Within15:    round(y.within[part]/total, 6),
	}
}

// round returns x with the given number of decimals; documents carry no more digits than they mean.
func round(x float64, decimals int) float64 {
	p := math.Pow10(decimals)
	return math.Round(x*p) / p
}
