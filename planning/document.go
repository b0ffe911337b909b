package planning

// Format is the first field of every plan document and its version; docs/format/plan.md describes it.
const Format = "nearside-plan/3"

// Document is a plan in the planner's words, with everything that Verify needs to check it.
// Seconds are rounded to a thousandth, shares to a millionth.
type Document struct {
	Format           string    `json:"format"`
	Objective        Objective `json:"objective"`
	ObjectiveInWords string    `json:"objective_in_words"`
	// Value is what the plan is worth by its objective, in Unit. In seconds a call it is the mean road
	// time: the response leg plus the conveyed share's leg to a centre. The mobilisation delay, which no
	// plan can change, is left out, so that it does not make the gap look smaller. In other units it is
	// that of the response leg alone.
	Value      float64 `json:"value"`
	Bound      float64 `json:"bound"` // no plan over these sites is better
	Unit       Unit    `json:"unit"`
	Better     string  `json:"better"` // lower or higher
	Gap        float64 `json:"gap"`    // |value − bound| / the larger of the two
	GapInWords string  `json:"gap_in_words"`

	Scenario     Scenario `json:"scenario"` // with its defaults filled in
	HoursInWords string   `json:"hours_in_words"`
	Busy         float64  `json:"busy"` // used by the objective: given, or estimated from the load
	Response     Leg      `json:"response"`
	Conveyance   *Leg     `json:"conveyance,omitempty"` // absent without centres

	Cars    []Site        `json:"cars"`
	Roster  *RosterRecord `json:"roster,omitempty"` // with shifts
	Centres []Site        `json:"centres"`
	// CentreService says how patients find room at the centres; absent where the scenario says nothing of it.
	CentreService *CentreReport  `json:"centre_service,omitempty"`
	Constraints   []Constraint   `json:"constraints"`
	All           Area           `json:"all"`
	ByBorough     []Area         `json:"by_borough"`
	Comparisons   []Comparison   `json:"comparisons"`
	Explain       *Explanation   `json:"explain"`
	Equity        *EquityFigures `json:"equity"`
	Frontier      *Frontier      `json:"frontier,omitempty"`
	Regret        *Regret        `json:"regret,omitempty"`

	Workloads *WorkloadRecord `json:"workloads"` // beside the certificate

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

// Leg is one of the two parts of a plan's value: cars to calls, or patients to centres.
type Leg struct {
	Value       float64     `json:"value"` // of those who travel it
	Bound       float64     `json:"bound"`
	Unit        Unit        `json:"unit"`
	Gap         float64     `json:"gap"`
	Share       float64     `json:"share"`      // of calls that travel it; the plan's value counts it so where it is in seconds a call
	Status      string      `json:"status"`     // why the search stopped: optimal, converged or stopped
	Candidates  int         `json:"candidates"` // sites it chose from
	Problem     string      `json:"problem_sha256"`
	Certificate Certificate `json:"certificate"`
}

// Certificate is a solver's own value and bound, exact, with the proof of the bound packed into text.
type Certificate struct {
	Kind  string  `json:"kind"` // multipliers (of package optimiser), cover or transport (of the packages of that name), weighted (of package fair)
	Value float64 `json:"value"`
	Bound float64 `json:"bound"`
	Proof string  `json:"proof,omitempty"`
	// ProofBound is the bound of the problem that a proof of the kind share is about: the cost, by the
	// optimiser, of a car less.
	ProofBound float64 `json:"proof_bound,omitempty"`
	// Prices of room at centres, of transport: packed like the multipliers of a proof without steps.
	Prices string `json:"prices,omitempty"`
	// Weighted holds the proof of the kind "weighted".
	Weighted *WeightedProof `json:"weighted,omitempty"`
}

// WeightedProof bounds a measure of parts of the demand, such as the worst borough's mean, by the problem in which each
// part's calls weigh by its factor: docs/equity.md.
type WeightedProof struct {
	Factor  []float64 `json:"factor,omitempty"` // of each borough with calls, in the order of by_borough, or of each sample
	Problem string    `json:"problem_sha256"`   // the weighted problem
	Bound   float64   `json:"bound"`            // of the weighted problem, exact
	Proof   string    `json:"proof"`            // its multipliers
}

// Kinds of Certificate.
const (
	multiplierProof = "multipliers"
	coverProof      = "cover"
	shareProof      = "share" // multipliers of the coverage by a car less
	transportProof  = "transport"
	weightedKind    = "weighted"
)

// Site is where a car or a centre stands.
type Site struct {
	Cell     string  `json:"cell"` // H3, resolution 9
	Lat      float64 `json:"lat"`
	Lon      float64 `json:"lon"`
	GridRef  string  `json:"grid_ref"`
	Borough  string  `json:"borough"`
	Sector   string  `json:"sector"`
	Place    string  `json:"place"`           // empty where the site is no named place
	Group    string  `json:"group,omitempty"` // of the car, where the scenario has groups
	Fixed    bool    `json:"fixed"`           // the scenario put it there
	Modelled bool    `json:"modelled"`
}

// Constraint is a rule of the scenario and how the plan keeps it.
type Constraint struct {
	Field string   `json:"field"` // of the scenario, such as "at_least[0]"
	Words string   `json:"in_words"`
	Have  float64  `json:"have"`
	Least *float64 `json:"least,omitempty"`
	Most  *float64 `json:"most,omitempty"`
	Binds bool     `json:"binds"` // Have is at the limit
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
	Name    string  `json:"name"`
	Note    string  `json:"note"` // how it was made, and what it is not
	Busy    float64 `json:"busy"`
	Value   float64 `json:"value"` // response leg of the plan's objective; with fewest_cars the share of calls that they reach in time
	Unit    Unit    `json:"unit"`
	Cars    []Site  `json:"cars"`
	All     Area    `json:"all"`
	Sectors []Area  `json:"sectors"` // those that have a car
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
