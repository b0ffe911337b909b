package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/paulmach/orb"
)

// present is the time that tests take for now.
var present = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func london(tb testing.TB) *time.Location {
	tb.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		tb.Fatal(err)
	}
	return zone
}

// town is a city of four cells that meet at 51.5° north, 0.1° west, each with a name and a code.
type town struct{}

func (town) At(p orb.Point) (int32, bool) {
	if !(p[0] > -0.5 && p[0] < 0.3 && p[1] > 51.3 && p[1] < 51.7) {
		return 0, false
	}
	cell := int32(0)
	if p[0] > -0.1 {
		cell = 1
	}
	if p[1] > 51.5 {
		cell += 2
	}
	return cell, true
}

func (town) Named(area string) (int32, bool) {
	i := slices.Index([]string{"South West", "South East", "North West", "North East", "A1", "A2", "A3", "A4"}, area)
	return int32(i % 4), i >= 0
}

func settings(tb testing.TB) Settings {
	return Settings{Zone: london(tb), Where: town{}, Now: present, MaxDropped: DefaultMaxDropped}
}

// read reads a file with the settings of tests, changed by change.
func read(tb testing.TB, text string, change func(*Settings)) (*Batch, *Report, error) {
	tb.Helper()
	s := settings(tb)
	if change != nil {
		change(&s)
	}
	b, r, err := ReadCSV(context.Background(), strings.NewReader(text), s)
	check(tb, b, r, err)
	return b, r, err
}

// check looks for what is true of every reading.
func check(tb testing.TB, b *Batch, r *Report, err error) {
	tb.Helper()
	if (b == nil) != (err != nil) {
		tb.Fatalf("calls %v with error %v", b, err)
	}
	if err != nil {
		return
	}
	dropped := int64(0)
	for _, d := range r.Drops {
		dropped += d.Rows
		if d.Rows < int64(len(d.Lines)) || len(d.Lines) == 0 || len(d.Lines) > firstLines || !slices.IsSorted(d.Lines) {
			tb.Errorf("dropped %+v", d)
		}
	}
	if r.Read != r.Kept+dropped || r.Dropped() != dropped || r.Kept != int64(b.Len()) {
		tb.Errorf("%d read, %d kept, %d dropped, %d calls", r.Read, r.Kept, dropped, b.Len())
	}
	if len(b.Cell) != b.Len() || len(b.Kind) != b.Len() {
		tb.Errorf("%d hours, %d cells, %d kinds", b.Len(), len(b.Cell), len(b.Kind))
	}
	for i, h := range b.Hour {
		if !r.Span.Holds(h) || int(b.Kind[i]) >= len(b.Kinds) || h < calls.HourAt(time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)) {
			tb.Fatalf("call %d is at %v of kind %d", i, h.Time(), b.Kind[i])
		}
	}
}

// hours gives a batch's hours in UTC, with the cell of each.
func hours(b *Batch) string {
	var s []string
	for i, h := range b.Hour {
		s = append(s, fmt.Sprintf("%s@%d", h.Time().Format("01-02 15"), b.Cell[i]))
	}
	return strings.Join(s, ", ")
}

// file joins a header and rows.
func file(lines ...string) string { return strings.Join(lines, "\n") + "\n" }

func TestReadCSV(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"ISO with offsets", file("time,lat,lon", "2024-07-01T00:30:00Z,51.4,-0.2", "2024-07-01T00:30:00+01:00,51.6,0"), "07-01 00@0, 06-30 23@3"},
		{"ISO by the clocks", file("time,lat,lon", "2024-07-01 00:30,51.4,-0.2", "2024-01-01 00:30,51.4,0"), "06-30 23@0, 01-01 00@1"},
		{"date and hour", file("date,hour,lat,lon", "2024-01-01,0,51.4,-0.2", "2024-01-01,23,51.4,-0.2"), "01-01 00@0, 01-01 23@0"},
		{"date at midnight and time", file("Date;Time;Latitude;Longitude", "01/12/2024 00:00;16:40;51,4;-0,2", "31/12/2024 00:00;9:05:00;51,6;-0,2"), "12-01 16@0, 12-31 09@2"},
		{"month first, 12 hours", file("Call Date/Time\tY\tX", "12/31/2024 11:59:00 PM\t51.4\t0.1", "01/02/2024 12:05:00 AM\t51.4\t0.1"), "12-31 23@1, 01-02 00@1"},
		{"easting and northing", file("received|Easting|Northing", "2024-01-01 05:00|530027|180379"), "01-01 05@2"},
		{"x and y in metres", file("received,x,y", "2024-01-01 05:00,530027,170379"), "01-01 05@0"},
		{"grid reference", file("received,Grid Ref", "2024-01-01 05:00,TQ 30027 80380"), "01-01 05@2"},
		{"area by name", file("received,area", "2024-01-01 05:00,North East"), "01-01 05@3"},
		{"area by code, told by its values", file("received,place_code", "2024-01-01 05:00,A2"), "01-01 05@1"},
		{"HHMM", file("date,time_of_call,area", "2024-01-01,0905,A1", "2024-01-01,2359,A1"), "01-01 09@0, 01-01 23@0"},
		{"quotes, commas and line ends in fields", file(`"time","comment","lat","lon"`, "\"2024-01-01 05:00\",\"says \"\"help\"\",\r\nand again\",\"51.4\",\"0\""), "01-01 05@1"},
		{"a byte-order mark, mixed line ends", "\xef\xbb\xbftime,lat,lon\r\n2024-01-01 05:00,51.4,0\r2024-01-01 06:00,51.4,0\n2024-01-01 07:00,51.4,0", "01-01 05@1, 01-01 06@1, 01-01 07@1"},
		{"delimiters at the end", file("time,lat,lon", "2024-01-01 05:00,51.4,0,,"), "01-01 05@1"},
		{"camel case", file("callDateTime,incidentLat,incidentLon,stationLat,stationLon", "2024-01-01 05:00,51.4,0,51.6,0"), "01-01 05@1"},
		{"24:00", file("time,lat,lon", "2024-01-01 24:00,51.4,0"), "01-02 00@1"},
	} {
		b, _, err := read(t, c.text, nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := hours(b); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestNumbersAsTimesHaveToBeNamed(t *testing.T) {
	for _, c := range []struct {
		name, text string
		format     TimeFormat
		want       string
	}{
		{"seconds", file("time,lat,lon", "1719793800,51.4,0"), UnixSecond, "07-01 00@1"},
		{"milliseconds", file("time,lat,lon", "1719793800999,51.4,0"), UnixMilli, "07-01 00@1"},
		{"days", file("time,lat,lon", "45474.0208333,51.4,0"), Excel, "06-30 23@1"},
		{"days and parts of days", file("date,time of day,lat,lon", "45474,0.0208333,51.4,0"), Excel, "06-30 23@1"},
	} {
		given := func(s *Settings) {
			s.TimeFormat = c.format
			if strings.HasPrefix(c.text, "date") {
				s.Columns = Columns{Date: "date", TimeOfDay: "time of day"}
			}
		}
		b, _, err := read(t, c.text, given)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := hours(b); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestClockChanges(t *testing.T) {
	b, r, err := read(t, file("time,lat,lon",
		"2024-03-31 00:59,51.4,0",     // GMT
		"2024-03-31 01:30,51.4,0",     // never shown
		"2024-03-31 02:00,51.4,0",     // BST
		"2024-10-27 00:59,51.4,0",     // BST
		"2024-10-27 01:30 BST,51.4,0", // the first time
		"2024-10-27 01:30 GMT,51.4,0", // the second
		"2024-10-27 02:00,51.4,0"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := hours(b), "03-31 00@1, 03-31 01@1, 03-31 01@1, 10-26 23@1, 10-27 00@1, 10-27 01@1, 10-27 02@1"; got != want || r.Skipped != 1 || r.Repeated != 0 || r.WithOffset != 2 {
		t.Errorf("got %s, want %s\n%s", got, want, r)
	}
}

// TestRepeatedHourIsShared puts half of the calls of the hour that clocks repeat to either.
func TestRepeatedHourIsShared(t *testing.T) {
	for name, header := range map[string]string{"by what the rows say": "id,time,lat,lon", "of rows all the same": "time,lat,lon"} {
		var text strings.Builder
		text.WriteString(header + "\n")
		const rows = 1000
		for i := range rows {
			if strings.HasPrefix(header, "id") {
				fmt.Fprintf(&text, "%d,", i)
			}
			text.WriteString("2024-10-27 01:00,51.4,0\n")
		}
		b, r, err := read(t, text.String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		first, second := 0, 0
		for _, h := range b.Hour {
			switch h.Time().Format("01-02 15") {
			case "10-27 00":
				first++
			case "10-27 01":
				second++
			}
		}
		if first+second != rows || r.Repeated != rows || first < rows/2-80 || second < rows/2-80 { // 5 standard deviations
			t.Errorf("%s: %d calls go to the first hour and %d to the second\n%s", name, first, second, r)
		}
	}
}

func TestDateOrder(t *testing.T) {
	early := []string{"time,lat,lon", "01/02/2024 05:00,51.4,0", "03/04/2024 05:00,51.4,0", "05/05/2024 05:00,51.4,0"}
	dayFirst := append(slices.Clone(early), "13/04/2024 05:00,51.4,0", "02/03/2024 05:00,51.4,0")
	monthFirst := append(slices.Clone(early), "04/13/2024 05:00,51.4,0", "02/03/2024 05:00,51.4,0")
	for _, c := range []struct {
		name  string
		lines []string
		given DateOrder
		want  string
		how   string
	}{
		{"day first", dayFirst, Undecided, "05-05 04@1, 02-01 05@1, 04-03 04@1, 04-13 04@1, 03-02 05@1", "day first (as line 5 shows)"},
		{"month first", monthFirst, Undecided, "05-05 04@1, 01-02 05@1, 03-04 05@1, 04-13 04@1, 02-03 05@1", "month first (as line 5 shows)"},
		{"no month 13 nor 14", append([]string{"time,lat,lon", "14/13/2024 05:00,51.4,0"}, monthFirst[1:]...), Undecided, "05-05 04@1, 01-02 05@1, 03-04 05@1, 04-13 04@1, 02-03 05@1", "month first (as line 6 shows)"},
		{"given", early, MonthFirst, "01-02 05@1, 03-04 05@1, 05-05 04@1", "month first (given)"},
		{"no matter", []string{"time,lat,lon", "05/05/2024 05:00,51.4,0"}, Undecided, "05-05 04@1", ""},
	} {
		b, r, err := read(t, file(c.lines...), func(s *Settings) { s.DateOrder, s.MaxDropped = c.given, 0.2 })
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := hours(b); got != c.want || r.DateOrder != c.how {
			t.Errorf("%s: got %s, %s; want %s, %s", c.name, got, r.DateOrder, c.want, c.how)
		}
	}
}

func TestDuplicates(t *testing.T) {
	minute := file("time,lat,lon,note", "2024-01-01 05:01,51.4,0,a", "2024-01-01 05:01,51.4,0,a", "2024-01-01 05:01,51.4,0,b")
	hour := file("date,hour,lat,lon", "2024-01-01,5,51.4,0", "2024-01-01,5,51.4,0", "2024-01-01,6,51.4,0")
	id := file("id,time,lat,lon", "1,2024-01-01 05:01,51.4,0", "1,2024-01-01 05:01,51.4,-0.3", "1,2024-01-02 05:01,51.4,0", "2,2024-01-01 05:01,51.4,0", ",2024-01-03 05:01,51.4,0", ",2024-01-04 05:01,51.4,0")
	for _, c := range []struct {
		name, text    string
		change        func(*Settings)
		kept          int64
		why           Reason
		identicalKept int64
	}{
		{"identical rows", minute, nil, 2, Identical, 0},
		{"identical rows, kept on request", minute, func(s *Settings) { s.KeepIdentical = true }, 3, kept, 0},
		{"identical rows of times by the hour", hour, nil, 3, kept, 1},
		{"the ID and time of another", id, func(s *Settings) { s.Columns.ID = "id" }, 5, Duplicate, 0},
		{"no ID", id, func(s *Settings) { s.Columns.ID = None }, 6, kept, 0},
	} {
		_, r, err := read(t, c.text, c.change)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if r.Kept != c.kept || r.IdenticalKept != c.identicalKept || (c.why != kept) != (len(r.Drops) == 1 && r.Drops[0].Reason == c.why) {
			t.Errorf("%s:\n%s", c.name, r)
		}
	}
}

func TestLostShareLeavesDuplicatesOut(t *testing.T) {
	r := Report{Read: 10, Kept: 1, Drops: []Drop{{Reason: Duplicate, Rows: 5}, {Reason: Identical, Rows: 1}, {Reason: Outside, Rows: 3}}}
	if got := r.LostShare(); got != 0.75 {
		t.Errorf("got %v: 3 of 4 rows that are no duplicates are lost", got)
	}
	if got := (&Report{Read: 3, Drops: []Drop{{Reason: Duplicate, Rows: 3}}}).LostShare(); got != 0 {
		t.Errorf("got %v of a file of duplicates", got)
	}
}

func TestReportAsJSON(t *testing.T) {
	b, err := json.Marshal(Report{Drops: []Drop{{Reason: ZeroPlace, Rows: 1, Lines: []int64{7}}}})
	if err != nil || !strings.Contains(string(b), `{"Reason":"at 0, 0, which stands for no place","Rows":1,"Lines":[7]}`) {
		t.Errorf("got %s, %v", b, err)
	}
}

func TestKinds(t *testing.T) {
	b, _, err := read(t, file("time,lat,lon,category,channel",
		"2024-01-01 05:01,51.4,0, Mental  Health ,999", "2024-01-01 05:02,51.4,0,MENTAL HEALTH,999", "2024-01-01 05:03,51.4,0,mental health,111", "2024-01-01 05:04,51.4,0,,"), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []calls.Kind{{Category: "mental health", Channel: "999"}, {Category: "mental health", Channel: "111"}, {}}
	if !slices.Equal(b.Kinds, want) || !bytes.Equal(b.Kind, []byte{0, 0, 1, 2}) {
		t.Errorf("got %q, %v", b.Kinds, b.Kind)
	}
}

func TestProgressAndContext(t *testing.T) {
	text := file("time,lat,lon") + strings.Repeat("2024-01-01 05:01,51.4,0\n", 200_000)
	last := int64(0)
	_, _, err := read(t, text, func(s *Settings) {
		s.Progress = func(n int64) {
			if n < last || n > int64(len(text)) {
				t.Errorf("%d bytes of %d after %d", n, len(text), last)
			}
			last = n
		}
	})
	if err != nil || last != int64(len(text)) {
		t.Errorf("the last word was %d of %d bytes, %v", last, len(text), err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := settings(t)
	s.Progress = func(n int64) {
		if n > int64(len(text))/2 {
			cancel()
		}
	}
	if _, _, err := ReadCSV(ctx, strings.NewReader(text), s); err == nil || ctx.Err() == nil {
		t.Errorf("a reading that is broken off returns %v", err)
	}
}

// failing is a file that cannot be read to its end.
type failing struct{ r io.Reader }

func (f failing) Read(b []byte) (int, error) {
	n, err := f.r.Read(b)
	if err == io.EOF { //nolint:errorlint // as strings.Reader gives it
		err = io.ErrClosedPipe
	}
	return n, err
}

func TestReadCSVReportsFailures(t *testing.T) {
	_, _, err := ReadCSV(context.Background(), failing{strings.NewReader(file("time,lat,lon", "2024-01-01 05:01,51.4,0"))}, settings(t))
	if err == nil || !strings.Contains(err.Error(), "closed pipe") {
		t.Errorf("got %v", err)
	}
}
