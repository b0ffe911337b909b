package main

import (
	"encoding/json"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// metricName finds metrics in an expression.
var metricName = regexp.MustCompile(`\b(nearside|go|process)_[a-z_]+\b`)

// TestDashboardAndAlertsNameMetricsThatExist holds deploy/ to what a server measures.
func TestDashboardAndAlertsNameMetricsThatExist(t *testing.T) {
	known := measured(t)
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	parseFile(t, "../../deploy/grafana.json", json.Unmarshal, &dashboard)
	exprs := map[string]string{}
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			exprs[p.Title+": "+target.Expr] = target.Expr
		}
	}
	var alerts struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr string
				Annotations struct{ Summary, Description string }
			}
		}
	}
	parseFile(t, "../../deploy/alerts.yaml", yaml.Unmarshal, &alerts)
	for _, g := range alerts.Groups {
		for _, r := range g.Rules {
			exprs[r.Alert] = r.Expr
			if r.Alert == "" || r.Annotations.Summary == "" || r.Annotations.Description == "" {
				t.Errorf("alert %q lacks what to tell", r.Alert)
			}
		}
	}
	if len(exprs) < 30 {
		t.Fatalf("found %d expressions: the files are read wrongly", len(exprs))
	}
	for where, expr := range exprs {
		if strings.Count(expr, "(") != strings.Count(expr, ")") || strings.Count(expr, "{") != strings.Count(expr, "}") {
			t.Errorf("%s: brackets do not match", where)
		}
		for _, name := range metricName.FindAllString(expr, -1) {
			base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_count"), "_sum")
			if !slices.Contains(known, name) && !slices.Contains(known, base) {
				t.Errorf("%s: no metric is called %s", where, name)
			}
		}
	}
}

func parseFile(t *testing.T, file string, parse func([]byte, any) error, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = parse(text, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// measured lists the metrics of a server as serve makes it.
func measured(t *testing.T) []string {
	t.Helper()
	c := serveSettings{DataDir: t.TempDir(), Demo: true, Cars: 1}
	log := slog.New(slog.DiscardHandler)
	watch, err := c.telemetry(log)
	if err != nil {
		t.Fatal(err)
	}
	defer watch.close()
	quiet := func(string, ...any) {}
	s, err := c.prepare(t.Context(), log, watch.Telemetry, quiet)
	if err != nil {
		t.Fatal(err)
	}
	closeRecords, err := c.records(t.Context(), s, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer closeRecords()
	if _, _, err := c.server(s, quiet); err != nil {
		t.Fatal(err)
	}
	return watch.Names()
}
