// Package architecture keeps the house in order: packages stand on floors, and imports only go down.
package architecture

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/nearside-ems/nearside"

// floors lists the packages from the ground up. A package may import those of lower floors, and
// nothing of its own floor or above. A room written folder/... covers the folder and what lies below
// it, and its packages may import one another.
var floors = [][]string{
	{"internal/archive", "internal/artefact", "internal/dirlock", "internal/leftright", "internal/leftover", "internal/parallel", "internal/span", "internal/spelling", "internal/testcerts"},
	{"geo"},
	{"geo/bng"},
	{"geo/grid", "geo/road"},
	{"geo/road/osm", "geo/road/lattice", "internal/dijkstra", "internal/city"},
	{"geo/route/order", "internal/westlondon"},
	{"geo/route/hierarchy"},
	{"geo/route"},
	{"demand"},
	{"demand/calls", "demand/count"},
	{"demand/intake", "demand/volume", "demand/mixture", "demand/outline"},
	{"demand/forecast"},
	{"demand/scenario", "demand/suitability", "demand/monitor", "demand/backtest"},
	{"optimiser/..."},
	{"dispatch"},
	{"simulation", "fleet/...", "roadworks"},
	{"data"},
	{"internal/callsets", "internal/tracks"},
	{"planning"},
	{"export", "data/build", "api/nearside/v1", "api/web/..."},
	{"api/guard", "api/telemetry"},
	{"api/server"},
	{"fakecad"},
	{"benchmarks/..."},
	{"cmd/nearside", "docs/clients/go"},
}

// banned are package names that say nothing about what is inside.
var banned = []string{"models", "types", "common", "utils", "helpers", "core", "service", "config", "errors", "mocks"}

func TestImportsOnlyGoDown(t *testing.T) {
	for _, broken := range check(imports(t, filepath.Join("..", "..")), floors) {
		t.Error(broken)
	}
}

// TestCheckSeesEachViolation proves that the test above can fail.
func TestCheckSeesEachViolation(t *testing.T) {
	ground := [][]string{{"low"}, {"mid", "side"}, {"top/..."}}
	for _, c := range []struct {
		name string
		in   map[string][]string
		want string
	}{
		{"down", map[string][]string{"mid": {"low"}}, ""},
		{"within a room", map[string][]string{"top/a": {"top/b", "mid"}}, ""},
		{"up", map[string][]string{"low": {"mid"}}, "low imports mid, which is not on a lower floor"},
		{"across", map[string][]string{"mid": {"side"}}, "mid imports side, which is not on a lower floor"},
		{"no floor", map[string][]string{"attic": nil}, "attic has no floor"},
		{"banned name", map[string][]string{"top/utils": nil}, "top/utils: a package named utils says nothing"},
	} {
		got := strings.Join(check(c.in, ground), "\n")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// check returns a sentence for each rule that the packages and their imports break.
func check(packages map[string][]string, floors [][]string) []string {
	var broken []string
	for p, deps := range packages {
		if slices.Contains(banned, path.Base(p)) {
			broken = append(broken, fmt.Sprintf("%s: a package named %s says nothing; name what it is for", p, path.Base(p)))
		}
		own, room := floorOf(p, floors)
		if own < 0 {
			broken = append(broken, fmt.Sprintf("%s has no floor: add it to floors in internal/architecture", p))
			continue
		}
		for _, d := range deps {
			under, neighbour := floorOf(d, floors)
			sameRoom := neighbour == room && strings.HasSuffix(room, "/...")
			if under >= own && !sameRoom {
				broken = append(broken, fmt.Sprintf("%s imports %s, which is not on a lower floor", p, d))
			}
		}
	}
	slices.Sort(broken)
	return broken
}

// floorOf returns the floor of a package and the room of floors that covers it, or -1.
func floorOf(p string, floors [][]string) (int, string) {
	for i, floor := range floors {
		for _, room := range floor {
			folder, below := strings.CutSuffix(room, "/...")
			if p == folder || below && strings.HasPrefix(p, folder+"/") {
				return i, room
			}
		}
	}
	return -1, ""
}

// imports reads the module's packages, as paths from its root, with those of them that each imports
// outside its tests.
func imports(t *testing.T, root string) map[string][]string {
	t.Helper()
	packages := map[string][]string{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return skip(root, file, d.Name())
		case !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		own, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		deps, err := importsOf(file)
		own = filepath.ToSlash(own)
		packages[own] = append(packages[own], deps...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) < 5 {
		t.Fatalf("found %d packages below %s: the walk is broken", len(packages), root)
	}
	return packages
}

// importsOf returns what a file imports of this module.
func importsOf(file string) (deps []string, err error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	for _, i := range parsed.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return nil, err
		}
		if dep, ours := strings.CutPrefix(name, module+"/"); ours {
			deps = append(deps, dep)
		}
	}
	return deps, nil
}

// skip leaves out folders that hold none of the house's packages: hidden ones, internal/, test data,
// and other modules.
func skip(root, dir, name string) error {
	if dir == root {
		return nil
	}
	_, noModule := os.Stat(filepath.Join(dir, "go.mod"))
	if strings.HasPrefix(name, ".") || name == "internal" || name == "testdata" || name == "node_modules" || noModule == nil {
		return fs.SkipDir
	}
	return nil
}
