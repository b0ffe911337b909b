package architecture

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// named is how the documents of safety name a test: by package and name.
var named = regexp.MustCompile("`([a-z0-9/]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)`")

// TestSafetyDocumentsNameTestsThatExist fails when a threat or a hazard names a test that shows its
// control and that test is gone, or was never there.
func TestSafetyDocumentsNameTestsThatExist(t *testing.T) {
	root := filepath.Join("..", "..")
	pages, err := filepath.Glob(filepath.Join(root, "docs", "safety", "*.md"))
	if err != nil || len(pages) < 3 {
		t.Fatalf("found the pages %v, %v", pages, err)
	}
	sources := map[string]string{}
	count := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			count++
			if _, read := sources[m[1]]; !read {
				sources[m[1]] = testSources(t, filepath.Join(root, filepath.FromSlash(m[1])))
			}
			if !strings.Contains(sources[m[1]], "func "+m[2]+"(") {
				t.Errorf("%s names %s.%s, which does not exist", filepath.Base(page), m[1], m[2])
			}
		}
	}
	if count < 40 {
		t.Errorf("found %d names of tests: the pattern is broken", count)
	}
}

// TestEveryThreatNamesATest holds the table of threats to its last column.
func TestEveryThreatNamesATest(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "safety", "threat-model.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| \d+ \|.*$`).FindAllString(string(text), -1)
	if len(rows) < 10 {
		t.Fatalf("found %d threats: the pattern is broken", len(rows))
	}
	for _, row := range rows {
		cells := strings.Split(row, "|")
		if len(cells) != 6 || !named.MatchString(cells[4]) {
			t.Errorf("this threat names no test that shows its control: %s", row)
		}
	}
}

// testSources is the text of a package's tests.
func testSources(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	return b.String()
}
