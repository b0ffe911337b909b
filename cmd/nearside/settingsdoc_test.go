package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of documents anew")

// Where the table of settings stands in its page.
const (
	settingsPage  = "../../docs/configuration.md"
	settingsBegin = "<!-- settings: written by go test ./cmd/nearside -run Configuration -update -->\n"
	settingsEnd   = "<!-- end of settings -->"
)

// TestConfigurationPage holds the page to the flags.
func TestConfigurationPage(t *testing.T) {
	page, err := os.ReadFile(settingsPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), settingsBegin)
	table, after, ended := strings.Cut(rest, settingsEnd)
	if !ok || !ended {
		t.Fatalf("%s lacks %q or %q", settingsPage, settingsBegin, settingsEnd)
	}
	want := settingsTable(t)
	if *update {
		if err := os.WriteFile(settingsPage, []byte(before+settingsBegin+want+settingsEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != want {
		t.Errorf("%s is not what serve takes; run go test ./cmd/nearside -run Configuration -update. Want\n%s", settingsPage, want)
	}
}

func settingsTable(t *testing.T) string {
	t.Helper()
	t.Setenv("XDG_DATA_HOME", "")
	t.Setenv("HOME", "~")
	ctx, _ := parsed(t, "serve")
	var b strings.Builder
	b.WriteString("| flag and line of the file | variable | default | what it does |\n|---|---|---|---|\n")
	for _, s := range settingsOf(ctx) {
		help := strings.ReplaceAll(s.flag.Help, " ("+s.flag.Default+")", "")
		usual := "none"
		if s.flag.HasDefault && s.flag.Default != "" {
			usual = "`" + s.flag.Default + "`"
		}
		if s.flag.IsBool() {
			usual = "`false`"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", s.flag.Name, s.env(), usual, strings.ReplaceAll(help, "|", `\|`))
	}
	return b.String()
}
