package planning

import (
	"fmt"

	"github.com/nearside-ems/nearside/demand"
)

// Format is the first field of every plan document and its version; docs/format/plan.md describes it.
const Format = "nearside-plan/2"

// Document is a plan in the planner's words, with everything that Verify needs to check it.
// Seconds are rounded to a thousandth, shares to a millionth.
type Document struct {
	Format    string    `json:"format"`
	Objective Objective `json:"objective"`
	// ValueSeconds is the mean road time a call: the response leg plus the conveyed share's leg to a
	// centre. The mobilisation delay, which no plan can change, is left out, so that it does not make
	// the gap look smaller.
	ValueSeconds float64 `json:"value_s"`
	BoundSeconds float64 `json:"bound_s"` // no plan over these sites has a lower value
	Gap          float64 `json:"gap"`     // (value_s − bound_s) / value_s
	GapInWords   string  `json:"gap_in_words"`

	Scenario   ScenarioRecord `json:"scenario"`
	Busy       float64        `json:"busy"` // used by the objective: given, or estimated from the load
	Response   Leg            `json:"response"`
	Conveyance *Leg           `json:"conveyance,omitempty"` // absent without centres

	Cars        []Site       `json:"cars"`
	Centres     []Site       `json:"centres"`
	All         Area         `json:"all"`
	ByBorough   []Area       `json:"by_borough"`
	Comparisons []Comparison `json:"comparisons"`

	Network     NetworkRecord `json:"network"`
	Demand      DemandRecord  `json:"demand"`
	Assumptions []Assumption  `json:"assumptions"`
	Limits      []string      `json:"limits"` // what the figures leave out

	DataSHA256   string `json:"data_sha256"`   // of the built-in London
	InputsSHA256 string `json:"inputs_sha256"` // of all that the plan follows from: scenario, demand, travel times, assumptions
	// SHA256 is that of the document as compact JSON with this field empty. It finds a slip of the
	// keyboard anywhere; it is no signature.
	SHA256 string `json:"sha256"`
}

// ScenarioRecord is a Scenario as it was solved: places and cells resolved to cells of resolution 9.
type ScenarioRecord struct {
	Cars         int      `json:"cars"`
	Centres      int      `json:"centres"`
	Hours        []int    `json:"hours"` // of the week, ascending
	HoursInWords string   `json:"hours_in_words"`
	Demand       Calls    `json:"demand"`         // which calls count: total or suitable
	Busy         *float64 `json:"busy,omitempty"` // absent where it was estimated
	Driving      string   `json:"driving"`
	Fixed        []string `json:"fixed"`
	Forbidden    []string `json:"forbidden"`
}

// Leg is one of the two parts of a plan's value: cars to calls, or patients to centres.
type Leg struct {
	ValueSeconds float64 `json:"value_s"` // mean road time of those who travel it
	BoundSeconds float64 `json:"bound_s"`
	Gap          float64 `json:"gap"`
	Share        float64 `json:"share"`      // of calls that travel it; value_s of the plan counts it so
	Status       string  `json:"status"`     // why the search stopped: optimal, converged or stopped
	Candidates   int     `json:"candidates"` // sites it chose from
	Problem      string  `json:"problem_sha256"`
	// Value and Bound are the optimiser's, in seconds × calls a week, exact; Multipliers proves Bound.
	Value       float64 `json:"value"`
	Bound       float64 `json:"bound"`
	Multipliers string  `json:"multipliers"`
}

// Site is where a car or a centre stands.
type Site struct {
	Cell     string  `json:"cell"` // H3, resolution 9
	Lat      float64 `json:"lat"`
	Lon      float64 `json:"lon"`
	GridRef  string  `json:"grid_ref"`
	Borough  string  `json:"borough"`
	Sector   string  `json:"sector"`
	Place    string  `json:"place"` // empty where the site is no named place
	Fixed    bool    `json:"fixed"` // the scenario put it there
	Modelled bool    `json:"modelled"`
}

// Area is how a plan serves a part of London. The figures without a prefix count busy cars the way
// the objective does; those under Nearest take every car as free.
type Area struct {
	Code         string  `json:"code,omitempty"` // GSS; absent for a sector and for all London
	Name         string  `json:"name"`
	Sector       string  `json:"sector,omitempty"`
	CallsPerHour float64 `json:"calls_per_hour"` // expected, mean over the scenario's hours
	Response
	Nearest Response `json:"nearest"`
}

// Comparison is another way of placing cars, under the same assumptions.
type Comparison struct {
	Name         string  `json:"name"`
	Note         string  `json:"note"` // how it was made, and what it is not
	Busy         float64 `json:"busy"`
	ValueSeconds float64 `json:"value_s"` // response leg of the plan's objective
	Cars         []Site  `json:"cars"`
	All          Area    `json:"all"`
	Sectors      []Area  `json:"sectors"` // those that have a car
}

// NetworkRecord is the road network that a plan was made on.
type NetworkRecord struct {
	Name    string   `json:"name"`
	SHA256  string   `json:"sha256"`
	Periods []string `json:"periods"` // speed profiles used, with their sources
	// ModelledShare of the expected calls lies where travel times are modelled and not measured.
	ModelledShare float64 `json:"modelled_share"`
}

// DemandRecord is the demand that a plan was made for.
type DemandRecord struct {
	Source       string   `json:"source"`
	SHA256       string   `json:"sha256"`               // of the expected calls of every cell and hour of the week
	Notes        []string `json:"notes,omitempty"`      // what a reader must know of them
	CallsPerHour float64  `json:"calls_per_hour"`       // expected, of those that count, mean over the hours
	TotalPerHour float64  `json:"total_calls_per_hour"` // the same of all mental-health calls
	// Rules chose the calls that count; absent where all do.
	Rules        *RulesRecord `json:"rules,omitempty"`
	CallsPerWeek float64      `json:"calls_per_week"` // in those hours
	// Unreached calls a week lie where no road leads; they are left out of every other figure.
	Unreached    float64 `json:"unreached_calls_per_week"`
	OfferedAll   float64 `json:"offered_load_all_calls"`      // erlangs, if every call were sent one of the cars
	OfferedLoad  float64 `json:"offered_load_suitable_calls"` // erlangs
	EstimateBusy float64 `json:"estimated_busy"`              // Erlang loss; used where the scenario gives none
}

// RulesRecord is the rules of suitability that a plan was made with.
type RulesRecord struct {
	Name   string `json:"name"`
	Counts string `json:"counts"` // what the calls are taken to be counts of: attended or coded
	SHA256 string `json:"sha256"`
}

func (s *Scenario) record() ScenarioRecord {
	r := ScenarioRecord{
		Cars: s.Cars, Centres: s.Centres, HoursInWords: HoursInWords(s.Hours), Busy: s.Busy,
		Demand: s.Calls, Driving: s.Driving.String(), Fixed: s.Fixed, Forbidden: s.Forbidden,
		Hours: make([]int, len(s.Hours)),
	}
	for i, h := range s.Hours {
		r.Hours[i] = int(h)
	}
	return r
}

// scenario returns the question that a document answers; the time limit is not part of it.
func (d *Document) scenario() (Scenario, error) {
	driving, err := ParseDriving(d.Scenario.Driving)
	if err != nil {
		return Scenario{}, err
	}
	s := Scenario{
		Cars: d.Scenario.Cars, Centres: d.Scenario.Centres, Objective: d.Objective, Busy: d.Scenario.Busy,
		Calls: d.Scenario.Demand, Driving: driving, Fixed: d.Scenario.Fixed, Forbidden: d.Scenario.Forbidden,
	}
	for _, h := range d.Scenario.Hours {
		if h < 0 || h >= demand.HoursPerWeek {
			return Scenario{}, refuse("scenario.hours", fmt.Sprint(h), "hours of the week, 0 to 167")
		}
		s.Hours = append(s.Hours, demand.HourOfWeek(h))
	}
	return s, s.Validate()
}
