package fakecad

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Check is something that is looked at in the server's answers.
type Check struct {
	Name     string   `json:"name"`
	Done     int      `json:"done"`
	Failed   int      `json:"failed"`
	Failures []string `json:"failures,omitempty"` // the first few
}

const keptFailures = 10

// tally counts checks. It is safe for concurrent use.
type tally struct {
	mutex  sync.Mutex
	checks []*Check
}

// of returns the check of a name. The caller holds mutex.
func (t *tally) of(name string) *Check {
	i := slices.IndexFunc(t.checks, func(c *Check) bool { return c.Name == name })
	if i < 0 {
		i = len(t.checks)
		t.checks = append(t.checks, &Check{Name: name})
	}
	return t.checks[i]
}

// expect counts a check of a name, which failed unless ok; the rest says how. It returns ok.
func (t *tally) expect(name string, ok bool, format string, args ...any) bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	c := t.of(name)
	c.Done++
	if !ok {
		if c.Failed++; len(c.Failures) < keptFailures {
			c.Failures = append(c.Failures, fmt.Sprintf(format, args...))
		}
	}
	return ok
}

// list returns the checks by name.
func (t *tally) list() []Check {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	all := make([]Check, 0, len(t.checks))
	for _, c := range t.checks {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b Check) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// What is checked, in the words of the report.
const (
	checkNearest  = "the cars offered are the nearest, by the run's own search"
	checkTimes    = "travel times are those of the run's own search"
	checkAges     = "positions are the last reported, and their ages are true"
	checkOffered  = "only free cars are offered"
	checkAll      = "each car is offered or left out with a reason"
	checkReports  = "reports are accepted"
	checkStatus   = "changes of status are accepted"
	checkRefused  = "impossible changes are refused"
	checkRace     = "of dispatchers who want one car, one gets it"
	checkConflict = "who comes too late is told the car's present state"
	checkRepeat   = "a request that is repeated changes nothing"
	checkWatch    = "the stream shows no car with two calls, no call with two cars"
	checkSilence  = "the stream is never silent for long"
	checkAgree    = "in the end the server holds what was acknowledged"
	checkLog      = "the log of decisions is whole"
	checkLogged   = "every acknowledged assignment is in the log"
	checkCentre   = "centres offered are open and take patients"
	checkAlive    = "the server answers"
)
