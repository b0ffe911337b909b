package archive_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/internal/archive"
)

func written(t interface{ Fatal(...any) }, files map[string]string, order ...string) []byte {
	var out bytes.Buffer
	w, err := archive.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range order {
		if err := w.Add(name, int64(len(files[name])), strings.NewReader(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(archive.Manifest{Time: time.Unix(1, 0), Version: "v1", About: map[string]string{"ledger": "7"}}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func Example() {
	text := written(panics{}, map[string]string{"plans/a.json": "{}"}, "plans/a.json")
	m, err := archive.Read(bytes.NewReader(text), nil)
	fmt.Println(m.Files[0].Name, m.Files[0].Size, m.About["ledger"], err)
	_, err = archive.Read(bytes.NewReader(text[:len(text)-20]), nil)
	fmt.Println(errors.Is(err, archive.ErrBroken))
	// Output:
	// plans/a.json 2 7 <nil>
	// true
}

type panics struct{}

func (panics) Fatal(v ...any) { panic(v) }

func TestExtractReturnsWhatWasAdded(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		files := map[string]string{}
		var order []string
		for i := range rapid.IntRange(0, 5).Draw(r, "files") {
			name := fmt.Sprintf("%s/%d", rapid.StringMatching(`[a-z]{1,5}(/[a-z]{1,5})?`).Draw(r, "folder"), i)
			files[name] = rapid.String().Draw(r, "text")
			order = append(order, name)
		}
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			r.Fatal(err)
		}
		m, err := archive.Extract(bytes.NewReader(written(r, files, order...)), dir)
		if err != nil || len(m.Files) != len(order) {
			r.Fatal(m, err)
		}
		for name, want := range files {
			if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
				r.Errorf("%s: %q, %v; want %q", name, got, err, want)
			}
		}
	})
}

// TestDamageIsFound cuts an archive off everywhere and changes each byte: what is read is what was written,
// or nothing is.
func TestDamageIsFound(t *testing.T) {
	files := map[string]string{"a": strings.Repeat("hello ", 20), "b/c": "x"}
	whole := written(t, files, "a", "b/c")
	for n := range whole {
		if _, err := archive.Read(bytes.NewReader(whole[:n]), nil); !errors.Is(err, archive.ErrBroken) {
			t.Errorf("cut off at %d of %d: %v", n, len(whole), err)
		}
	}
	for n := range whole {
		damaged := bytes.Clone(whole)
		damaged[n] ^= 0x10
		got := map[string]string{}
		m, err := archive.Read(bytes.NewReader(damaged), func(name string, _ int64, body io.Reader) error {
			var b bytes.Buffer
			_, err := b.ReadFrom(body)
			got[name] = b.String()
			return err
		})
		if err == nil && (got["a"] != files["a"] || got["b/c"] != files["b/c"] || len(m.Files) != 2) {
			t.Errorf("byte %d changed, and it reads %q", n, got)
		}
	}
}

func TestNamesThatLeadOut(t *testing.T) {
	w, err := archive.NewWriter(&bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for _, name := range []string{"../a", "/a", "a/../b", "", ".", "a\\b", "c:a", strings.Repeat("a", 300)} {
		if err := w.Add(name, 0, strings.NewReader("")); err == nil {
			t.Errorf("%q was added", name)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(written(f, map[string]string{"a": "hello"}, "a"))
	f.Add([]byte("no archive"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := archive.Read(bytes.NewReader(text), nil)
		if (m == nil) != (err != nil) {
			t.Errorf("%v, %v", m, err)
		}
	})
}
