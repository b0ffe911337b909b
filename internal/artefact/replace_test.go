package artefact_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/nearside-ems/nearside/internal/artefact"
)

func TestReplaceIsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "plan.json")
	write := func(text string, fail error) error {
		return artefact.Replace(path, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, fail)
		})
	}
	broken := errors.New("the source broke")
	if err := write("first", nil); err != nil {
		t.Fatal(err)
	}
	if err := write("half of the sec", broken); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "first" {
		t.Errorf("after a failure the file holds %q, %v; want what it held before", text, err)
	}
	if err := write("second", nil); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "second" {
		t.Errorf("the file holds %q, %v", text, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
