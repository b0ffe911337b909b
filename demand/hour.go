package demand

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// HourOfWeek is 0 to 167; 0 is Monday 00:00 to 00:59 Europe/London, wall-clock time.
type HourOfWeek uint8

// HoursPerWeek is the number of hours of the week.
const HoursPerWeek = 168

// HourOf returns the hour of week of t in the given zone.
func HourOf(t time.Time, zone *time.Location) HourOfWeek {
	l := t.In(zone)
	return HourOfWeek((int(l.Weekday())+6)%7*24 + l.Hour())
}

// String returns the hour as "Mon 14:00".
func (h HourOfWeek) String() string {
	return fmt.Sprintf("%s %02d:00", [...]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}[h/24%7], h%24)
}

// Intensity is the expected number of calls per hour, by cell and hour of week.
type Intensity struct {
	Source string // what it is, such as "prior" or the fit's name; shown wherever it is used
	Cells  int
	Rate   []float32 // HoursPerWeek × Cells, hour-major, calls per hour
}

// At returns the rates of every cell in one hour of week.
func (v *Intensity) At(h HourOfWeek) []float32 { return v.Rate[int(h)*v.Cells : (int(h)+1)*v.Cells] }

// Hash returns the SHA-256 of the source's name, the number of cells and every rate.
func (v *Intensity) Hash() [32]byte {
	s := sha256.New()
	b := binary.LittleEndian.AppendUint64([]byte(v.Source), uint64(v.Cells))
	for i := 0; ; i++ {
		if i == len(v.Rate) || len(b) >= 1<<16 {
			s.Write(b)
			b = b[:0]
		}
		if i == len(v.Rate) {
			return [32]byte(s.Sum(nil))
		}
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v.Rate[i]))
	}
}
