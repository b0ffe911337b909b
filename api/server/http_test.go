package server

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/fleet"
)

func TestJSON(t *testing.T) {
	s := smallSettings(t)
	s.Fleet.Report(noon, []fleet.Report{{Car: "cars/A", Point: s.City.Places[0].Point}})
	c := start(t, s)
	code, out := c.call(t, "POST", "/v1/cars:findNearest", `{"location":{"gridRef":"TQ 30027 80380"},"driving":"DRIVING_BLUE_LIGHT"}`)
	if code != 200 || len(out["candidates"].([]any)) != 1 || out["basis"].(map[string]any)["driving"] != "DRIVING_BLUE_LIGHT" {
		t.Errorf("HTTP %d %v", code, out)
	}
	code, out = c.call(t, "POST", "/v1/cars:reportPositions", `{"reports":[{"car":"cars/B","location":{"latLng":{"latitude":51.5,"longitude":-0.12}},"status":"CAR_STATUS_BUSY"},{"car":"?"}]}`)
	if code != 200 || out["accepted"] != 1.0 || len(out["errors"].([]any)) != 1 {
		t.Errorf("HTTP %d %v", code, out)
	}
	for path, key := range map[string]string{
		"/v1/cars": "cars", "/v1/city": "cells", "/v1/forecast?hours=3&hours=4": "rate",
		"/v1/coverage?hour=3&driving=DRIVING_NORMAL": "minutes", "/openapi.json": "paths",
		"/v1/reach?car=cars/A&hour=3": "minutes", "/v1/reach?location.gridRef=TQ+30027+80380&inbound=true": "minutes", "/v1/roadChanges": "changes",
		"/v1/forecast?period.hours=3&area.boroughs=East&cellValues=FORECAST_VALUE_UPPER&includeHourTable=true": "hourTable", "/v1/drift": "state", "/v1/operations": "operations",
	} {
		code, out := c.call(t, "GET", path, "")
		if _, ok := out[key]; code != 200 || !ok {
			t.Errorf("%s: HTTP %d without %q", path, code, key)
		}
	}
}

func TestJSONRefusals(t *testing.T) {
	c := start(t, smallSettings(t))
	for _, r := range []struct {
		method, path, body string
		code               int
		want               string
	}{
		{"GET", "/v1/forecast?hours=168", "", 400, "0 to 167"},
		{"GET", "/v1/forecast?hours=noon", "", 400, "noon"},
		{"POST", "/v1/forecast:query", `{"period":{"hours":0}}`, 400, "period.hours: 0"},
		{"GET", "/v1/coverage?hour=-1", "", 400, "0 to 167"},
		{"GET", "/v1/plans/none", "", 404, "does not exist"},
		{"GET", "/v1/operations/none", "", 404, "does not exist"},
		{"POST", "/v1/operations/none:cancel", "", 404, "does not exist"},
		{"DELETE", "/v1/operations/none", "", 404, "does not exist"},
		{"GET", "/v1/nothing", "", 404, "Not Found"},
		{"POST", "/v1/plans", `{"cars":0,"hours":[1]}`, 400, "cars: 0"},
		{"PUT", "/v1/cars", "", 405, "PUT is not a method of /v1/cars"},
		{"POST", "/v1/plans", `{"carz":6}`, 400, "carz"},
		{"POST", "/v1/plans", `{"cars":`, 400, ""},
		{"POST", "/v1/cars:findNearest", `{"location":{"latLng":{"latitude":"NaN","longitude":0}}}`, 400, "not a number"},
		{"POST", "/v1/cars:findNearest", `{"location":{"latLng":{"latitude":-0.1,"longitude":51.5}}}`, 400, "swapped"},
	} {
		code, out := c.call(t, r.method, r.path, r.body)
		if text, _ := out["message"].(string); code != r.code || !strings.Contains(text, r.want) {
			t.Errorf("%s %s %s: HTTP %d %q, want %d %q", r.method, r.path, r.body, code, text, r.code, r.want)
		}
	}
}

func TestPlanOverHTTP(t *testing.T) {
	c := start(t, smallSettings(t))
	code, op := c.call(t, "POST", "/v1/plans", `{"cars":3,"hours":[12],"timeLimit":"300s"}`)
	name, _ := op["name"].(string)
	if code != 200 || !strings.HasPrefix(name, "operations/") {
		t.Fatalf("HTTP %d %v", code, op)
	}
	if code, op = c.call(t, "POST", "/v1/"+name+":wait", `{"timeout":"0.3s"}`); code != 200 {
		t.Fatalf("HTTP %d %v", code, op)
	}
	if code, out := c.call(t, "POST", "/v1/"+name+":cancel", "{}"); code != 200 {
		t.Fatalf("HTTP %d %v", code, out)
	}
	code, op = c.call(t, "POST", "/v1/"+name+":wait", "")
	plan, _ := op["response"].(map[string]any)
	if code != 200 || op["done"] != true || len(plan["cars"].([]any)) != 3 {
		t.Fatalf("HTTP %d %v", code, op)
	}
	if code, got := c.call(t, "GET", "/v1/"+plan["name"].(string), ""); code != 200 || got["valueSeconds"] != plan["valueSeconds"] {
		t.Errorf("HTTP %d %v", code, got)
	}
	if code, _ := c.call(t, "DELETE", "/v1/"+name, ""); code != 200 {
		t.Errorf("delete: HTTP %d", code)
	}
}

// fetched is an answer as it came, without Go's transparent decompression.
type fetched struct {
	code   int
	header http.Header
	text   []byte
}

func (c *client) fetch(t *testing.T, method, path string, header http.Header, body io.Reader) fetched {
	t.Helper()
	r, err := http.NewRequest(method, c.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fetched{res.StatusCode, res.Header, text}
}

func TestLargeAnswersAreCompressed(t *testing.T) {
	c := start(t, smallSettings(t))
	res := c.fetch(t, "GET", "/v1/city", http.Header{"Accept-Encoding": {"gzip"}}, nil)
	if res.header.Get("Content-Encoding") != "gzip" || !bytes.HasPrefix(res.text, []byte{0x1f, 0x8b}) {
		t.Errorf("the city came as %q", res.header.Get("Content-Encoding"))
	}
	if res = c.fetch(t, "GET", "/v1/cars", http.Header{"Accept-Encoding": {"gzip"}}, nil); res.header.Get("Content-Encoding") != "" {
		t.Error("a small answer was compressed")
	}
}

func TestPagesAndStrangers(t *testing.T) {
	s := smallSettings(t)
	s.Map = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the map") })
	c := start(t, s)
	if res := c.fetch(t, "GET", "/", nil, nil); string(res.text) != "the map" {
		t.Errorf("/ gives %.80q", res.text)
	}
	res := c.fetch(t, "GET", "/docs", nil, nil)
	for _, want := range []string{"/v1/cars:findNearest", "Ranks the cars", "/v1/roadChanges:close", "/v1/forecast:query", "/v1/calls:report", "/v1/drift", "/v1/routes:find", "/v1/reach", "v1Candidate", "operations"} {
		if !strings.Contains(string(res.text), want) {
			t.Errorf("/docs lacks %q", want)
		}
	}
	if strings.Contains(string(res.text), "<script") || res.header.Get("Content-Security-Policy") == "" {
		t.Error("/docs may run scripts")
	}
	stranger := http.Header{"Sec-Fetch-Site": {"cross-site"}, "Content-Type": {"text/plain"}}
	if res := c.fetch(t, "POST", "/v1/cars:reportPositions", stranger, strings.NewReader("{}")); res.code != http.StatusForbidden {
		t.Errorf("another site's page may report positions: HTTP %d", res.code)
	}
	if res := c.fetch(t, "POST", "/v1/cars:reportPositions", nil, bytes.NewReader(make([]byte, maxMessage+1))); res.code < 400 {
		t.Errorf("a body over the limit: HTTP %d", res.code)
	}
}
