package forecast

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/mixture"
	"github.com/nearside-ems/nearside/demand/volume"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// decode reads the body of a file with the given hash of inputs.
func decode(inputs [32]byte, body []byte, city *demand.City) (*Fit, error) {
	r := &reader{rest: body}
	if of := r.take("the city's hash", 32); r.err == nil && [32]byte(of) != city.Hash {
		return nil, fmt.Errorf("%w than %s", ErrOtherCity, city.Name)
	}
	f := &Fit{city: city}
	copy(f.calls[:], r.take("the calls' hash", 32))
	f.about = About{Hash: inputs, Calls: r.number("the number of calls", maxCalls), Span: r.span("the span")}
	f.about.Learnt = f.about.Calls > 0
	f.gaps = make([]calls.Span, r.number("the number of gaps", len(r.rest)/8))
	for i := range f.gaps {
		f.gaps[i] = r.span("a gap")
	}
	f.daily = make([]uint32, min(len(r.rest)/4, (f.about.Span.Hours()+23)/24)) // with fewer, it ends too soon
	for i := range f.daily {
		f.daily[i] = uint32(r.number("the calls of a day", maxCalls))
	}
	f.mix = r.mix(len(city.Districts))
	when, where := r.section("the volume"), r.section("the mixture")
	if len(r.rest) > 0 {
		r.fail("%d bytes too many", len(r.rest))
	}
	if r.err != nil {
		return nil, r.err
	}
	if err := f.parts(when, where); err != nil {
		return nil, fmt.Errorf("%w: %w", artefact.ErrCorrupt, err)
	}
	f.lay()
	return f, nil
}

// parts reads the volume and the mixture, which must be all of their sections.
func (f *Fit) parts(when, where []byte) (err error) {
	v, m := bytes.NewReader(when), bytes.NewReader(where)
	if f.volume, err = volume.Decode(v, f.city); err != nil {
		return err
	}
	if f.mixture, err = mixture.Decode(m, f.city); err != nil {
		return err
	}
	if over := v.Len() + m.Len(); over > 0 {
		return fmt.Errorf("%d bytes behind the volume and the mixture", over)
	}
	return nil
}

// mix reads how calls divide into kinds; nil where the number of kinds is 0.
func (r *reader) mix(districts int) *Mix {
	n := r.number("the number of kinds", calls.MaxKinds)
	m := &Mix{Kinds: make([]calls.Kind, n)}
	for i := range m.Kinds {
		m.Kinds[i].Category = string(r.take("a category", r.number("a category", maxLabel)))
		m.Kinds[i].Channel = string(r.take("a channel", r.number("a channel", maxLabel)))
	}
	for _, to := range []*float64{&m.HalfLife, &m.ByHour, &m.ByDistrict, &m.ByBoth} {
		*to = r.float64("how the kinds were learnt")
	}
	share := r.take("the shares of kinds", 4*districts*hoursPerDay*n)
	if n == 0 || r.err != nil {
		return nil
	}
	m.Share = make([]float32, len(share)/4)
	for i := range m.Share {
		m.Share[i] = math.Float32frombits(binary.LittleEndian.Uint32(share[4*i:]))
		if !(m.Share[i] >= 0 && m.Share[i] <= 1.001) {
			r.fail("a share of %v", m.Share[i])
		}
	}
	return m
}

// Limits of what a file may say, so that a damaged one is not believed.
const (
	maxCalls = calls.MaxCalls
	maxLabel = calls.MaxLabel
)

// reader takes numbers and text from a body; after the first error it gives zeros.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: "+format, append([]any{artefact.ErrCorrupt}, args...)...)
		r.rest = nil
	}
}

func (r *reader) take(what string, n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.fail("it ends within %s", what)
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) number(what string, most int) int {
	b := r.take(what, 4)
	if b == nil {
		return 0
	}
	v := int(binary.LittleEndian.Uint32(b))
	if v > most {
		r.fail("%s: %d, want %d at most", what, v, most)
		return 0
	}
	return v
}

// span reads two hours, the first before the second.
func (r *reader) span(what string) calls.Span {
	s := calls.Span{From: calls.Hour(r.number(what, int(calls.Last))), To: calls.Hour(r.number(what, int(calls.Last)))}
	if s.To < s.From {
		r.fail("%s ends before it starts", what)
		return calls.Span{}
	}
	return s
}

func (r *reader) float64(what string) float64 {
	b := r.take(what, 8)
	if b == nil {
		return 0
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

// section reads a part with its length before it.
func (r *reader) section(what string) []byte {
	b := r.take(what, 8)
	if b == nil {
		return nil
	}
	n := binary.LittleEndian.Uint64(b)
	if n > uint64(len(r.rest)) {
		r.fail("it ends within %s", what)
		return nil
	}
	return r.take(what, int(n))
}
