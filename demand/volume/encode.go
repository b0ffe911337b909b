package volume

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// record is a Model as it is written: little-endian, in this order, without padding. The layout is
// described in docs/format/volume.md. Zone and holidays are the city's.
type record struct {
	From, To             int32 // hours since 1970
	Known, Calls, Prior  float64
	Shape                [week]float64
	Smoothing            smoothing
	Origin               int32 // days since 1970
	Trend                float64
	Annual               [annualTerms]float64
	Tuning               tuning
	Now, LongRun         posterior
	Holiday              [holidayKinds]float64
	Seen                 [holidayKinds]uint32
	Day, Level, LevelDay float64
}

// Encode writes the model, always the same number of bytes.
func (m *Model) Encode(w io.Writer) error {
	r := record{
		From: int32(m.span.From), To: int32(m.span.To), Known: m.known, Calls: m.calls, Prior: m.prior, Shape: m.shape,
		Smoothing: m.smoothing,
		Origin:    int32(m.season.origin), Trend: m.season.trend, Annual: m.season.annual, Tuning: m.tuning,
		Now: m.level.now, LongRun: m.level.longRun, Holiday: m.holiday,
		Day: m.dispersion.day, Level: m.dispersion.level, LevelDay: m.dispersion.drift,
	}
	for k, n := range m.seen {
		r.Seen[k] = uint32(n)
	}
	return binary.Write(w, binary.LittleEndian, &r)
}

// Decode reads what Encode wrote, of a model of the same city, and reads no further. What cannot be a
// model's is refused.
func Decode(from io.Reader, city *demand.City) (*Model, error) {
	var r record
	if err := binary.Read(from, binary.LittleEndian, &r); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("volume: %w", err)
	}
	if err := r.validate(); err != nil {
		return nil, fmt.Errorf("volume: %w", err)
	}
	m := &Model{
		zone: city.Zone, holidays: city.Holidays,
		span: calls.Span{From: calls.Hour(r.From), To: calls.Hour(r.To)}, known: r.Known, calls: r.Calls, prior: r.Prior, shape: r.Shape,
		smoothing: r.Smoothing,
		season:    season{origin: int(r.Origin), trend: r.Trend, annual: r.Annual}, tuning: r.Tuning,
		level: level{r.Now, r.LongRun, r.Tuning.Back}, holiday: r.Holiday,
		dispersion: dispersion{r.Day, r.Level, r.LevelDay},
	}
	for k, n := range r.Seen {
		m.seen[k] = int(n)
	}
	return m, nil
}

// validate returns all that no model has, joined.
func (r *record) validate() error {
	var errs []error
	check := func(what string, from, to float64, values ...float64) {
		for _, x := range values {
			if !(x >= from && x <= to) {
				errs = append(errs, fmt.Errorf("%s is %v; want %v to %v", what, x, from, to))
			}
		}
	}
	most, least := math.MaxFloat32, math.SmallestNonzeroFloat32
	check("span", 0, math.MaxInt32, float64(r.To)-float64(r.From))
	check("known hours, calls and prior", 0, most, r.Known, r.Calls, r.Prior)
	check("rate of an hour of week", 0, week, r.Shape[:]...)
	check("smoothing", least, most, r.Smoothing.Sigma, r.Smoothing.Day, r.Smoothing.Own)
	check("season", -100, 100, append(r.Annual[:], r.Trend)...)
	check("tuning", 0, most, r.Tuning.Trend, r.Tuning.Annual)
	check("half-life", least, most, r.Tuning.HalfLife, r.Tuning.Back)
	check("level", least, most, r.Now.Rate, r.Now.Calls, r.LongRun.Rate, r.LongRun.Calls)
	check("factor of a holiday", least, 1e4, r.Holiday[:]...)
	check("dispersion", 0, most, r.Day, r.Level, r.LevelDay)
	return errors.Join(errs...)
}
