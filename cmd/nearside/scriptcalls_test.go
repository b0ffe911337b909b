package main

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/parquet-go/parquet-go"
	"github.com/rogpeppe/go-internal/testscript"
)

// withCalls adds the commands of scripts about calls.
func withCalls(cmds map[string]func(*testscript.TestScript, bool, []string)) map[string]func(*testscript.TestScript, bool, []string) {
	cmds["listed"] = func(ts *testscript.TestScript, _ bool, args []string) { list(ts, args[0], args[1], false) }
	cmds["placed"] = func(ts *testscript.TestScript, _ bool, args []string) { list(ts, args[0], args[1], true) }
	cmds["packed"], cmds["odd"], cmds["damage"] = packed, odd, damage
	return cmds
}

// list DIR FILE writes the calls that a data directory keeps to a file: hour, category and channel, and
// the cell where cells is true.
func list(ts *testscript.TestScript, dir, file string, cells bool) {
	store, err := calls.OpenStored(ts.MkAbs(dir), time.Now())
	ts.Check(err)
	h := store.History()
	var b strings.Builder
	for i := range h.Len() {
		k := h.Kinds[h.Kind[i]]
		fmt.Fprintf(&b, "%s %s %s", h.Hour[i].Time().Format("2006-01-02T15:04Z"), orDash(k.Category), orDash(k.Channel))
		if cells {
			fmt.Fprintf(&b, " %d", h.Cell[i])
		}
		b.WriteByte('\n')
	}
	ts.Check(os.WriteFile(ts.MkAbs(file), []byte(b.String()), 0o600))
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// record is a row of a Parquet file of calls.
type record struct {
	Time      time.Time `parquet:"time,timestamp(millisecond)"`
	Latitude  float64   `parquet:"latitude"`
	Longitude float64   `parquet:"longitude"`
	Category  string    `parquet:"category"`
	Channel   string    `parquet:"channel"`
	Caller    string    `parquet:"caller"`
}

// packed HOW FROM TO writes a CSV file with gzip, with zstd, or as parquet.
func packed(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[1])
	f, err := os.Create(ts.MkAbs(args[2]))
	ts.Check(err)
	defer func() { ts.Check(f.Close()) }()
	switch args[0] {
	case "gzip":
		z := gzip.NewWriter(f)
		_, err = z.Write([]byte(text))
		ts.Check(err)
		ts.Check(z.Close())
	case "zstd":
		z, err := zstd.NewWriter(f)
		ts.Check(err)
		_, err = z.Write([]byte(text))
		ts.Check(err)
		ts.Check(z.Close())
	case "parquet":
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		ts.Check(err)
		w := parquet.NewGenericWriter[record](f)
		for _, row := range rows[1:] {
			r := record{Category: row[3], Channel: row[4], Caller: row[5]}
			r.Time, err = time.Parse(time.DateTime, row[0]) // winter: UTC is London's time
			ts.Check(err)
			r.Latitude, err = strconv.ParseFloat(row[1], 64)
			ts.Check(err)
			r.Longitude, err = strconv.ParseFloat(row[2], 64)
			ts.Check(err)
			_, err = w.Write([]record{r})
			ts.Check(err)
		}
		ts.Check(w.Close())
	}
}

// odd FILE writes calls with a byte-order mark, all three ends of lines, and times of 12 hours.
func odd(ts *testscript.TestScript, _ bool, args []string) {
	const text = "\ufefftime,latitude,longitude,category\r\n" +
		"08/01/2024 12:05 AM,51.5074,-0.1278,crisis\n" +
		"08/01/2024 12:05 pm,51.5074,-0.1278,crisis\r\n" +
		"13/01/2024 11:59:59 PM,51.5074,-0.1278,crisis\n"
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// damage FILE changes a byte in the middle of a file.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	b, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	b[len(b)/2] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}
