package leftover

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const raw = "\ufefftime;lat;lon;category;caller\r\n2025-03-01 04:12;51.507412;-0.127811;overdose;\"Jane Doe\"\r\n"

// TestSearchFindsEachEncoding proves that a test with it can fail.
func TestSearchFindsEachEncoding(t *testing.T) {
	for name, content := range map[string][]byte{
		"as it stands":  []byte(raw),
		"upper case":    []byte("... JANE DOE ..."),
		"UTF-16":        utf16le("xx Jane Doe"),
		"a number":      binary.LittleEndian.AppendUint64([]byte{1, 2, 3}, math.Float64bits(51.507412)),
		"a name's part": []byte("2025-03-01 04:12"),
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "kept"), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if found, err := Search(dir, []byte(raw), "overdose", "category"); err != nil || len(found) == 0 {
			t.Errorf("%s: found %v, %v", name, found, err)
		}
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "deep"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "deep", "jane doe.bin"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := Search(dir, []byte(raw)); err != nil || len(found) != 1 || !strings.Contains(found[0], "jane doe") {
		t.Errorf("in a name: found %v, %v", found, err)
	}
}

func TestSearchLeavesOutWordsThatMayStay(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "kept"), bytes.Repeat([]byte("overdose "), 3), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := Search(dir, []byte(raw), "Overdose"); err != nil || len(found) != 0 {
		t.Errorf("found %v, %v", found, err)
	}
	if _, err := Search(dir, []byte("a,b\n1,2\n")); err == nil {
		t.Error("a search that could find nothing says nothing")
	}
}
