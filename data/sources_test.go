package data

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// TestSourcesDescribesWhatShips: SOURCES.md has the size and SHA-256 of every shipped file and of
// no other, but for the rules of suitability: they are kept by hand, and each says where it is from.
func TestSourcesDescribesWhatShips(t *testing.T) {
	page, err := os.ReadFile("SOURCES.md")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string][2]string{}
	for _, m := range regexp.MustCompile(`(?m)^\| (\S+) \| (\d+) \| ([0-9a-f]{64}) \|$`).FindAllSubmatch(page, -1) {
		said[string(m[1])] = [2]string{string(m[2]), string(m[3])}
	}
	for path, f := range memory(t) {
		if path == suitableFile {
			continue
		}
		sum := sha256.Sum256(f.Data)
		is := [2]string{strconv.Itoa(len(f.Data)), hex.EncodeToString(sum[:])}
		if said[path] != is {
			t.Errorf("%s: SOURCES.md says %q, the file is %q; run make data and commit the result", path, said[path], is)
		}
		delete(said, path)
	}
	for path := range said {
		t.Errorf("SOURCES.md describes %s, which does not ship", path)
	}
}

func TestShippedDataIsSmall(t *testing.T) {
	const limit = 8 << 20
	var total int64
	err := fs.WalkDir(shipped, ".", func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		total += info.Size()
		return err
	})
	if err != nil || total > limit {
		t.Errorf("the shipped data has %d bytes, %v; want at most %d", total, err, limit)
	}
}
