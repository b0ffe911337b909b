package guard

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of documents anew")

// Where the table of roles stands in its page.
const (
	rolesPage  = "../../docs/security.md"
	rolesBegin = "<!-- roles: written by go test ./api/guard -run RolesPage -update -->\n"
	rolesEnd   = "<!-- end of roles -->"
)

// TestRolesPage holds the page to the table of methods.
func TestRolesPage(t *testing.T) {
	page, err := os.ReadFile(rolesPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), rolesBegin)
	table, after, ended := strings.Cut(rest, rolesEnd)
	if !ok || !ended {
		t.Fatalf("%s lacks %q or %q", rolesPage, rolesBegin, rolesEnd)
	}
	want := rolesTable()
	if *update {
		if err := os.WriteFile(rolesPage, []byte(before+rolesBegin+want+rolesEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != want {
		t.Errorf("%s is not what the guard allows; run go test ./api/guard -run RolesPage -update. Want\n%s", rolesPage, want)
	}
}

// rolesTable has a row for each method and a column for each role.
func rolesTable() string {
	var b strings.Builder
	b.WriteString("| call | no login |")
	for _, r := range roleNames {
		fmt.Fprintf(&b, " %s |", r.name)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(roleNames)) + "\n")
	var methods []string
	for m := range open {
		methods = append(methods, m)
	}
	for m := range allowed {
		methods = append(methods, m)
	}
	slices.Sort(methods)
	for _, m := range methods {
		roles, all, _ := Allowed(m)
		fmt.Fprintf(&b, "| `%s` | %s |", m[1:], mark(all))
		for _, r := range roleNames {
			text := mark(all || roles.Any(Roles(r.role)))
			if r.role == Crew && byCar[m] {
				text = "own cars"
			}
			fmt.Fprintf(&b, " %s |", text)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func mark(yes bool) string {
	if yes {
		return "✓"
	}
	return ""
}
