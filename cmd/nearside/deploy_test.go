package main

import (
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/nearside-ems/nearside/internal/testcerts"
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
	for _, r := range alerts(t) {
		exprs[r.Alert] = r.Expr
		if r.Alert == "" || r.Annotations.Summary == "" || r.Annotations.Description == "" {
			t.Errorf("alert %q lacks what to tell", r.Alert)
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

type alert struct {
	Alert, Expr string
	Annotations struct{ Summary, Description string }
}

// alerts are the rules of deploy/alerts.yaml.
func alerts(t *testing.T) (all []alert) {
	t.Helper()
	var file struct{ Groups []struct{ Rules []alert } }
	parseFile(t, "../../deploy/alerts.yaml", yaml.Unmarshal, &file)
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	return all
}

// TestAlertsFire holds the alerts to their own tests, which Prometheus' tool runs.
func TestAlertsFire(t *testing.T) {
	var file struct{ Tests []struct{ Name string } }
	parseFile(t, "../../deploy/alerts.test.yaml", yaml.Unmarshal, &file)
	tried := map[string]bool{}
	for _, c := range file.Tests {
		tried[c.Name] = true
	}
	for _, r := range alerts(t) {
		if !tried[r.Alert] {
			t.Errorf("deploy/alerts.test.yaml does not show that %s fires", r.Alert)
		}
	}
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed: the expressions are not run")
	}
	if out, err := exec.Command(promtool, "test", "rules", "../../deploy/alerts.test.yaml").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
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
	c := serveSettings{DataDir: t.TempDir(), Demo: true, Cars: 1, MoveUp: usualMoveUps(t)}
	a := testcerts.New(t, "ca")
	c.TLSCert, c.TLSKey = a.Server()
	c.ClientCA, c.TLSCRL = a.File(), filepath.Join(t.TempDir(), "crl")
	if err := os.WriteFile(c.TLSCRL, a.Revoke(testcerts.Past, testcerts.Future), 0o600); err != nil {
		t.Fatal(err)
	}
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
