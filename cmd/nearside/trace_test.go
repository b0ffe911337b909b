package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/api/telemetry"
)

func TestTrace(t *testing.T) {
	at := func(ms int) time.Time { return time.Date(2026, 7, 14, 12, 0, 0, ms*1e6, time.UTC) }
	incident := map[string]any{"nearside.incident": "incidents/7", "nearside.car": ""}
	spans := []telemetry.Span{
		{Trace: "t1", Span: "b", Parent: "a", Name: "append", Start: at(11), Micros: 800},
		{Trace: "t1", Span: "a", Name: "FleetService/AssignCar", Start: at(10), Micros: 1500, Attributes: incident},
		{Trace: "t2", Span: "c", Name: "DispatchService/ListCars", Start: at(5), Micros: 9000},
		{Trace: "t1", Span: "e", Parent: "a", Name: "FleetService/UpdateCarStatus", Start: at(900), Micros: 20},
	}
	const want = `trace t1, 2026-07-14T12:00:00Z
after    took      what                          
0.000 s  1.500 ms  FleetService/AssignCar        incident=incidents/7
0.001 s  0.800 ms    append                      
0.890 s  0.020 ms  FleetService/UpdateCarStatus  
`
	for _, c := range []traceCommand{{Incident: "incidents/7"}, {Trace: "t1"}} {
		var out bytes.Buffer
		if err := c.print(&out, spans); err != nil || out.String() != want {
			t.Errorf("%v\n%s\nwant\n%s", err, &out, want)
		}
	}
	var out bytes.Buffer
	slowest := traceCommand{Slowest: 1, JSON: true}
	if err := slowest.print(&out, spans); err != nil || strings.Count(out.String(), "\n") != 1 || !strings.Contains(out.String(), "ListCars") {
		t.Errorf("%v\n%s", err, &out)
	}
	none := traceCommand{File: "f", Incident: "incidents/8"}
	if err := none.print(&out, spans); err == nil || !strings.Contains(err.Error(), "none of its 4 spans") {
		t.Error(err)
	}
}
