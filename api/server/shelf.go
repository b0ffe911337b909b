package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"google.golang.org/grpc/codes"

	"github.com/nearside-ems/nearside/internal/artefact"
	"github.com/nearside-ems/nearside/planning"
)

// shelf keeps plans as files DIR/plans/ID.json, in the format of docs/format/plan.md.
type shelf struct {
	plans string // folder; empty: nothing is kept
	cache string // folder of travel times, shared with the plan command; empty: none is kept
}

func newShelf(dir string) (shelf, error) {
	if dir == "" {
		return shelf{}, nil
	}
	s := shelf{plans: filepath.Join(dir, "plans"), cache: dir}
	if err := os.MkdirAll(s.plans, 0o755); err != nil {
		return s, fmt.Errorf("data directory: %w", err)
	}
	return s, nil
}

// put writes a plan so that it is there whole or not at all, also after a power cut.
func (s shelf) put(id string, text []byte) error {
	if s.plans == "" {
		return nil
	}
	return artefact.Replace(filepath.Join(s.plans, id+".json"), func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// get reads a plan; doc is nil where there is none.
func (s shelf) get(id string) (doc *planning.Document, text []byte, err error) {
	if s.plans == "" {
		return nil, nil, nil
	}
	path := filepath.Join(s.plans, id+".json")
	text, err = os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err == nil {
		doc, err = planning.Decode(bytes.NewReader(text))
	}
	if err != nil {
		return nil, nil, refused(codes.FailedPrecondition, "PLAN_UNREADABLE", "%s: %v", path, err)
	}
	return doc, text, nil
}
