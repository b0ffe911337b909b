package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/planning"
)

// scenarioFlags say what a plan is for: with a scenario file, or for the common cases without one.
type scenarioFlags struct {
	Scenario  string         `help:"Scenario file (YAML or JSON); the flags below may then say only what it leaves out." placeholder:"FILE"`
	Cars      *int           `help:"Joint-response cars, 1 to 200. Default: 6." placeholder:"N"`
	Centres   *int           `help:"Crisis assessment centres, 0 to 50. Default: 4." placeholder:"N"`
	Hours     *string        `help:"Hours in which the cars run, FROM-UNTIL; 19-7 runs past midnight. Default: 11-23." placeholder:"HOURS"`
	Days      *string        `help:"Days, such as mon-fri or sat,sun. Default: mon-sun." placeholder:"DAYS"`
	Objective *string        `help:"What to keep low: expected-response (counting that the nearest car may be busy), mean-response (every car free), worst-response, fewest-cars; or high: coverage, expected-coverage, backup-coverage, benefit. Default: expected-response." placeholder:"WHAT"`
	Within    *float64       `help:"Minutes of the coverage objectives and of fewest-cars." placeholder:"MINUTES"`
	Share     *float64       `help:"Share of the calls that fewest-cars has to reach. Default: all." placeholder:"SHARE"`
	Busy      *float64       `help:"Share of the time that a car is out, 0 to 0.95. Default: found together with the plan, from the calls." placeholder:"Q"`
	Driving   *string        `help:"How cars drive to a call: normal or blue-light. Default: normal." placeholder:"HOW"`
	Demand    *string        `help:"Which calls count: total, or suitable for a joint-response car. Default: total." placeholder:"WHICH"`
	Fix       []string       `sep:"none" help:"H3 cell or place that must have a car; may be repeated." placeholder:"CELL|PLACE"`
	Forbid    []string       `sep:"none" help:"H3 cell or place that must not have a car; may be repeated." placeholder:"CELL|PLACE"`
	Worst     *float64       `name:"worst-minutes" help:"Longest response that any cell with calls may have from its nearest car." placeholder:"MINUTES"`
	Equity    *string        `help:"Whose waiting is kept low: efficient (the mean), balanced (power mean of the boroughs' means) or equal (the worst borough first). Default: efficient." placeholder:"HOW"`
	Floor     *float64       `name:"borough-floor" help:"Longest mean response that any borough may have." placeholder:"MINUTES"`
	Frontier  *int           `help:"Show so many plans between the least mean and the best served worst borough, 2 to 20." placeholder:"N"`
	TimeLimit *time.Duration `help:"Longest search, at most 300s; travel times come on top. Default: 10s." placeholder:"DURATION"`
}

// read returns the scenario of the file, where there is one, and the flags.
func (f *scenarioFlags) read() (planning.Scenario, error) {
	given := f.given()
	if f.Scenario == "" {
		return planning.ReadScenario(nil, "flags", append(given, f.defaults()...)...)
	}
	text, err := os.ReadFile(f.Scenario)
	if err != nil {
		return planning.Scenario{}, fmt.Errorf("--scenario: %w", err)
	}
	s, err := planning.ReadScenario(text, f.Scenario, given...)
	if err != nil {
		return s, fmt.Errorf("%s:\n%w", f.Scenario, err)
	}
	return s, nil
}

// given lists the flags that were said, each as the field of a scenario.
func (f *scenarioFlags) given() []planning.Given {
	var out []planning.Given
	say(&out, f.Cars, "cars", "cars")
	say(&out, f.Centres, "centres", "centres")
	if f.Hours != nil || f.Days != nil {
		flag, hours := "hours", shift(f.Hours, f.Days)
		if f.Hours == nil {
			flag = "days"
		}
		say(&out, &hours, "hours", flag)
	}
	say(&out, underscored(f.Objective), "objective", "objective")
	say(&out, f.Within, "target.minutes", "within")
	say(&out, f.Share, "target.share", "share")
	say(&out, f.Busy, "busy", "busy")
	say(&out, underscored(f.Driving), "driving", "driving")
	say(&out, f.Demand, "demand", "demand")
	if f.Fix != nil {
		say(&out, &f.Fix, "fix", "fix")
	}
	if f.Forbid != nil {
		say(&out, &f.Forbid, "forbid", "forbid")
	}
	say(&out, f.Worst, "worst_minutes", "worst-minutes")
	say(&out, f.Equity, "equity", "equity")
	say(&out, f.Floor, "borough_floor", "borough-floor")
	say(&out, f.Frontier, "frontier", "frontier")
	if f.TimeLimit != nil {
		limit := f.TimeLimit.String()
		say(&out, &limit, "time_limit", "time-limit")
	}
	return out
}

// say adds a flag's value, where it has one, as a file would have it: JSON is YAML.
func say[T any](out *[]planning.Given, value *T, field, flag string) {
	if value == nil {
		return
	}
	text, err := json.Marshal(value)
	if err != nil { // a number that is not finite
		text = fmt.Append(nil, *value)
	}
	*out = append(*out, planning.Given{Field: field, From: "--" + flag, Value: string(text)})
}

// defaults are what the command says where neither a file nor a flag does.
func (f *scenarioFlags) defaults() []planning.Given {
	var out []planning.Given
	if o := underscored(f.Objective); f.Cars == nil && (o == nil || *o != string(planning.FewestCars)) {
		out = append(out, planning.Given{Field: "cars", From: "--cars", Value: "6"})
	}
	if f.Centres == nil {
		out = append(out, planning.Given{Field: "centres", From: "--centres", Value: "4"})
	}
	if f.Hours == nil && f.Days == nil {
		out = append(out, planning.Given{Field: "hours", From: "--hours", Value: shift(nil, nil)})
	}
	return out
}

// shift is the hours of a scenario that the two flags say.
func shift(hours, days *string) string {
	h, d := "11-23", "mon-sun"
	if hours != nil {
		h = strings.ReplaceAll(*hours, " ", "")
	}
	if days != nil {
		d = strings.ReplaceAll(*days, " ", "")
	}
	return d + " " + h
}

// underscored returns a name as files have it.
func underscored(name *string) *string {
	if name == nil {
		return nil
	}
	file := strings.ReplaceAll(*name, "-", "_")
	return &file
}
