package telemetry

import (
	"strings"
	"sync"

	"go.opentelemetry.io/otel/trace"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// incidentsKept bounds the incidents whose traces go on: with one a minute, those of the last three days.
const incidentsKept = 4096

// incidents remembers the trace of each of the last incidents, and which of them a car is on, as far as
// calls to this server told. It is a help for who looks at traces, and no record of anything.
type incidents struct {
	mu     sync.Mutex
	most   int
	oldest []string // in the order in which they came
	traces map[string]trace.SpanContext
	cars   map[string]string // car → incident
}

func newIncidents(most int) *incidents {
	return &incidents{most: most, traces: map[string]trace.SpanContext{}, cars: map[string]string{}}
}

// of returns the incident that a request names, or that of the car that it names; empty where there is none.
func (i *incidents) of(in any) string {
	if r, ok := in.(interface{ GetIncident() string }); ok && plausible(r.GetIncident()) {
		return r.GetIncident()
	}
	car := carOf(in)
	if car == "" {
		return ""
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.cars[car]
}

// plausible tells whether a text may name an incident: what a request says is not checked yet.
func plausible(incident string) bool {
	return strings.HasPrefix(incident, "incidents/") && len(incident) <= 80 && word(strings.NewReplacer("/", "", "-", "").Replace(incident)) != "other"
}

// context returns the span with which an incident's trace began.
func (i *incidents) context(incident string) (at trace.SpanContext, ok bool) {
	if incident == "" {
		return at, false
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	at, ok = i.traces[incident]
	return at, ok
}

// note keeps the span with which an incident begins.
func (i *incidents) note(incident string, at trace.SpanContext) {
	if incident == "" {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if _, known := i.traces[incident]; known {
		return
	}
	i.traces[incident] = at
	i.oldest = append(i.oldest, incident)
	if len(i.oldest) > i.most {
		delete(i.traces, i.oldest[0])
		i.oldest = i.oldest[1:]
	}
}

// after returns the incident of a call that has been answered, and keeps which one the car is on now.
func (i *incidents) after(in, out any) string {
	incident := i.of(in)
	car, ok := out.(*pb.Car)
	if !ok || car == nil {
		return incident
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if car.GetIncident() == "" {
		delete(i.cars, car.GetName())
		return incident
	}
	if len(i.cars) < 10*i.most {
		i.cars[car.GetName()] = car.GetIncident()
	}
	return car.GetIncident()
}

// carOf returns the car that a request is about.
func carOf(in any) string {
	switch in := in.(type) {
	case *pb.AssignCarRequest:
		return in.GetName()
	case *pb.UpdateCarStatusRequest:
		return in.GetName()
	case *pb.ReleaseCarRequest:
		return in.GetName()
	}
	return ""
}

// statusOf returns what a car does after a call, such as ON_SCENE.
func statusOf(out any) string {
	if car, ok := out.(*pb.Car); ok && car != nil {
		return car.GetStatus().String()
	}
	return ""
}
