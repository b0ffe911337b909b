package intake

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

// permissive settings get as far as they can in a file.
func permissive(tb testing.TB, order uint8) Settings {
	s := settings(tb)
	s.MaxDropped = 1
	s.DateOrder = DateOrder(order % 3)
	s.TimeFormat = TimeFormat(order / 3 % 4)
	s.KeepIdentical = order&32 != 0
	return s
}

func FuzzReadCSV(f *testing.F) {
	for _, text := range []string{
		file("time,lat,lon", "2024-01-01 05:00,51.4,0", "2024-10-27 01:00,51.4,0"),
		file("id;date;hour;area;category;channel", "1;31/12/2024;23;A1;x;999", "1;31/12/2024;23;A1;x;999", "2;01/02/2024;4;A2;;"),
		file("date\ttime\teasting\tnorthing", "1/2/2024\t11:59 PM\t530000\t180000"),
		file("received|grid ref", "\"2024-01-01 05:00\"|TQ 300 803"),
		file("time,lat,lon", "1719793800,0,0"),
	} {
		for order := range uint8(3) {
			f.Add([]byte(text), order)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, order uint8) {
		b, r, err := ReadCSV(context.Background(), bytes.NewReader(text), permissive(t, order))
		check(t, b, r, err)
		again, _, err2 := ReadCSV(context.Background(), bytes.NewReader(text), permissive(t, order))
		if (err == nil) != (err2 == nil) || err == nil && hours(again) != hours(b) {
			t.Error("a second reading differs")
		}
	})
}

// fuzzCall has a column of each sort.
type fuzzCall struct {
	ID       string    `parquet:"id"`
	Time     time.Time `parquet:"time,timestamp(millisecond)"`
	Date     int32     `parquet:"date,date"`
	Hour     *int32    `parquet:"hour,optional"`
	Lat      float64   `parquet:"lat"`
	Lon      float32   `parquet:"lon"`
	Cost     int64     `parquet:"cost,decimal(2:18)"`
	Category string    `parquet:"category,dict,snappy"`
	Channel  string    `parquet:"channel,enum,zstd"`
	Tags     []string  `parquet:"tags"`
}

func FuzzReadParquet(f *testing.F) {
	hour := int32(5)
	rows := make([]fuzzCall, 20)
	for i := range rows {
		rows[i] = fuzzCall{ID: string(rune('a' + i)), Time: present.Add(-time.Duration(i) * time.Hour), Date: 19000, Lat: 51.4, Lon: 0.1, Category: "mental health", Channel: "999"}
		if i%3 > 0 {
			rows[i].Hour = &hour
		}
	}
	for _, options := range [][]parquet.WriterOption{{}, {parquet.DataPageVersion(1)}, {parquet.MaxRowsPerRowGroup(7)}} {
		packed := pack(f, rows, options...)
		b := make([]byte, packed.Size())
		if _, err := packed.ReadAt(b, 0); err != nil {
			f.Fatal(err)
		}
		f.Add(b, uint8(0))
	}
	f.Add([]byte("PAR1\x00\x00\x00\x00PAR1"), uint8(1))
	f.Fuzz(func(t *testing.T, file []byte, order uint8) {
		b, r, err := ReadParquet(context.Background(), bytes.NewReader(file), int64(len(file)), permissive(t, order))
		check(t, b, r, err)
	})
}
