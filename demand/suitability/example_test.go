package suitability_test

import (
	"fmt"
	"strings"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/suitability"
)

// A change of rules is judged by what it does to the calls that there are.
func ExampleCompare() {
	const file = `{"format": 1, "name": "trial",
		"face_to_face": {"coded": 0.6, "attended": 1, "reason": "r", "origin": "assumption", "source": "s"},
		"rules": [{"name": "overdose", "category": ["*overdose*"], "share": 0, "reason": "r", "origin": "published", "source": "s"}],
		"otherwise": {"name": "otherwise", "share": 1, "reason": "r", "origin": "assumption", "source": "s"}}`
	strict, err := suitability.Read(strings.NewReader(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	loose := *strict
	loose.Rules = nil
	mix := []suitability.Part{
		{Kind: calls.Kind{Category: "Overdose", Channel: "999"}, Calls: 300},
		{Kind: calls.Kind{Category: "welfare check", Channel: "police"}, Calls: 700},
	}
	c := suitability.Compare(strict, &loose, mix, suitability.Attended)
	fmt.Printf("%.0f %% suit; without the rule %.0f calls more\n", 100*c.Before.Share(), c.Gained())
	// Output: 70 % suit; without the rule 300 calls more
}
