package fakecad

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"text/tabwriter"
	"time"
)

// Report is what a run did and found.
type Report struct {
	Server    string   `json:"server"` // its version
	Network   string   `json:"network"`
	Demand    string   `json:"demand"`
	Simulated string   `json:"simulated"`
	Took      string   `json:"took"`
	Calls     int      `json:"calls"`
	Assigned  int      `json:"assigned"`
	GivenUp   int      `json:"given_up"`
	Positions int      `json:"positions"`
	Checks    []Check  `json:"checks"`
	Methods   []Method `json:"methods"`
	Notes     []string `json:"notes,omitempty"`

	mutex  sync.Mutex
	timing map[string]*timing
}

// Method is how long answers of one method took.
type Method struct {
	Name    string        `json:"name"`
	Calls   int           `json:"calls"`
	Failed  int           `json:"failed"` // refusals that were asked for included
	Median  time.Duration `json:"median_ns"`
	P99     time.Duration `json:"p99_ns"`
	Longest time.Duration `json:"longest_ns"`
}

type timing struct {
	took   []time.Duration
	failed int
}

func (r *Report) note(format string, args ...any) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

func (r *Report) time(method string, took time.Duration, err error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.timing == nil {
		r.timing = map[string]*timing{}
	}
	t := r.timing[method]
	if t == nil {
		t = &timing{}
		r.timing[method] = t
	}
	t.took = append(t.took, took)
	if err != nil {
		t.failed++
	}
}

// sum fills Methods.
func (r *Report) sum() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.Methods = nil
	for name, t := range r.timing {
		slices.Sort(t.took)
		n := len(t.took)
		r.Methods = append(r.Methods, Method{name, n, t.failed, t.took[n/2], t.took[min(n-1, n*99/100)], t.took[n-1]})
	}
	slices.SortFunc(r.Methods, func(a, b Method) int { return b.Calls - a.Calls })
}

// Failed returns how many checks failed.
func (r *Report) Failed() int {
	n := 0
	for _, c := range r.Checks {
		n += c.Failed
	}
	return n
}

// Write prints the report for people.
func (r *Report) Write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(t, format, args...) }
	p("%s of a made-up day in %s against nearside %s on %s, demand: %s\n", r.Simulated, r.Took, r.Server, r.Network, r.Demand)
	p("%d calls, %d assigned, %d left to an ambulance, %d positions\n\n", r.Calls, r.Assigned, r.GivenUp, r.Positions)
	p("check\tdone\tfailed\n")
	for _, c := range r.Checks {
		p("%s\t%d\t%d\n", c.Name, c.Done, c.Failed)
	}
	p("\nmethod\tcalls\trefused\tmedian\tp99\tlongest\n")
	for _, m := range r.Methods {
		p("%s\t%d\t%d\t%s\t%s\t%s\n", m.Name, m.Calls, m.Failed, m.Median.Round(time.Microsecond), m.P99.Round(time.Microsecond), m.Longest.Round(time.Microsecond))
	}
	for _, c := range r.Checks {
		for _, f := range c.Failures {
			p("\nFAILED %s: %s", c.Name, f)
		}
	}
	for _, n := range r.Notes {
		p("\nnote: %s", n)
	}
	p("\n")
	return t.Flush()
}
