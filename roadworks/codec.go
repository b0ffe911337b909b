package roadworks

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/nearside-ems/nearside/internal/artefact"
)

// format names the file's layout, as docs/format/road-changes.md describes it.
const format = "nearside-road-changes/1"

// maxFile bounds what is read: 1,000 changes of 1,000 edges take about 130 MB.
const maxFile = 256 << 20

// document is the file. Sum is the SHA-256 of the document as compact JSON with Sum empty, so that a
// flipped digit in a coordinate does not close another road.
type document struct {
	Format  string   `json:"format"`
	Changes []Change `json:"changes"`
	Sum     string   `json:"sha256"`
}

func (d *document) sum() (string, error) {
	bare := *d
	bare.Sum = ""
	if bare.Changes == nil {
		bare.Changes = []Change{}
	}
	text, err := json.Marshal(&bare)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Encode writes changes as a file, a line each.
func Encode(w io.Writer, changes []Change) error {
	d := document{Format: format, Changes: changes}
	var err error
	if d.Sum, err = d.sum(); err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	_, _ = fmt.Fprintf(b, "{\"format\":%q,\"changes\":[", format) // Flush tells a failure
	for i := range changes {
		text, err := json.Marshal(&changes[i])
		if err != nil {
			return err
		}
		if i > 0 {
			_ = b.WriteByte(',')
		}
		_ = b.WriteByte('\n')
		_, _ = b.Write(text)
	}
	_, _ = fmt.Fprintf(b, "\n],\"sha256\":%q}\n", d.Sum)
	return b.Flush()
}

// Decode reads what Encode wrote and checks every field. Its errors wrap artefact.ErrUnusable and say
// what is wrong where.
func Decode(r io.Reader) ([]Change, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("%w: over %d bytes", artefact.ErrForeign, maxFile)
	}
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	var d document
	if err := in.Decode(&d); err != nil {
		return nil, unreadable(err, in.InputOffset())
	}
	if in.More() {
		return nil, fmt.Errorf("%w: more follows its end at byte %d", artefact.ErrCorrupt, in.InputOffset())
	}
	if d.Format != format {
		return nil, fmt.Errorf("%w: format %.40q, want %q", artefact.ErrVersion, d.Format, format)
	}
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", artefact.ErrCorrupt, err)
	}
	return d.Changes, nil
}

func unreadable(err error, offset int64) error {
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = wrong.Offset
	}
	return fmt.Errorf("%w: byte %d: %w", artefact.ErrCorrupt, offset, err)
}

func (d *document) check() error {
	if len(d.Changes) > MaxChanges {
		return fmt.Errorf("%d changes, want at most %d", len(d.Changes), MaxChanges)
	}
	ids := map[string]int{}
	for i := range d.Changes {
		c := &d.Changes[i]
		if err := c.check(); err != nil {
			return fmt.Errorf("changes[%d].%w", i, err)
		}
		if j, twice := ids[c.ID]; twice {
			return fmt.Errorf("changes[%d] and changes[%d] have the same id %q", j, i, c.ID)
		}
		ids[c.ID] = i
	}
	if sum, err := d.sum(); err != nil || sum != d.Sum {
		return errors.Join(err, fmt.Errorf("sha256: %.80q is not that of the changes: they were edited or damaged", d.Sum))
	}
	return nil
}
