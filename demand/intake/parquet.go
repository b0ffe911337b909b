package intake

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// IsParquet reports whether a file begins as Parquet does.
func IsParquet(r io.ReaderAt) bool {
	var head [4]byte
	_, err := r.ReadAt(head[:], 0)
	return err == nil && string(head[:]) == "PAR1"
}

// ReadParquet reads calls from a Parquet file of size bytes. Times with a zone are instants, those
// without go by the clocks of Settings.Zone. Columns within others and lists are passed over. It holds a
// page of each column at a time, besides what ReadCSV does. The numbers in the Report are those of rows.
func ReadParquet(ctx context.Context, r io.ReaderAt, size int64, s Settings) (b *Batch, report *Report, err error) {
	if err := s.Validate(); err != nil {
		return nil, nil, err
	}
	// The library panics on some files that are damaged where its own checks do not look.
	defer func() {
		if p := recover(); p != nil {
			b, err = nil, fmt.Errorf("the Parquet file is damaged: %v", p)
		}
	}()
	f, err := openParquet(r, size)
	if err != nil {
		return nil, nil, err
	}
	t, err := newTable(f, r)
	if err != nil {
		return nil, nil, err
	}
	l, err := newLayout(t.header, s.Columns)
	if err != nil {
		return nil, nil, t.nested(err)
	}
	sm, err := t.sample(&s)
	if err != nil {
		return nil, nil, err
	}
	if sm.rows == 0 {
		return nil, nil, errNoRows
	}
	if err := l.guess(sm, s.TimeFormat); err != nil {
		return nil, nil, t.nested(err)
	}
	if t.ignored > 0 && !l.has(useID) {
		s.KeepIdentical = true // rows that look the same may differ in what is not read
	}
	k := newKeeper(&s, l)
	k.report.Format = "Parquet"
	k.report.ByRow = true
	if t.ignored > 0 {
		k.report.Notes = append(k.report.Notes, fmt.Sprintf("%d columns within others or with lists are not read", t.ignored))
	}
	if err := t.readRows(ctx, &s, l, k); err != nil {
		return nil, nil, err
	}
	return k.close()
}

// maxFooter is the length of the longest description of a file that is read.
const maxFooter = 16 << 20

// openParquet opens a file whose description is whole.
func openParquet(r io.ReaderAt, size int64) (*parquet.File, error) {
	tail := make([]byte, 8)
	if size < 12 {
		return nil, errors.New("the file is empty, or too short for Parquet")
	}
	if _, err := r.ReadAt(tail, size-8); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch string(tail[4:]) {
	case "PAR1":
	case "PARE":
		return nil, errors.New("the Parquet file is encrypted")
	default:
		return nil, errors.New("the file is no Parquet, or is cut short: it does not end as Parquet does")
	}
	length := int64(binary.LittleEndian.Uint32(tail))
	if length > maxFooter || length > size-12 {
		return nil, fmt.Errorf("the Parquet file is damaged: its description would be %d bytes long", length)
	}
	footer := make([]byte, length)
	if _, err := r.ReadAt(footer, size-8-length); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	c := compact{b: footer}
	if c.value(thriftStruct, false, 0); c.short {
		return nil, errors.New("the Parquet file is damaged: its description is not whole")
	}
	f, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("the Parquet file is damaged: %w", err)
	}
	return f, nil
}

// table is the flat columns of a Parquet file.
type table struct {
	file    *parquet.File
	r       io.ReaderAt
	header  []string
	columns []column
	ignored int // columns within others, and lists
}

// column is a flat column.
type column struct {
	leaf    int
	convert func(parquet.Value) value
}

func newTable(f *parquet.File, r io.ReaderAt) (*table, error) {
	t := &table{file: f, r: r}
	for _, c := range f.Root().Columns() {
		convert := converter(c)
		if convert == nil {
			t.ignored++
			continue
		}
		t.header = append(t.header, strings.TrimSpace(c.Name()))
		t.columns = append(t.columns, column{c.Index(), convert})
	}
	if len(t.columns) == 0 {
		return nil, errors.New("the Parquet file has no columns of single values")
	}
	return t, nil
}

// nested adds to an error that columns were passed over.
func (t *table) nested(err error) error {
	if t.ignored == 0 {
		return err
	}
	return fmt.Errorf("%w (besides %d columns within others or with lists, which cannot be read: make them plain columns)", err, t.ignored)
}

// sample looks at the first rows.
func (t *table) sample(s *Settings) (*sample, error) {
	sm := &sample{traits: make([]trait, len(t.columns))}
	all := make([]int, len(t.columns))
	for i := range all {
		all[i] = i
	}
	names := newWallClock(s.Zone, s.Now).names
	err := t.each(all, func(values []value) error {
		if sm.rows == sampleRows {
			return errEnough
		}
		sm.rows++
		for i := range values {
			sm.traits[i].look(&values[i], s, names)
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return sm, err
}

// errEnough ends a reading before the end.
var errEnough = errors.New("enough")

// readRows examines all rows.
func (t *table) readRows(ctx context.Context, s *Settings, l *layout, k *keeper) error {
	// Without an ID rows are told apart by all of their columns.
	var read []int
	for i := range t.columns {
		if k.seen != nil && !k.byID || l.uses(i) {
			read = append(read, i)
		}
	}
	var from [uses]int // position in read
	for u := range from {
		from[u] = -1
		for j, i := range read {
			if l.index[u] == i {
				from[u] = j
			}
		}
	}
	var r row
	line, total := int64(0), t.file.NumRows()
	return t.each(read, func(values []value) error {
		if line++; line%4096 == 0 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if s.Progress != nil && total > 0 {
				s.Progress(int64(float64(t.file.Size()) * float64(line) / float64(total)))
			}
		}
		whole := uint64(0)
		for i := range values {
			whole = values[i].hash(whole)
		}
		for u, j := range from {
			if j >= 0 {
				r[u] = values[j]
			}
		}
		return k.add(line, &r, whole)
	})
}
