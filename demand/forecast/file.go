package forecast

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// File is the name of the fit within a data directory. docs/format/forecast.md has its layout.
const File = "forecast.bin"

var fileKind = artefact.Kind{Magic: [8]byte([]byte("NSFRCAST")), Version: 1}

// ErrOtherCity says that a fit is of another city, or of other cells of it.
var ErrOtherCity = errors.New("the forecast is another city's")

// Save writes the fit into a data directory in the place of the one before.
func (f *Fit) Save(dir string) error {
	return artefact.Write(filepath.Join(dir, File), fileKind, f.about.Hash, f.encode)
}

// Open reads the fit of a data directory. It returns an error that wraps fs.ErrNotExist where there is
// none, ErrOtherCity where it is not the city's, and artefact.ErrUnusable where it is damaged or of
// another version; the last two are cured by fitting again.
func Open(dir string, city *demand.City) (*Fit, error) {
	path := filepath.Join(dir, File)
	inputs, body, err := artefact.Read(path, fileKind)
	if err != nil {
		return nil, err
	}
	f, err := decode(inputs, body, city)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// encode writes the body of the file.
func (f *Fit) encode(w io.Writer) error {
	if _, err := w.Write(f.head()); err != nil {
		return err
	}
	return errors.Join(section(w, f.volume.Encode), section(w, f.mixture.Encode))
}

// head returns the body up to the volume.
func (f *Fit) head() []byte {
	b := slices.Concat(f.city.Hash[:], f.calls[:])
	u32 := func(v int) { b = binary.LittleEndian.AppendUint32(b, uint32(v)) }
	text := func(s string) { u32(len(s)); b = append(b, s...) }
	for _, v := range []int{f.about.Calls, int(f.about.Span.From), int(f.about.Span.To), len(f.gaps)} {
		u32(v)
	}
	for _, g := range f.gaps {
		u32(int(g.From))
		u32(int(g.To))
	}
	for _, n := range f.daily {
		u32(int(n))
	}
	mix := f.mix
	if mix == nil {
		mix = &Mix{}
	}
	u32(len(mix.Kinds))
	for _, k := range mix.Kinds {
		text(k.Category)
		text(k.Channel)
	}
	for _, v := range []float64{mix.HalfLife, mix.ByHour, mix.ByDistrict, mix.ByBoth} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	for _, p := range mix.Share {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(p))
	}
	return b
}

// section writes a part behind its length.
func section(w io.Writer, encode func(io.Writer) error) error {
	var part bytes.Buffer
	if err := encode(&part); err != nil {
		return err
	}
	if err := binary.Write(w, binary.LittleEndian, uint64(part.Len())); err != nil {
		return err
	}
	_, err := part.WriteTo(w)
	return err
}
