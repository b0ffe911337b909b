package planning

import (
	"cmp"
	"slices"

	"github.com/nearside-ems/nearside/geo/grid"
)

// EquityFigures say how alike parts of London are served: by mean response, mobilisation delay included,
// busy cars counted as the objective does. Parts weigh by their expected calls.
type EquityFigures struct {
	Boroughs Spread `json:"boroughs"`
	// Tenths are of the residents by the mental-health need of their cell: see Note.
	Tenths   Spread `json:"need_tenths"`
	ByTenth  []Area `json:"by_need_tenth"` // the tenth with the most need first
	Weighted string `json:"weighted_by"`
	Note     string `json:"note"`
}

// Spread is how far parts' mean responses lie apart.
type Spread struct {
	Best         string  `json:"best"`
	BestSeconds  float64 `json:"best_s"`
	Worst        string  `json:"worst"`
	WorstSeconds float64 `json:"worst_s"`
	Ratio        float64 `json:"ratio"` // of the worst to the best
	// Gini is half the mean difference between the parts of two calls drawn at random, as a share of the mean: 0
	// where all are served alike.
	Gini float64 `json:"gini"`
}

// tenthsNote says what the tenths are, and are not.
const tenthsNote = "Tenths of the residents (Census 2021) by the mental-health indicator of the Indices of Deprivation 2025, averaged over the people of each cell; " +
	"it is one indicator of the health domain, not the whole Index of Multiple Deprivation, which does not ship by cell. Cells without residents are in no tenth."

// tenthNames name the tenths.
var tenthNames = []string{"1 (most need)", "2", "3", "4", "5", "6", "7", "8", "9", "10 (least need)"}

// equityFigures returns those of a service.
func (v *service) equityFigures(boroughs []Area) *EquityFigures {
	tenths, _ := v.areas(len(tenthNames)+1, v.st.tenths())
	e := &EquityFigures{Boroughs: spreadOf(boroughs), ByTenth: []Area{}, Weighted: "expected calls", Note: tenthsNote}
	for k, name := range tenthNames {
		if tenths[k].Name = name; tenths[k].CallsPerHour > 0 {
			e.ByTenth = append(e.ByTenth, tenths[k])
		}
	}
	e.Tenths = spreadOf(e.ByTenth)
	return e
}

// tenths returns the tenth of each cell, from 0; that of a cell without residents is one beyond the last.
func (st *study) tenths() []int {
	people, need := make([]float64, st.city.Grid.Len()), make([]float64, st.city.Grid.Len())
	total := 0.0
	for _, r := range st.city.Residents {
		people[r.Cell] += r.People
		need[r.Cell] += r.People * r.Need
		total += r.People
	}
	var order []grid.Index
	tenth := slices.Repeat([]int{len(tenthNames)}, len(people))
	for i, n := range people {
		if n > 0 {
			need[i] /= n
			order = append(order, grid.Index(i))
		}
	}
	slices.SortStableFunc(order, func(a, b grid.Index) int { return cmp.Compare(need[b], need[a]) })
	before := 0.0
	for _, i := range order { // a cell belongs to the tenth in which its middle resident is
		tenth[i] = min(len(tenthNames)-1, int((before+people[i]/2)/total*float64(len(tenthNames))))
		before += people[i]
	}
	return tenth
}

// spreadOf returns the spread of areas; the zero Spread where there are none.
func spreadOf(areas []Area) Spread {
	if len(areas) == 0 {
		return Spread{}
	}
	byMean := func(a, b Area) int { return cmp.Compare(a.MeanSeconds, b.MeanSeconds) }
	best, worst := slices.MinFunc(areas, byMean), slices.MaxFunc(areas, byMean)
	s := Spread{
		Best: best.Name, BestSeconds: best.MeanSeconds, Worst: worst.Name, WorstSeconds: worst.MeanSeconds,
		Ratio: round(worst.MeanSeconds/best.MeanSeconds, 6),
	}
	var calls, sum, apart float64
	for _, a := range areas {
		calls += a.CallsPerHour
		sum += a.CallsPerHour * a.MeanSeconds
		for _, b := range areas {
			apart += a.CallsPerHour * b.CallsPerHour * max(0, a.MeanSeconds-b.MeanSeconds)
		}
	}
	s.Gini = round(apart/(calls*sum), 6)
	return s
}
