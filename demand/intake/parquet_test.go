package intake

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/paulmach/orb"
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

func TestParquet(t *testing.T) {
	type call struct {
		ID       string    `parquet:"call_id"`
		At       time.Time `parquet:"call_time,timestamp(microsecond)"`
		Lat      float64   `parquet:"lat"`
		Lon      float64   `parquet:"lon"`
		Category string    `parquet:"category,dict"`
		Where    struct{ A, B int }
		Tags     []string
	}
	start := time.Date(2024, 1, 1, 0, 30, 0, 0, time.UTC)
	rows := make([]call, 5000)
	for i := range rows {
		rows[i] = call{ID: time.Duration(i).String(), At: start.Add(time.Duration(i) * time.Hour), Lat: 51.5, Lon: -0.1, Category: " Person in Crisis"}
	}
	f := pack(t, rows, parquet.MaxRowsPerRowGroup(700))
	s := Settings{Zone: time.UTC, Where: box(orb.Point{0, 51.5}), Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	b, r, err := ReadParquet(context.Background(), f, f.Size(), s)
	if err != nil {
		t.Fatal(err)
	}
	if r.Read != 5000 || r.Kept != 5000 || r.WithOffset != 5000 || len(r.Notes) != 1 || len(b.Kinds) != 1 || b.Kinds[0].Category != "person in crisis" {
		t.Errorf("%v\n%s", b.Kinds, r)
	}
	for i, h := range b.Hour {
		if want := start.Add(time.Duration(i) * time.Hour).Truncate(time.Hour); !h.Time().Equal(want) {
			t.Fatalf("row %d is put to %v, want %v", i+1, h.Time(), want)
		}
	}
}
