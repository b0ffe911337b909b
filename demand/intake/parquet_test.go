package intake

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"pgregory.net/rapid"
)

// pack writes rows as a Parquet file.
func pack[T any](tb testing.TB, rows []T, options ...parquet.WriterOption) *bytes.Reader {
	tb.Helper()
	var f bytes.Buffer
	if err := parquet.Write(&f, rows, options...); err != nil {
		tb.Fatal(err)
	}
	return bytes.NewReader(f.Bytes())
}

// readPacked reads a Parquet file with the settings of tests, changed by change.
func readPacked(tb testing.TB, f *bytes.Reader, change func(*Settings)) (*Batch, *Report, error) {
	tb.Helper()
	s := settings(tb)
	if change != nil {
		change(&s)
	}
	b, r, err := ReadParquet(context.Background(), f, f.Size(), s)
	check(tb, b, r, err)
	return b, r, err
}

// times has a call at half past midnight of 1 July 2024 in every type that Parquet has for it; those by
// the clocks of London are an hour behind in UTC.
type times struct {
	Milli      int64            `parquet:"milli,timestamp(millisecond)"`
	Micro      int64            `parquet:"micro,timestamp(microsecond)"`
	Nano       int64            `parquet:"nano,timestamp(nanosecond)"`
	MilliLocal int64            `parquet:"milli_local,timestamp(millisecond:local)"`
	MicroLocal int64            `parquet:"micro_local,timestamp(microsecond:local)"`
	NanoLocal  int64            `parquet:"nano_local,timestamp(nanosecond:local)"`
	Old        deprecated.Int96 `parquet:"old"`
	Text       string           `parquet:"text"`
	Unix       int64            `parquet:"unix"`
	Figures    int64            `parquet:"figures"`
	Day        int32            `parquet:"day"`
	Days       float64          `parquet:"days"`

	Date   int32  `parquet:"date,date"`
	TimeMS int32  `parquet:"time_ms,time(millisecond)"`
	TimeUS int64  `parquet:"time_us,time(microsecond)"`
	TimeNS int64  `parquet:"time_ns,time(nanosecond)"`
	HHMM   int32  `parquet:"hhmm"`
	Hour   *uint8 `parquet:"hour,optional"`

	Area string `parquet:"area,dict"`
}

func TestParquetTimes(t *testing.T) {
	const seconds = 1719793800 // 2024-07-01T00:30:00Z
	zero := uint8(0)
	row := times{
		Milli: seconds*1000 + 999, Micro: seconds * 1e6, Nano: seconds * 1e9, MilliLocal: seconds * 1000, MicroLocal: seconds * 1e6, NanoLocal: seconds*1e9 + 1,
		Text: "2024-07-01 00:30", Unix: seconds, Figures: 20240701003059, Day: 20240701, Days: 45474.0208333,
		Date: seconds / perDay, TimeMS: 1_800_000, TimeUS: 1_800_000_000, TimeNS: 1_800_000_000_000, HHMM: 100, Hour: &zero, Area: "A1",
	}
	row.Old = deprecated.Int96{uint32(1_800_000_000_000 & 0xffffffff), uint32(1_800_000_000_000 >> 32), 2440588 + seconds/perDay}
	f := pack(t, []times{row})
	for _, c := range []struct {
		columns Columns
		format  TimeFormat
		want    string
	}{
		{Columns{Time: "milli"}, Text, "07-01 00@0"},
		{Columns{Time: "micro"}, Text, "07-01 00@0"},
		{Columns{Time: "nano"}, Text, "07-01 00@0"},
		{Columns{Time: "milli_local"}, Text, "06-30 23@0"},
		{Columns{Time: "micro_local"}, Text, "06-30 23@0"},
		{Columns{Time: "nano_local"}, Text, "06-30 23@0"},
		{Columns{Time: "old"}, Text, "07-01 00@0"},
		{Columns{Time: "text"}, Text, "06-30 23@0"},
		{Columns{Time: "unix"}, UnixSecond, "07-01 00@0"},
		{Columns{Time: "figures"}, Text, "06-30 23@0"},
		{Columns{Date: "day", Hour: "hour"}, Text, "06-30 23@0"},
		{Columns{Time: "days"}, Excel, "06-30 23@0"},
		{Columns{Date: "date", TimeOfDay: "time_ms"}, Text, "06-30 23@0"},
		{Columns{Date: "date", TimeOfDay: "time_us"}, Text, "06-30 23@0"},
		{Columns{Date: "date", TimeOfDay: "time_ns"}, Text, "06-30 23@0"},
		{Columns{Date: "date", TimeOfDay: "hhmm"}, Text, "07-01 00@0"},
		{Columns{Date: "date", Hour: "hour"}, Text, "06-30 23@0"},
		{Columns{Date: "text", TimeOfDay: "milli_local"}, Text, "06-30 23@0"},
		{Columns{Date: "micro_local", Hour: "hour"}, Text, "06-30 23@0"},
	} {
		b, _, err := readPacked(t, f, func(s *Settings) { s.Columns, s.TimeFormat = c.columns, c.format })
		if err != nil {
			t.Errorf("%+v: %v", c.columns, err)
			continue
		}
		if got := hours(b); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.columns, got, c.want)
		}
	}
}

func TestParquetPlaces(t *testing.T) {
	type place struct {
		Time      string   `parquet:"time"`
		Lat       float64  `parquet:"lat"`
		Lon       float32  `parquet:"lon"`
		LatText   string   `parquet:"text_lat"`
		LonText   string   `parquet:"text_lon"`
		Lat32     int32    `parquet:"d32_lat,decimal(4:9)"`
		Lon64     int64    `parquet:"d32_lon,decimal(6:18)"`
		LatFixed  [5]byte  `parquet:"fixed_lat,decimal(6:11)"`
		LonFixed  [5]byte  `parquet:"fixed_lon,decimal(6:11)"`
		Easting   int32    `parquet:"easting"`
		Northing  uint32   `parquet:"northing"`
		Code      int64    `parquet:"code"`
		Ref       string   `parquet:"ref,enum"`
		None      *float64 `parquet:"none,optional"`
		Confirmed bool     `parquet:"confirmed"`
	}
	row := place{Time: "2024-01-01 05:30", Lat: 51.6, Lon: -0.2, LatText: "51.6", LonText: "-0,2", Lat32: 516000, Lon64: -200000, Easting: 530027, Northing: 180379, Code: 7, Ref: "TQ 300 803"}
	fixed := func(x int64) (b [5]byte) {
		var wide [8]byte
		binary.BigEndian.PutUint64(wide[:], uint64(x))
		copy(b[:], wide[3:])
		return b
	}
	row.LatFixed, row.LonFixed = fixed(51600000), fixed(-200000)
	f := pack(t, []place{row})
	for _, c := range []Columns{
		{Lat: "lat", Lon: "lon"}, {Lat: "text_lat", Lon: "text_lon"}, {Lat: "d32_lat", Lon: "d32_lon"}, {Lat: "fixed_lat", Lon: "fixed_lon"},
		{Easting: "easting", Northing: "northing"}, {GridRef: "ref"}, {},
	} {
		c.Category = "confirmed"
		b, r, err := readPacked(t, f, func(s *Settings) { s.Columns = c })
		if err != nil || hours(b) != "01-01 05@2" || b.Kinds[0].Category != "false" {
			t.Errorf("%+v: %v\n%v", c, err, r)
		}
	}
	if _, _, err := readPacked(t, f, func(s *Settings) { s.Columns.Lat, s.Columns.Lon = "none", "lon" }); err == nil || !strings.Contains(err.Error(), "1 dropped: no place (row 1)") {
		t.Errorf("without a latitude: %v", err)
	}
}

func TestParquetOfManyGroupsAndNestedColumns(t *testing.T) {
	type call struct {
		At       time.Time `parquet:"call_time,timestamp(microsecond)"`
		Lat      float64   `parquet:"lat"`
		Lon      float64   `parquet:"lon"`
		Category string    `parquet:"category,dict"`
		Where    struct{ Street, Postcode string }
		Tags     []string
	}
	start := time.Date(2024, 1, 1, 0, 30, 0, 0, time.UTC)
	calls := make([]call, 5000)
	for i := range calls {
		calls[i] = call{At: start.Add(time.Duration(i/2) * time.Hour), Lat: 51.4, Lon: -0.2, Category: " Person in Crisis", Tags: []string{"a", "b"}}
	}
	f := pack(t, calls, parquet.MaxRowsPerRowGroup(700))
	last := int64(0)
	b, r, err := readPacked(t, f, func(s *Settings) { s.Progress = func(n int64) { last = n } })
	if err != nil {
		t.Fatal(err)
	}
	if r.Kept != 5000 || r.WithOffset != 5000 || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "2 columns within others") || len(b.Kinds) != 1 || last == 0 || last > f.Size() {
		t.Errorf("%v, progress %d of %d\n%s", b.Kinds, last, f.Size(), r)
	}
	for i, h := range b.Hour {
		if want := start.Add(time.Duration(i/2) * time.Hour).Truncate(time.Hour); !h.Time().Equal(want) {
			t.Fatalf("row %d is put to %v, want %v", i+1, h.Time(), want)
		}
	}
	_, _, err = readPacked(t, f, func(s *Settings) { s.Columns.Area = "Where" })
	if err == nil || !strings.Contains(err.Error(), `no column "Where"`) || !strings.Contains(err.Error(), "2 columns within others") {
		t.Errorf("a column with others within: %v", err)
	}
}

// TestParquetAgreesWithCSV gives the same rows both ways.
func TestParquetAgreesWithCSV(t *testing.T) {
	type call struct {
		ID       string  `parquet:"id"`
		Time     string  `parquet:"time"`
		Lat      float64 `parquet:"lat"`
		Lon      float64 `parquet:"lon"`
		Category string  `parquet:"category"`
	}
	rapid.Check(t, func(rt *rapid.T) {
		var calls []call
		text := "id,time,lat,lon,category\n"
		for i := range rapid.IntRange(1, 60).Draw(rt, "rows") {
			at := time.Unix(rapid.Int64Range(600_000_000, 1_900_000_000).Draw(rt, "time"), 0).UTC()
			c := call{
				ID: fmt.Sprint(rapid.IntRange(i/2, i).Draw(rt, "id")), Time: at.Format("02/01/2006 15:04"),
				Lat: float64(rapid.IntRange(510, 520).Draw(rt, "lat")) / 10, Lon: float64(rapid.IntRange(-6, 4).Draw(rt, "lon")) / 10,
				Category: rapid.SampledFrom([]string{"", "a", "B"}).Draw(rt, "category"),
			}
			calls = append(calls, c)
			text += fmt.Sprintf("%s,%s,%v,%v,%s\n", c.ID, c.Time, c.Lat, c.Lon, c.Category)
		}
		lenient := func(s *Settings) {
			s.MaxDropped, s.DateOrder = 1, DayFirst
			s.Columns = Columns{ID: "id", Time: "time", Lat: "lat", Lon: "lon", Category: "category"}
		}
		b, r, err := read(t, text, lenient)
		pb, pr, perr := readPacked(t, pack(t, calls), lenient)
		if (err == nil) != (perr == nil) {
			rt.Fatalf("CSV: %v, Parquet: %v", err, perr)
		}
		if err != nil {
			return
		}
		// The calls of the hour that clocks repeat are shared by what the rows say, which differs.
		if !slices.Equal(b.Cell, pb.Cell) || !slices.Equal(b.Kind, pb.Kind) || !slices.Equal(b.Kinds, pb.Kinds) || r.Repeated == 0 && !slices.Equal(b.Hour, pb.Hour) || r.Repeated != pr.Repeated {
			rt.Fatalf("CSV: %s\n%s\nParquet: %s\n%s", hours(b), r, hours(pb), pr)
		}
	})
}

func TestBadParquet(t *testing.T) {
	type call struct {
		Time string  `parquet:"time"`
		Lat  float64 `parquet:"lat"`
		Lon  float64 `parquet:"lon"`
	}
	whole := make([]byte, pack(t, []call{{"2024-01-01 05:00", 51.4, 0}}).Size())
	if _, err := pack(t, []call{{"2024-01-01 05:00", 51.4, 0}}).ReadAt(whole, 0); err != nil {
		t.Fatal(err)
	}
	footer := binary.LittleEndian.Uint32(whole[len(whole)-8:])
	tail := func(length uint32, magic string) []byte {
		return append(binary.LittleEndian.AppendUint32(slices.Clone(whole[:len(whole)-8]), length), magic...)
	}
	noRows, err := parquetBytes(t, []call{})
	if err != nil {
		t.Fatal(err)
	}
	nested, err := parquetBytes(t, []struct{ Tags []string }{{[]string{"a"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "empty"},
		{"cut short", whole[:len(whole)-20], "cut short"},
		{"no Parquet", []byte("time,lat,lon\n2024-01-01 05:00,51.4,0\n"), "no Parquet"},
		{"encrypted", tail(footer, "PARE"), "encrypted"},
		{"a description longer than the file", tail(1<<20, "PAR1"), "1048576 bytes long"},
		{"a description of 4 GiB", tail(1<<32-1, "PAR1"), "4294967295 bytes long"},
		{"a description that is cut short", tail(footer-3, "PAR1"), "damaged"},
		{"no rows", noRows, "no rows"},
		{"lists only", nested, "no columns of single values"},
	} {
		_, _, err := ReadParquet(context.Background(), bytes.NewReader(c.file), int64(len(c.file)), settings(t))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
	if !IsParquet(bytes.NewReader(whole)) || IsParquet(bytes.NewReader([]byte("PAR"))) {
		t.Error("IsParquet is wrong")
	}
}

func TestWalkPages(t *testing.T) {
	page := func(packed, size, values uint64) []byte {
		number := func(b []byte, n uint64) []byte { return binary.AppendUvarint(append(b, 0x15), 2*n) }
		b := number(number(number(nil, 0), size), packed)
		b = append(number(append(b, 0x2c), values), 0, 0)
		return append(b, make([]byte, min(packed, 100))...)
	}
	for _, c := range []struct {
		name  string
		pages []byte
		want  string
	}{
		{"two", append(page(50, 100, 7), page(3, 3, 1)...), ""},
		{"none", nil, ""},
		{"beyond the end", append(page(50, 100, 7), page(101, 3, 1)...), "ends beyond its column"},
		{"large", page(50, maxPageBytes+1, 7), "268435457 bytes"},
		{"long", page(50, 100, maxPageValues+1), "16777217 values"},
		{"no header", append(page(50, 100, 7), 0x15, 0x80), "no header"},
		{"a long header", append(append([]byte{0x78, 0x88, 0x27}, make([]byte, 5000)...), 0), ""}, // field 7, a text of 5,000 bytes
	} {
		err := walkPages(bytes.NewReader(c.pages), 0, int64(len(c.pages)))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func parquetBytes[T any](tb testing.TB, rows []T) ([]byte, error) {
	f := pack(tb, rows)
	b := make([]byte, f.Size())
	_, err := f.ReadAt(b, 0)
	return b, err
}

// TestPagesThatClaimTooMuch has headers of pages that would have gigabytes taken for them.
func TestPagesThatClaimTooMuch(t *testing.T) {
	for _, c := range []struct {
		name   string
		header []byte
		ok     bool
		want   pageClaim
	}{
		// type 0, sizes 100 and 50, data header with 7 values and an encoding
		{"plain", []byte{0x15, 0, 0x15, 200, 1, 0x15, 100, 0x2c, 0x15, 14, 0x15, 0, 0, 0}, true, pageClaim{14, 50, 100, 7}},
		{"2 GiB", []byte{0x15, 0, 0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0x15, 100, 0}, true, pageClaim{11, 50, 1<<31 - 1, 0}},
		{"a list of 2 billion", []byte{0x19, 0xfc, 0xff, 0xff, 0xff, 0x07}, false, pageClaim{}},
		{"a text of 2 GiB", []byte{0x18, 0xff, 0xff, 0xff, 0x07}, false, pageClaim{}},
		{"cut short", []byte{0x15, 0, 0x15}, false, pageClaim{}},
		{"structs without end", bytes.Repeat([]byte{0x1c}, 100), false, pageClaim{}},
		{"an unknown type", []byte{0x1f, 0, 0}, false, pageClaim{}},
	} {
		got, ok := parsePageClaim(c.header)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%s: got %+v, %v", c.name, got, ok)
		}
	}
}
