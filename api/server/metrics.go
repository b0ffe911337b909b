package server

import (
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/nearside-ems/nearside/api/telemetry"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
)

// measure has a telemetry read what there is to know of the server whenever it is asked.
func (s *Server) measure(t *telemetry.Telemetry) {
	t.Register(newFleetMetrics(s))
	for u, name := range urgencyNames {
		label := prometheus.Labels{"urgency": name}
		t.Counter("nearside_shed_total", "Calls that were refused because there was more to do than could be done.", label,
			func() float64 { return float64(s.overload.shed[u].Load()) })
		t.Gauge("nearside_busy_calls", "Calls with one answer that are being answered or wait for their turn.", label,
			func() float64 { return float64(s.overload.calls[u].Load()) })
		t.Gauge("nearside_busy_streams", "Streams that are open.", label,
			func() float64 { return float64(s.overload.streams[u].Load()) })
	}
	s.measurePositions(t)
	t.Gauge("nearside_shedding_level", "0: nothing is shed; 1: deferrable calls are; 2: all but urgent ones.", nil,
		func() float64 { return float64(s.overload.level.Load()) })
	t.Gauge("nearside_ready", "1 where calls should be sent here.", nil, func() float64 { return truth(s.Health().Ready) })
	for _, d := range s.dependencies() {
		t.Gauge("nearside_dependency_ok", "1 where something that answers rest on is as it should be.", prometheus.Labels{"dependency": d.name},
			func() float64 { fault, _ := d.look(s.Now()); return truth(fault == "") })
	}
	t.Gauge("nearside_ledger_contact_age_seconds", "How long ago the ledger last answered: what is known of records is as old.", nil,
		func() float64 { return s.Live.Status().Age.Seconds() })
	t.Gauge("nearside_ledger_revision", "The last entry of the ledger that is known.", nil, func() float64 { return float64(s.Live.Status().Revision) })
	t.Gauge("nearside_records", "Cars that have a record.", nil, func() float64 { return float64(s.Live.Status().Cars) })
	t.Gauge("nearside_plans_waiting", "Plans that are being made or wait for it.", nil, func() float64 {
		s.plans.mu.Lock()
		defer s.plans.mu.Unlock()
		return float64(s.plans.waiting)
	})
	t.Gauge("nearside_road_changes", "Closures and speeds in force.", nil, func() float64 { n, _ := s.RoadChanges(); return float64(n) })
	t.Gauge("nearside_travel_times_in_use", "Sets of travel times that answers use now, or soon.", nil,
		func() float64 { return float64(len(s.roads.metrics())) })
	t.Gauge("nearside_travel_times_labelled", "Those of them that have hub labels; on the others answers search, the same but slower.", nil, func() float64 {
		n := 0
		for _, m := range s.roads.metrics() {
			if m.Labelled() {
				n++
			}
		}
		return float64(n)
	})
}

// measurePositions tells what became of reports.
func (s *Server) measurePositions(t *telemetry.Telemetry) {
	count := func(name, help string, labels prometheus.Labels, of func(*fleet.Counts) uint64) {
		t.Counter(name, help, labels, func() float64 { c := s.Fleet.Counts(); return float64(of(&c)) })
	}
	const reports = "nearside_positions_total"
	for outcome, of := range map[string]func(*fleet.Counts) uint64{
		"accepted":  func(c *fleet.Counts) uint64 { return c.Accepted },
		"duplicate": func(c *fleet.Counts) uint64 { return c.Duplicate },
		"overtaken": func(c *fleet.Counts) uint64 { return c.Overtaken },
	} {
		count(reports, "Reports of positions, by what became of them.", prometheus.Labels{"outcome": outcome, "reason": ""}, of)
	}
	for fault := range fleet.Faults {
		count(reports, "Reports of positions, by what became of them.", prometheus.Labels{"outcome": "refused", "reason": fault.String()},
			func(c *fleet.Counts) uint64 { return c.Refused[fault] })
	}
	for remark, of := range map[string]func(*fleet.Counts) uint64{
		"late":      func(c *fleet.Counts) uint64 { return c.Late },
		"off_road":  func(c *fleet.Counts) uint64 { return c.OffRoad },
		"overruled": func(c *fleet.Counts) uint64 { return c.Overruled },
	} {
		count("nearside_positions_remarked_total", "Reports that were accepted with a remark.", prometheus.Labels{"remark": remark}, of)
	}
	count("nearside_cars_dropped_total", "Cars that were forgotten because they had been silent for long.", nil, func(c *fleet.Counts) uint64 { return c.Dropped })
}

func truth(v bool) float64 {
	if v {
		return 1
	}
	return 0
}

// fleetMetrics describes the cars as they are when somebody asks.
type fleetMetrics struct {
	server                           *Server
	cars, stale, lost, offRoad, ages *prometheus.Desc
}

// ageBounds are upper bounds of the age of positions, in seconds.
var ageBounds = []float64{1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600}

func newFleetMetrics(s *Server) *fleetMetrics {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &fleetMetrics{server: s,
		cars:    desc("nearside_cars", "Cars that are known, by what they do.", "status"),
		stale:   desc("nearside_cars_stale", "Cars whose position is too old for them to be offered."),
		lost:    desc("nearside_cars_without_position", "Cars with a record that have reported no position."),
		offRoad: desc("nearside_cars_off_road", "Cars that no road is near: not ranked by road."),
		ages:    desc("nearside_position_age_seconds", "How old the positions of cars on shift are: a distribution over cars as they are now."),
	}
}

// Describe implements prometheus.Collector.
func (m *fleetMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.cars, m.stale, m.lost, m.offRoad, m.ages} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (m *fleetMetrics) Collect(out chan<- prometheus.Metric) {
	snap := m.server.Fleet.Snapshot(m.server.Now())
	var byStatus [dispatch.Statuses]int
	var stale, lost, offRoad, aged int
	var sum time.Duration
	below := make(map[float64]uint64, len(ageBounds))
	for _, c := range snap.Cars {
		if c == nil {
			continue
		}
		byStatus[c.Status]++
		switch {
		case c.Fixed.IsZero():
			lost++
			continue
		case !c.OnRoad:
			offRoad++
		}
		if snap.Stale(c) {
			stale++
		}
		if c.Status == dispatch.OffShift {
			continue
		}
		age := c.Age(snap.Now)
		aged, sum = aged+1, sum+age
		for _, b := range ageBounds {
			if age.Seconds() <= b {
				below[b]++
			}
		}
	}
	for status, n := range byStatus {
		emit(out, m.cars, float64(n), strings.ReplaceAll(dispatch.Status(status).String(), " ", "_"))
	}
	emit(out, m.stale, float64(stale))
	emit(out, m.lost, float64(lost))
	emit(out, m.offRoad, float64(offRoad))
	out <- prometheus.MustNewConstHistogram(m.ages, uint64(aged), sum.Seconds(), below)
}

func emit(out chan<- prometheus.Metric, d *prometheus.Desc, v float64, labels ...string) {
	out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}
