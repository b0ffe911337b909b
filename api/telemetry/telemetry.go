package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"google.golang.org/grpc/status"
)

// Settings of a Telemetry. Log is needed.
type Settings struct {
	// Version of the program, told as a metric and with each trace.
	Version string
	// Log takes calls that failed or were slow.
	Log *slog.Logger
	// Slow is how long a call may take before it is logged; 0: none is. Streams and calls that wait by
	// what they are, such as WaitOperation, never are.
	Slow time.Duration
	// Peer tells from where a call came, also one over HTTP; nil: the log says nothing of it.
	Peer func(context.Context) string
	// Spans is where traces go; nil: none are made.
	Spans *Spans
}

// Telemetry watches one server. Its methods are safe for concurrent use.
type Telemetry struct {
	settings Settings
	registry *prometheus.Registry
	methods  sync.Map // of *method by full name
	refusals refusals
	requests requestLog

	seconds  *prometheus.HistogramVec
	calls    *prometheus.CounterVec
	active   *prometheus.GaugeVec
	messages *prometheus.CounterVec
	appends  *prometheus.HistogramVec
	guarded  *prometheus.CounterVec
}

// quick are the upper bounds of buckets in seconds, from what an empty call takes to what nobody waits for.
var quick = []float64{50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3, 10e-3, 20e-3, 50e-3, 0.1, 0.2, 0.5, 1, 2, 5, 10}

// runtimeMetrics are those of Go's that are told beside the usual ones: what is alive after a collection,
// which unlike the heap does not breathe, and how long goroutines wait for a processor.
var runtimeMetrics = regexp.MustCompile(`^/(gc/heap/live:bytes|sched/latencies:seconds)$`)

// New returns a Telemetry that has counted nothing yet.
func New(s Settings) (*Telemetry, error) {
	if s.Log == nil {
		return nil, errors.New("telemetry: settings lack Log")
	}
	t := &Telemetry{settings: s, registry: prometheus.NewRegistry(), requests: newRequestLog(s.Log, s.Peer)}
	t.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "nearside_call_seconds",
		Help: "How long calls with one answer took, from the request's arrival to the answer's departure.", Buckets: quick}, []string{"method"})
	t.calls = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "nearside_calls_total",
		Help: "Calls that ended, streams too, by status code."}, []string{"method", "code"})
	t.active = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "nearside_calls_active",
		Help: "Calls and streams that are being answered."}, []string{"method"})
	t.messages = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "nearside_stream_messages_total",
		Help: "Messages of streams."}, []string{"method", "direction"})
	t.appends = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "nearside_ledger_append_seconds",
		Help: "How long it took to write an entry so that it outlives a crash, by outcome.", Buckets: quick}, []string{"outcome"})
	t.guarded = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "nearside_guard_decisions_total",
		Help: "Calls that were let in (reason empty) or refused for who asks, by how the caller is known."}, []string{"means", "reason"})
	t.refusals.init()
	t.registry.MustRegister(t.seconds, t.calls, t.active, t.messages, t.appends, t.guarded, t.refusals.total,
		collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(collectors.GoRuntimeMetricsRule{Matcher: runtimeMetrics})), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	t.Gauge("nearside_build_info", "1, with the program's version and that of Go.",
		prometheus.Labels{"version": s.Version, "go": runtime.Version()}, func() float64 { return 1 })
	return t, nil
}

// Gauge registers a number that is read whenever somebody asks for the metrics; read must be fast.
func (t *Telemetry) Gauge(name, help string, labels prometheus.Labels, read func() float64) {
	t.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, read))
}

// Counter registers a number that never falls, read as a Gauge is.
func (t *Telemetry) Counter(name, help string, labels prometheus.Labels, read func() float64) {
	t.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels}, read))
}

// Register registers a collector of its own.
func (t *Telemetry) Register(c prometheus.Collector) { t.registry.MustRegister(c) }

// Refused counts a request that was refused before it became a call, as one over HTTP that cannot be read.
func (t *Telemetry) Refused(st *status.Status) { t.refusals.count(st) }

// Guarded counts a call that was let in or refused for who asks.
func (t *Telemetry) Guarded(means, reason string) { t.guarded.WithLabelValues(means, reason).Inc() }

// Metrics serves all of it to Prometheus, with exemplars to those who ask for OpenMetrics.
func (t *Telemetry) Metrics() http.Handler {
	return promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

// described reads a metric's name from what the library tells of it.
var described = regexp.MustCompile(`^Desc\{fqName: "([^"]+)"`)

// Names lists the metrics that can be there, each once, in the order of the alphabet.
func (t *Telemetry) Names() []string {
	all := make(chan *prometheus.Desc)
	go func() { defer close(all); t.registry.Describe(all) }()
	var names []string
	for d := range all {
		names = append(names, described.FindStringSubmatch(d.String())[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Close sends the spans that wait. ctx bounds how long it tries.
func (t *Telemetry) Close(ctx context.Context) error {
	if t.settings.Spans == nil {
		return nil
	}
	return t.settings.Spans.close(ctx)
}
