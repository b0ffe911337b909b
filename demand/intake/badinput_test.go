package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// canary stands in rows of the files below for what must never be repeated.
const canary = "Jane Roebuck 07700 900123"

// rows repeats a row, in which %d is the row's number and %02d its hour.
func rows(n int, row string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.NewReplacer("{n}", fmt.Sprint(i), "{hh}", fmt.Sprintf("%02d", i%24)).Replace(row) + "\n")
	}
	return b.String()
}

const place = ",51.4,0," + canary

// TestBadInput gives files that are wrong as a whole, and asks for a message that says what and what to do.
func TestBadInput(t *testing.T) {
	header := "time,lat,lon,note\n"
	good := rows(20, "2024-01-01 {hh}:01"+place)
	for _, c := range []struct {
		name, text string
		change     func(*Settings)
		want       []string
	}{
		{"an empty file", "", nil, []string{"the file is empty"}},
		{"blank lines only", "\n\r\n\n", nil, []string{"one column only"}},
		{"a header only", header, nil, []string{"a header and no rows"}},
		{"one column", "time\n2024-01-01\n", nil, []string{"one column only", "commas, semicolons, tabs or bars"}},
		{"the wrong delimiter, given", header + good, func(s *Settings) { s.Delimiter = ';' }, []string{"no semicolons, but commas", "--delimiter"}},
		{"the wrong delimiter, in the header too", "time;lat,x;lon;note\n" + rows(20, "2024-01-01 {hh}:01;51.4;0;"+canary), func(s *Settings) { s.Delimiter = ',' }, []string{"no column was recognised"}},
		{"a delimiter within texts", header + rows(20, "2024-01-01 {hh}:01,51.4,0,"+canary+", 3 Acacia Road"), nil, []string{"20 dropped: more or fewer fields", "--delimiter", "lines 2, 3, 4, 5, 6, …"}},
		{"no header", good, nil, []string{"line 1 looks like a row of calls", "needs a header"}},
		{"UTF-16", "\xff\xfet\x00i\x00m\x00e\x00", nil, []string{"UTF-16", "CSV UTF-8", "iconv"}},
		{"UTF-16 without a mark", "t\x00i\x00m\x00e\x00,\x00l\x00", nil, []string{"UTF-16"}},
		{"a spreadsheet", "PK\x03\x04\x14\x00", nil, []string{"spreadsheet", "save the sheet as CSV UTF-8"}},
		{"xz", "\xfd7zXZ\x00\x00", nil, []string{"xz -dc"}},
		{"Parquet as a stream", "PAR1\x15\x04", nil, []string{"Parquet"}},
		{"binary", "time,lat\n\x00\x01\x02aaaaaaaaaaaaaaaa", nil, []string{"no text"}},
		{"JSON", `{"calls": []}`, nil, []string{"JSON"}},
		{"damaged gzip", "\x1f\x8b\x08\x00garbage", nil, []string{"gzip"}},
		{"Latin-1 in the header", "time,lat,lon,caf\xe9\n" + good, nil, []string{"line 1", "not in UTF-8", "iconv"}},
		{"Latin-1 in a category", "time,lat,lon,category\n" + rows(20, "2024-01-01 {hh}:01,51.4,0,caf\xe9"), nil, []string{"line 2", "category", "not in UTF-8"}},
		{"a quote never closed", header + good + "2024-01-02 01:00,51.4,0,\"" + canary, nil, []string{"line 22", "never closed"}},
		{"a long line", header + good + strings.Repeat(canary, 60_000), nil, []string{"line 22", "longer than 1 MiB"}},
		{"too many columns", strings.Repeat("a,", 1000) + "b\n", nil, []string{"1001 columns", "at most 1000"}},
		{"an unknown column", header + good, func(s *Settings) { s.Columns.Time = "when" }, []string{`--time: there is no column "when"`, `"time", "lat", "lon", "note"`}},
		{"a column named twice", "time,lat,lon,time\n" + good, func(s *Settings) { s.Columns.Time = "time" }, []string{`two columns are called "time"`}},
		{"no time", "lat,lon,note\n" + rows(20, "51.4,0,"+canary), nil, []string{"no column was recognised as the time", "--time", "--date", `"lat", "lon", "note"`}},
		{"no place", "time,note\n" + rows(20, "2024-01-01 {hh}:01,"+canary), nil, []string{"no column was recognised as the place", "--lat", "--easting", "--grid-ref", "--area"}},
		{"a date only", "date,lat,lon,note\n" + rows(20, "2024-01-01"+place), nil, []string{"without a time of day", "--time-of-day or --hour"}},
		{"latitude only", "time,lat,note\n" + rows(20, "2024-01-01 {hh}:01,51.4,"+canary), func(s *Settings) { s.Columns.Lat = "lat" }, []string{"no column goes with it: give --lon"}},
		{"a birthday only", "date_of_birth,hour,lat,lon,note\n" + rows(20, "1980-01-01,{hh}"+place), nil, []string{"no column was recognised as the time"}},
		{"hours from 1 to 24", "date,hour,lat,lon,note\n" + rows(20, "2024-01-01,24"+place), func(s *Settings) { s.Columns.Hour = "hour" }, []string{"20 dropped: a date or time that does not exist"}},
		{"two times", "reported,occurred,lat,lon,note\n" + rows(20, "2024-01-01 {hh}:01,2024-01-01 {hh}:00"+place), nil, []string{`"reported" and "occurred"`, "--time"}},
		{"two places", "time,home_lat,home_lon,work_lat,work_lon\n" + rows(20, "2024-01-01 {hh}:01,51.4,0,51.4,0"), nil, []string{`"home_lat"`, "--lat and --lon"}},
		{"two ways to say the same", header + good, func(s *Settings) { s.Columns = Columns{Time: "time", Date: "time"} }, []string{"--time and --date", "give one"}},
		{"seconds since 1970", header + rows(20, "17040672{hh}"+place), func(s *Settings) { s.Columns.Time = "time" }, []string{"times are numbers of 10 digits", "--time-format unix "}},
		{"days since 1900", header + rows(20, "45474.{hh}"+place), func(s *Settings) { s.Columns.Time = "time" }, []string{"--time-format excel"}},
		{"times in words", header + rows(20, "yesterday"+place), func(s *Settings) { s.Columns.Time = "time" }, []string{"20 dropped: a time that cannot be read"}},
		{"day and month that contradict each other", header + "01/02/2024 05:00" + place + "\n13/02/2024 05:00" + place + "\n02/13/2024 05:00" + place + "\n", nil, []string{"contradict", "line 3", "day first", "line 4", "month first", "--date-order"}},
		{"day and month that cannot be told apart", header + rows(12, "01/02/2024 {hh}:00"+place), nil, []string{"12 dates, the first in line 2", "--date-order dmy or mdy"}},
		{"dates in 1970", header + rows(20, "1970-01-01 {hh}:00"+place), nil, []string{"20 dropped: before 1990", "1970-01-01"}},
		{"dates in 2093", header + rows(20, "2093-01-01 {hh}:00"+place), nil, []string{"20 dropped: in the future"}},
		{"no times", header + rows(20, "NULL"+place), func(s *Settings) { s.Columns.Time = "time" }, []string{"20 dropped: no time"}},
		{"coordinates of 0, 0", header + rows(20, "2024-01-01 {hh}:01,0.0,0,"+canary), nil, []string{"20 dropped: at 0, 0"}},
		{"no coordinates", header + rows(20, "2024-01-01 {hh}:01,,,"+canary), nil, []string{"20 dropped: no place"}},
		{"words for coordinates", header + rows(20, "2024-01-01 {hh}:01,north,south,"+canary), nil, []string{"20 dropped: a place that cannot be read"}},
		{"coordinates swapped", header + rows(20, "2024-01-01 {hh}:01,0.1,51.4,"+canary), nil, []string{`columns "lat" and "lon"`, "swapped", `--lat "lon" --lon "lat"`}},
		{"metres for degrees", header + rows(20, "2024-01-01 {hh}:01,170379,530027,"+canary), nil, []string{"eastings and northings in metres", "--easting and --northing"}},
		{"metres for degrees, swapped", header + rows(20, "2024-01-01 {hh}:01,530027,170379,"+canary), nil, []string{"eastings and northings in metres"}},
		{"degrees for metres", "time,easting,northing,note\n" + rows(20, "2024-01-01 {hh}:01,0.1,51.4,"+canary), nil, []string{"latitudes and longitudes", "--lat and --lon"}},
		{"another city", header + rows(20, "2024-01-01 {hh}:01,53.4,-2.2,"+canary), nil, []string{"20 dropped: outside the city"}},
		{"another city in metres", "time,easting,northing,note\n" + rows(20, "2024-01-01 {hh}:01,384000,398000,"+canary), nil, []string{"20 dropped: outside the city", "within Greater London only"}},
		{"another city's areas", "time,area,note\n" + rows(20, "2024-01-01 {hh}:01,Moss Side,"+canary), func(s *Settings) { s.Columns.Area = "area" }, []string{"20 dropped: in an area that the city has not"}},
		{"free text for a category", "time,lat,lon,category\n" + rows(200, "2024-01-01 {hh}:01,51.4,0,"+canary+" {n}"), func(s *Settings) { s.Columns.Category = "category" }, []string{"line 62", "more than 60 different values", "free text", "--category -"}},
		{"long text for a category", "time,lat,lon,category\n" + rows(20, "2024-01-01 {hh}:01,51.4,0,"+strings.Repeat(canary, 4)), func(s *Settings) { s.Columns.Category = "category" }, []string{"line 2", "more than 64 characters", "free text"}},
		{"few rows, all with a text of their own", "time,lat,lon,category\n" + rows(20, "2024-01-01 {hh}:01,51.4,0,"+canary+" {n}"), func(s *Settings) { s.Columns.Category = "category" }, []string{"20 different values in 20 calls", "free text"}},
		{"too many kinds", "time,lat,lon,category,channel\n" + rows(2000, "2024-01-01 {hh}:01,51.4,0,a{n},b") + kindRows(), func(s *Settings) { s.Columns.Category, s.Columns.Channel = "category", "channel" }, []string{"more than"}},
		{"one row too many dropped", header + good + rows(2, "2024-01-01 {hh}:01,0,0,"+canary), nil, []string{"2 of 22 rows (9.09 %)", "5 % are allowed (--max-dropped)", "lines 22, 23"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, r, err := read(t, c.text, c.change)
			if err == nil {
				t.Fatalf("no error\n%s", r)
			}
			said := err.Error()
			for _, want := range c.want {
				if !strings.Contains(said, want) {
					t.Errorf("%q is not in: %s", want, said)
				}
			}
			if r != nil {
				said += r.String()
			}
			for _, word := range strings.Fields(canary) {
				if strings.Contains(said, word) || strings.Contains(said, strings.ToLower(word)) {
					t.Errorf("%q of a row is in: %s", word, said)
				}
			}
		})
	}
}

// kindRows has more pairs of category and channel than there may be, though few of each.
func kindRows() string {
	var b strings.Builder
	for i := range 20 {
		for j := range 20 {
			fmt.Fprintf(&b, "2024-01-01 05:00,51.4,0,category %d,channel %d\n", i, j)
		}
	}
	return b.String()
}

func TestTooManyKinds(t *testing.T) {
	_, _, err := read(t, "time,lat,lon,category,channel\n"+kindRows(), nil)
	if err == nil || !strings.Contains(err.Error(), "more than 256 combinations") || !strings.Contains(err.Error(), "line 258") {
		t.Errorf("got %v", err)
	}
}

func TestSomeRowsDroppedAreReported(t *testing.T) {
	good := rows(100, "2024-01-01 {hh}:01,51.4,0,{n}")
	_, r, err := read(t, "time,lat,lon,n\n"+good+"2024-01-01 05:00,0.1,51.4,x\n2024-02-30 05:00,51.4,0,x\nlate,51.4,0,x\n2024-01-01 05:00,51.4,0,\"x\"y\n2024-01-01 05:00,51.4\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"105 read, 100 kept, 5 dropped", "1 dropped: outside the city (line 102)", "1 dropped: a date or time that does not exist (line 103)", "1 dropped: a time that cannot be read (line 104)",
		"1 dropped: quotes that do not fit (line 105)", "1 dropped: more or fewer fields than the header (line 106)", "1 of the places outside the city would lie in it with the two coordinates swapped",
	} {
		if !strings.Contains(r.String(), want) {
			t.Errorf("%q is not in:\n%s", want, r)
		}
	}
}

func TestTooManyDroppedCanBeTold(t *testing.T) {
	text := file("time,lat,lon", "2024-01-01 05:00,51.4,0", "2024-01-01 05:00,0,0")
	_, r, err := read(t, text, nil)
	if !errors.Is(err, ErrTooManyDropped) || r == nil || r.LostShare() != 0.5 {
		t.Errorf("got %v, %v", r, err)
	}
	if b, _, err := read(t, text, func(s *Settings) { s.MaxDropped = 0.5 }); err != nil || b.Len() != 1 {
		t.Errorf("with half allowed: %v", err)
	}
	if _, _, err := read(t, file("time,lat,lon", "2024-01-01 05:00,0,0"), func(s *Settings) { s.MaxDropped = 1 }); !errors.Is(err, ErrTooManyDropped) {
		t.Errorf("with nothing kept: %v", err)
	}
}

func TestCompressedFiles(t *testing.T) {
	text := file("time,lat,lon", "2024-01-01 05:00,51.4,0")
	var packed, framed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.WriteString(z, text)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := zstd.NewWriter(&framed)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(f, text)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for format, packed := range map[string][]byte{"gzip": packed.Bytes(), "Zstandard": framed.Bytes()} {
		b, r, err := read(t, string(packed), nil)
		if err != nil || b.Len() != 1 || !strings.Contains(r.Format, format) {
			t.Errorf("%s: %v, %v", format, err, r)
		}
		if _, _, err := ReadCSV(context.Background(), bytes.NewReader(packed[:len(packed)-5]), settings(t)); err == nil {
			t.Errorf("%s cut short is read", format)
		}
	}
}

func TestSettingsAreChecked(t *testing.T) {
	_, _, err := ReadCSV(context.Background(), strings.NewReader(""), Settings{MaxDropped: 2, Delimiter: 'x', DateOrder: 7, TimeFormat: 7})
	for _, want := range []string{"no time zone", "no city", "no present time", "0 to 1", "delimiter 'x'", "date order 7", "time format 7"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}
