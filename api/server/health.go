package server

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"google.golang.org/grpc/health/grpc_health_v1"
)

// healthPause is how often health is looked at.
const healthPause = time.Second

// dependency is something that answers rest on. The service is called "nearside.NAME" in gRPC's health
// protocol. Without one of them the server goes on, and says in its answers what it does without.
type dependency struct {
	name string
	// look returns what is wrong, or "", and what else there is to know.
	look func(now time.Time) (fault string, more map[string]any)
}

// dependencies lists what answers rest on.
func (s *Server) dependencies() []dependency {
	return []dependency{
		{"store", func(now time.Time) (string, map[string]any) {
			st := s.records.now.Load()
			more := map[string]any{"kind": st.store}
			if age, old := s.records.age(now); old {
				more["age"] = age.Round(time.Second).String()
			}
			return st.fault, more
		}},
		{"roads", func(now time.Time) (string, map[string]any) {
			return s.NetworkFault, map[string]any{"network": s.Network.Name}
		}},
		{"forecast", func(time.Time) (string, map[string]any) {
			about := s.Baseline.About()
			more := map[string]any{"forecast": about.Name}
			if lacks := s.lacksForecast(nil); len(lacks) > 0 {
				return lacks[0].reason, more
			}
			return "", more
		}},
	}
}

// Health is how a server does.
type Health struct {
	Ready        bool                        `json:"ready"` // calls should be sent here
	Why          string                      `json:"why,omitempty"`
	Shedding     string                      `json:"shedding"` // the calls that are refused for there being too much to do
	Dependencies map[string]DependencyHealth `json:"dependencies"`
}

// DependencyHealth is how one thing does that answers rest on.
type DependencyHealth struct {
	OK    bool           `json:"ok"`
	Fault string         `json:"fault,omitempty"`
	More  map[string]any `json:"more,omitempty"`
}

// Health looks at everything that answers rest on.
func (s *Server) Health() Health {
	h := Health{Ready: true, Shedding: shedding[s.overload.level.Load()], Dependencies: map[string]DependencyHealth{}}
	now := s.Now()
	for _, d := range s.dependencies() {
		fault, more := d.look(now)
		h.Dependencies[d.name] = DependencyHealth{OK: fault == "", Fault: fault, More: more}
	}
	if st := s.Live.Status(); !st.Whole && !s.records.fresh && st.Fault == nil {
		h.Ready, h.Why = false, "the records of cars are still being read"
	}
	if s.leaving.draining.Load() {
		h.Ready, h.Why = false, "the server is stopping"
	}
	return h
}

// keepHealth tells gRPC's health service until ctx ends.
func (s *Server) keepHealth(ctx context.Context) {
	tick := time.NewTicker(healthPause)
	defer tick.Stop()
	was := map[string]bool{}
	select {
	case <-s.Live.Whole(): // or the first look would find the store wanting
		s.records.look(s)
	case <-tick.C:
	}
	for {
		s.tellHealth(was)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// tellHealth tells what has changed since was. A panic is logged, and what was told stands.
func (s *Server) tellHealth(was map[string]bool) {
	var logged error
	defer s.recovered("keepHealth", &logged)
	for name, d := range s.Health().Dependencies {
		before, known := was[name]
		if was[name] = d.OK; known && before == d.OK {
			continue
		}
		state := grpc_health_v1.HealthCheckResponse_SERVING
		if !d.OK {
			state = grpc_health_v1.HealthCheckResponse_NOT_SERVING
			s.Log.Warn("a dependency has failed; answers go on and say what they do without", "dependency", name, "fault", d.Fault)
		} else if known {
			s.Log.Info("a dependency has come back", "dependency", name)
		}
		s.health.SetServingStatus("nearside."+name, state)
	}
}

// Healthz answers that the process runs: GET /healthz. Whoever restarts what does not answer may ask here.
func (s *Server) Healthz() http.Handler { return fixed("text/plain; charset=utf-8", []byte("ok\n")) }

// Readyz answers whether calls should be sent here, 200 or 503, with each dependency: GET /readyz. What is
// wrong in words, which may name files and servers, is told where detail is true only.
func (s *Server) Readyz(detail bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := s.Health()
		if !detail {
			for name, d := range h.Dependencies {
				h.Dependencies[name] = DependencyHealth{OK: d.OK}
			}
		}
		text, err := json.MarshalIndent(h, "", "  ")
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if !h.Ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write(append(text, '\n')) // the client has gone; there is no one to tell
	})
}
