package intake

import (
	"encoding/binary"
	"math"
	"math/big"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// maxFixed is the length of the longest values of fixed length that are read.
const maxFixed = 4096

// converter returns how the values of a column are understood; nil for columns within others and lists.
func converter(c *parquet.Column) func(parquet.Value) value {
	if !c.Leaf() || c.Repeated() || len(c.Path()) != 1 {
		return nil
	}
	kind := c.Type().Kind()
	if kind == parquet.FixedLenByteArray && c.Type().Length() > maxFixed {
		return nil
	}
	if logical := c.Type().LogicalType(); logical != nil {
		if f := logicalConverter(kind, logical.Value); f != nil {
			return f
		}
	}
	switch kind {
	case parquet.Boolean:
		return func(v parquet.Value) value {
			if v.Boolean() {
				return value{is: isText, text: []byte("true")}
			}
			return value{is: isText, text: []byte("false")}
		}
	case parquet.Int32:
		return func(v parquet.Value) value { return value{is: isWhole, i: int64(v.Int32())} }
	case parquet.Int64:
		return func(v parquet.Value) value { return value{is: isWhole, i: v.Int64()} }
	case parquet.Int96:
		return func(v parquet.Value) value { return int96Time(v.Int96()) }
	case parquet.Float:
		return func(v parquet.Value) value { return realValue(float64(v.Float())) }
	case parquet.Double:
		return func(v parquet.Value) value { return realValue(v.Double()) }
	default:
		return func(v parquet.Value) value { return textValue(v.ByteArray()) }
	}
}

// logicalConverter returns how a logical type is understood; nil where the physical type says it all.
func logicalConverter(kind parquet.Kind, logical any) func(parquet.Value) value {
	switch t := logical.(type) {
	case *format.TimestampType:
		is := isWallClock
		if t.IsAdjustedToUTC {
			is = isInstant
		}
		return wholeOf(kind, is, perSecond(t.Unit))
	case *format.TimeType:
		return wholeOf(kind, isTimeOfDay, perSecond(t.Unit))
	case *format.DateType:
		return wholeOf(kind, isDay, 1)
	case *format.DecimalType:
		return decimal(kind, int(t.Scale))
	case *format.IntType:
		if !t.IsSigned && kind == parquet.Int32 {
			return func(v parquet.Value) value { return value{is: isWhole, i: int64(v.Uint32())} }
		}
	}
	return nil
}

// perSecond returns how many units make a second.
func perSecond(u format.TimeUnit) int64 {
	switch u.Value.(type) {
	case *format.MilliSeconds:
		return 1e3
	case *format.MicroSeconds:
		return 1e6
	}
	return 1e9
}

// wholeOf reads whole numbers, rounded down to multiples of a unit.
func wholeOf(kind parquet.Kind, is valueType, unit int64) func(parquet.Value) value {
	switch kind {
	case parquet.Int32:
		return func(v parquet.Value) value { return value{is: is, i: floor(int64(v.Int32()), unit)} }
	case parquet.Int64:
		return func(v parquet.Value) value { return value{is: is, i: floor(v.Int64(), unit)} }
	}
	return nil
}

func floor(a, n int64) int64 { return (a - mod(a, n)) / n }

func realValue(x float64) value {
	if math.IsNaN(x) {
		return value{} // some writers have no other way to say that a number is missing
	}
	return value{is: isReal, f: x}
}

// int96Time reads nanoseconds of the day and the Julian day, which Spark writes for an instant.
func int96Time(v [3]uint32) value {
	const epoch = 2440588 // Julian day of 1970-01-01
	nanoseconds := int64(uint64(v[0]) | uint64(v[1])<<32)
	return value{is: isInstant, i: (int64(int32(v[2]))-epoch)*perDay + floor(nanoseconds, 1e9)}
}

// decimal reads numbers that are stored without their point.
func decimal(kind parquet.Kind, scale int) func(parquet.Value) value {
	unit := math.Pow10(-scale)
	if scale >= 0 && scale < len(tens) {
		unit = tens[scale]
	}
	point := func(x float64) value {
		if scale < 0 || scale >= len(tens) {
			return realValue(x * unit)
		}
		return realValue(x / unit)
	}
	switch kind {
	case parquet.Int32:
		return func(v parquet.Value) value { return point(float64(v.Int32())) }
	case parquet.Int64:
		return func(v parquet.Value) value { return point(float64(v.Int64())) }
	}
	return func(v parquet.Value) value { return point(bigEndian(v.ByteArray())) }
}

// bigEndian reads a whole number in two's complement, its highest byte first.
func bigEndian(b []byte) float64 {
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	x, _ := new(big.Float).SetInt(n).Float64()
	return x
}

// hash goes on with a hash of a row's values.
func (v *value) hash(h uint64) uint64 {
	if v.is == isText {
		return hash(v.text, h)
	}
	var b [17]byte
	b[0] = byte(v.is)
	binary.LittleEndian.PutUint64(b[1:], uint64(v.i))
	binary.LittleEndian.PutUint64(b[9:], math.Float64bits(v.f))
	return hash(b[:], h)
}
