package planning

import "slices"

// Objective is what a plan keeps low, or high.
type Objective string

// Objectives. Response times count the mobilisation delay.
const (
	// ExpectedResponse is the mean time to a call, counting that the nearest car may be busy (Snyder and Daskin 2005).
	ExpectedResponse Objective = "expected_response"
	// MeanResponse is the mean time to a call with every car free: the p-median.
	MeanResponse Objective = "mean_response"
	// Coverage is the share of calls whose nearest car is within Target.Minutes (MCLP; Church and ReVelle 1974).
	Coverage Objective = "coverage"
	// ExpectedCoverage is the share of calls with a free car within Target.Minutes (MEXCLP; Daskin 1983).
	ExpectedCoverage Objective = "expected_coverage"
	// BackupCoverage is coverage by the nearest car, and to the share Target.Backup by a second one (Hogan and ReVelle 1986).
	BackupCoverage Objective = "backup_coverage"
	// Benefit is the mean of a benefit that falls with the response time (Erkut, Ingolfsson and Erdoğan 2008), cars busy as given.
	Benefit Objective = "benefit"
	// WorstResponse is the time from the nearest car to the cell that has the longest: the p-centre.
	WorstResponse Objective = "worst_response"
	// FewestCars is how few cars reach Target.Share of the calls within Target.Minutes (LSCP; Toregas and others 1971).
	FewestCars Objective = "fewest_cars"
)

// objectives lists all, the default first.
var objectives = []Objective{ExpectedResponse, MeanResponse, Coverage, ExpectedCoverage, BackupCoverage, Benefit, WorstResponse, FewestCars}

// Target is what an objective needs to be told; the others' fields stay zero.
type Target struct {
	// Minutes is the response time of the coverage objectives and FewestCars, more than the mobilisation delay.
	Minutes float64 `yaml:"minutes,omitempty" json:"minutes,omitempty" zero:"more than 1 (the mobilisation delay), at most 120 minutes"`
	// Share of the calls that FewestCars has to reach, above 0 to 1; 0 is 1, all.
	Share float64 `yaml:"share,omitempty" json:"share,omitempty" zero:"above 0 to 1"`
	// Backup is what BackupCoverage counts the second car for, above 0 to 0.5; the first counts the rest to 1.
	Backup float64 `yaml:"backup,omitempty" json:"backup,omitempty" zero:"above 0 to 0.5"`
	// Benefit is of the objective of that name: minutes ascending, benefit never rising.
	Benefit []BenefitPoint `yaml:"benefit,omitempty" json:"benefit,omitempty"`
}

// BenefitPoint says what a response after so many minutes is worth, 0 to 1. Between points the
// benefit is on the straight line; outside them it is that of the nearest.
type BenefitPoint struct {
	Minutes float64 `yaml:"minutes" json:"minutes"`
	Benefit float64 `yaml:"benefit" json:"benefit"`
}

// countsBusy reports whether an objective counts that cars may be busy.
func (o Objective) countsBusy() bool {
	return o == ExpectedResponse || o == ExpectedCoverage || o == Benefit
}

// needsMinutes reports whether an objective is about a response time that the scenario gives.
func (o Objective) needsMinutes() bool {
	return o == Coverage || o == ExpectedCoverage || o == BackupCoverage || o == FewestCars
}

// byCover reports whether an objective counts cells, and not calls times seconds: another engine's.
func (o Objective) byCover() bool { return o == WorstResponse || o == FewestCars }

func (o Objective) known() bool { return slices.Contains(objectives, o) }
