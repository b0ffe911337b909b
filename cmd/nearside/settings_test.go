package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/nearside-ems/nearside/internal/dirlock"
)

// parsed runs the command line up to the command itself.
func parsed(t *testing.T, args ...string) (*kong.Context, *commands) {
	t.Helper()
	c := &commands{}
	k, err := parser(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := k.Parse(args)
	if err != nil {
		t.Fatal(err)
	}
	return ctx, c
}

func settingsIn(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "n.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestSettingsInOrder gives each setting by one way more than the one before.
func TestSettingsInOrder(t *testing.T) {
	ctx, c := parsed(t, "serve", "--cars", "4")
	file := settingsIn(t, "# comment\ngrpc: 127.0.0.1:1\nhttp: 127.0.0.1:2\ncars: 3\n")
	all, faults := layer(ctx, file, []string{"NEARSIDE_GRPC=127.0.0.1:9", "NEARSIDE_CARS=9", "HOME=/"})
	if faults != nil {
		t.Fatal(faults)
	}
	s := &c.Serve
	if got := []any{s.Drain.String(), s.HTTP, s.GRPC, s.Cars}; !cmp.Equal(got, []any{"0s", "127.0.0.1:2", "127.0.0.1:9", 4}) {
		t.Errorf("got %v", got)
	}
	from := map[string]string{}
	for _, s := range all {
		from[s.flag.Name] = s.from
	}
	for name, want := range map[string]string{"drain": "default", "http": file + ":3", "grpc": "NEARSIDE_GRPC", "cars": "--cars"} {
		if from[name] != want {
			t.Errorf("%s is from %s, want %s", name, from[name], want)
		}
	}
}

// TestSettingsTellAllFaults has every kind of mistake at once.
func TestSettingsTellAllFaults(t *testing.T) {
	ctx, c := parsed(t, "serve", "--demo")
	file := settingsIn(t, "htp: x\ncars: many\ndrain: {a: b}\nhttp:\nzebra: 1\ngrpc: [\"a\", [b]]\ndemo: true\ndemo: true\n")
	_, err := c.Serve.resolve(ctx, file, []string{"NEARSIDE_DATA_DIR=" + t.TempDir(), "NEARSIDE_CARS=300"})
	if err == nil {
		t.Fatal("accepted")
	}
	got := strings.Split(strings.ReplaceAll(err.Error(), file, "F"), "\n")
	want := []string{
		`7 settings cannot be used:`,
		`  F:1: "htp" is not a setting; did you mean http?`,
		`  F:3: --drain: want one value, or a list of values`,
		`  F:4: --http: nothing follows the name; leave the line out for the default, or write "" for nothing`,
		`  F:5: "zebra" is not a setting; nearside config show lists them`,
		`  F:6: --grpc: want one value, or a list of values`,
		`  F:8: demo is set twice, first at F:7`,
		`  --cars 300: want 1 to 200 (--cars is from NEARSIDE_CARS)`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestSettingsFileMustBeOne(t *testing.T) {
	for text, want := range map[string]string{
		"- a\n- b\n":            "want lines of NAME: VALUE",
		"cars: 1\n---\ncars: 2": "want one document",
		"cars: [":               "did not find",
	} {
		if _, err := parseSettings("f", []byte(text), []string{"cars"}); len(err) != 1 || !strings.Contains(err[0].Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	if _, err := readSettings(filepath.Join(t.TempDir(), "none"), nil); err == nil {
		t.Error("a file that is not there was read")
	}
}

func FuzzSettingsFile(f *testing.F) {
	for _, seed := range []string{"cars: 3", "cars: [a, b]", "? {a: b}\n: c", "a: &x 1\nb: *x", "---\n", "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		lines, faults := parseSettings("f", text, []string{"cars", "a"})
		for name, l := range lines {
			if name != "cars" && name != "a" || l.value == nil || l.where == "" {
				t.Errorf("%q: %+v, %v", name, l, faults)
			}
		}
	})
}

// TestShownSettings checks that nothing secret is shown.
func TestShownSettings(t *testing.T) {
	ctx, _ := parsed(t, "serve")
	all, _ := layer(ctx, "", []string{"NEARSIDE_GRPC=nats://user:hunter2@host:4222,nats://other:4222"})
	var out bytes.Buffer
	if err := all.show(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "hunter2") || !strings.Contains(out.String(), "nats://(secret)@host:4222,nats://other:4222  NEARSIDE_GRPC") {
		t.Error(out.String())
	}
}

func TestMisspeltVariables(t *testing.T) {
	ctx, _ := parsed(t, "serve")
	all, _ := layer(ctx, "", nil)
	got := all.misspelt([]string{"NEARSIDE_CRS=3", "NEARSIDE_SERVICE_HOST=x", "NEARSIDE_CARS=3", "CARS=3"})
	if len(got) != 1 || !strings.Contains(got[0], "did you mean NEARSIDE_CARS?") {
		t.Error(got)
	}
}

func TestServeRefusesADirectoryInUse(t *testing.T) {
	dir := t.TempDir()
	release, err := dirlock.Hold(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = release() }()
	s := serveSettings{GRPC: "127.0.0.1:0", HTTP: "127.0.0.1:0", DataDir: dir}
	if err := s.serve(t.Context(), io.Discard); !errors.Is(err, dirlock.ErrInUse) || !strings.Contains(err.Error(), "--data-dir: "+dir) {
		t.Errorf("got %v", err)
	}
}
