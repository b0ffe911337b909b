package build

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/nearside-ems/nearside/geo"
)

// readTable calls row for each line of a CSV file with its fields by column name. Errors name the line.
func readTable(path string, row func(map[string]string) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	header, err := r.Read()
	if err != nil {
		return err
	}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		named := make(map[string]string, len(header))
		for i, name := range header {
			named[name] = fields[i]
		}
		if err := row(named); err != nil {
			line, _ := r.FieldPos(0)
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// readBoroughs reads the boroughs that an earlier step made below out.
func readBoroughs(out string) ([]geo.Borough, error) {
	f, err := os.Open(filepath.Join(out, filepath.FromSlash(BoroughsFile)))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return geo.ReadBoroughs(f)
}
