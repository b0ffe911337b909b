package mixture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	"github.com/nearside-ems/nearside/demand"
)

const (
	maxParts = 64
	maxName  = 64 // bytes
)

// about is a component as it is written: little-endian, in this order, without padding, after its name
// and before its planes. The layout is described in docs/format/mixture.md.
type about struct {
	Weight, Bandwidth, HalfLife, Kappa, Calls float64
	Planes                                    uint8
	Of                                        [demand.HoursPerWeek]uint8
}

// Encode writes the model.
func (m *Model) Encode(w io.Writer) error {
	if err := binary.Write(w, binary.LittleEndian, [2]uint32{uint32(m.cells), uint32(len(m.parts))}); err != nil {
		return err
	}
	for i := range m.parts {
		d := &m.parts[i]
		if _, err := w.Write(append([]byte{uint8(len(d.Name))}, d.Name...)); err != nil {
			return err
		}
		a := about{d.Weight, d.Bandwidth, d.HalfLife, d.Kappa, d.Calls, uint8(len(d.plane) / m.cells), d.of}
		if err := binary.Write(w, binary.LittleEndian, &a); err != nil {
			return err
		}
		if err := binary.Write(w, binary.LittleEndian, d.plane); err != nil {
			return err
		}
	}
	return nil
}

// Decode reads what Encode wrote, of a model of the same city, and reads no further. What cannot be a
// model's is refused; it asks for no more memory than it has read.
func Decode(from io.Reader, city *demand.City) (*Model, error) {
	m, err := decode(from, city.Len())
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, fmt.Errorf("mixture: %w", err)
	}
	return m, nil
}

func decode(from io.Reader, cells int) (*Model, error) {
	var head [2]uint32
	if err := binary.Read(from, binary.LittleEndian, &head); err != nil {
		return nil, err
	}
	if int64(head[0]) != int64(cells) || head[1] < 1 || head[1] > maxParts {
		return nil, fmt.Errorf("%d components over %d cells; want 1 to %d over %d", head[1], head[0], maxParts, cells)
	}
	var parts []density
	weight := 0.0
	for i := range head[1] {
		d, err := decodePart(from, cells)
		if err != nil {
			return nil, fmt.Errorf("component %d: %w", i, err)
		}
		parts = append(parts, *d)
		weight += d.Weight
	}
	if !(math.Abs(weight-1) < 1e-6) {
		return nil, fmt.Errorf("weights sum to %v; want 1", weight)
	}
	m := newModel(cells, parts)
	for i, p := range m.plane {
		if !(p > 0) {
			return nil, fmt.Errorf("cell %d has probability %v; want above 0", i%cells, p)
		}
	}
	return m, nil
}

func decodePart(from io.Reader, cells int) (*density, error) {
	var length [1]byte
	if _, err := io.ReadFull(from, length[:]); err != nil {
		return nil, err
	}
	name := make([]byte, length[0])
	if _, err := io.ReadFull(from, name); err != nil {
		return nil, err
	}
	var a about
	if err := binary.Read(from, binary.LittleEndian, &a); err != nil {
		return nil, err
	}
	if err := a.validate(name); err != nil {
		return nil, err
	}
	d := &density{Component: Component{string(name), a.Weight, a.Bandwidth, a.HalfLife, a.Kappa, a.Calls}, of: a.Of}
	for p := range a.Planes {
		plane := make([]float32, cells)
		if err := binary.Read(from, binary.LittleEndian, plane); err != nil {
			return nil, err
		}
		if err := validatePlane(plane); err != nil {
			return nil, fmt.Errorf("plane %d: %w", p, err)
		}
		d.plane = append(d.plane, plane...)
	}
	return d, nil
}

func (a *about) validate(name []byte) error {
	if len(name) == 0 || len(name) > maxName || !utf8.Valid(name) {
		return fmt.Errorf("name %q: want 1 to %d bytes of UTF-8", name, maxName)
	}
	for _, v := range [...]float64{a.Weight, a.Bandwidth, a.HalfLife, a.Kappa, a.Calls} {
		if !(v >= 0) || math.IsInf(v, 1) {
			return fmt.Errorf("%s: weight %v, bandwidth %v, half-life %v, kappa %v, calls %v; want none negative or infinite", name, a.Weight, a.Bandwidth, a.HalfLife, a.Kappa, a.Calls)
		}
	}
	for h, p := range a.Of {
		if p >= a.Planes {
			return fmt.Errorf("%s: hour %d has plane %d of %d", name, h, p, a.Planes)
		}
	}
	return nil
}

func validatePlane(plane []float32) error {
	sum := 0.0
	for c, p := range plane {
		if !(p >= 0 && p <= 1) {
			return fmt.Errorf("cell %d has probability %v", c, p)
		}
		sum += float64(p)
	}
	if !(math.Abs(sum-1) < 1e-3) {
		return fmt.Errorf("probabilities sum to %v; want 1", sum)
	}
	return nil
}
