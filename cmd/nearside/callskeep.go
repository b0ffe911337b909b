package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/intake"
	"github.com/nearside-ems/nearside/demand/outline"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// keeping puts the calls that were read into the data directory: all of them, or none.
type keeping struct {
	command *importCallsCommand
	city    *cityOfDir
	batch   *intake.Batch
	report  *intake.Report
	sum     [32]byte
	now     time.Time

	districts bool // were taken over from the calls
}

// run keeps the calls and says what came of it.
func (k *keeping) run(out io.Writer) error {
	in, err := k.calls()
	if err != nil {
		return fmt.Errorf("%s: nothing was imported: %w", k.command.File, err)
	}
	store, err := calls.Open(k.command.DataDir, k.city.City, k.now)
	if err != nil {
		return err
	}
	undo := func() error { return nil }
	if k.city.outline != nil && !store.Has(k.sum) {
		if store, undo, err = k.withCity(); err != nil {
			return err
		}
	}
	result, err := store.Add(*in, k.now)
	if errors.Is(err, calls.ErrOverlap) {
		err = fmt.Errorf("%w (--add or --replace)", err)
	}
	if err != nil {
		return fmt.Errorf("%s: nothing was imported: %w", k.command.File, errors.Join(err, undo()))
	}
	if k.districts {
		_, _ = fmt.Fprintf(out, "Districts: %d, each cell in the one that most of its calls name.\n", len(k.city.Districts))
	}
	return printKept(out, &result, store, filepath.Join(k.command.DataDir, calls.File))
}

// calls puts the calls in order.
func (k *keeping) calls() (*calls.Batch, error) {
	b := calls.NewBuilder(k.city.Len())
	for i := range k.batch.Len() {
		if err := b.Add(calls.Call{Hour: k.batch.Hour[i], Cell: k.batch.Cell[i], Kind: k.batch.Kinds[k.batch.Kind[i]]}); err != nil {
			return nil, err
		}
	}
	in := &calls.Batch{SHA256: k.sum, Read: int(k.report.Read), Kept: int(k.report.Kept), Dropped: int(k.report.Dropped()), Calls: b.History(k.city.Zone)}
	switch {
	case k.command.Add:
		in.Overlap = calls.Join
	case k.command.Replace:
		in.Overlap = calls.Replace
	}
	return in, nil
}

// withCity takes over the districts that the calls name and writes the city beside the calls where it
// is not there as it is now. undo puts back what was there before.
func (k *keeping) withCity() (store *calls.Store, undo func() error, err error) {
	o, dir := k.city.outline, k.command.DataDir
	if len(k.batch.Districts) > 0 {
		named := make([]string, o.Len())
		for _, d := range k.batch.Districts {
			named[d.Cell] = d.Name
		}
		if err := o.SetDistricts(named); err != nil {
			return nil, nil, err
		}
		if k.city, err = outlineCity(o); err != nil {
			return nil, nil, err
		}
		k.districts = true
	}
	if store, err = calls.Open(dir, k.city.City, k.now); err != nil {
		return nil, nil, err
	}
	path := filepath.Join(dir, outline.File)
	before, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		undo = func() error { return os.Remove(path) }
	case err != nil:
		return nil, nil, err
	case len(k.batch.Districts) == 0:
		return store, func() error { return nil }, nil
	default:
		undo = func() error {
			return artefact.Replace(path, func(w io.Writer) error {
				_, err := w.Write(before)
				return err
			})
		}
	}
	return store, undo, o.Save(dir)
}
