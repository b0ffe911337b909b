package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/intake"
	"github.com/nearside-ems/nearside/demand/outline"
)

// importCallsCommand keeps of a service's records of calls their hour, cell and kind.
type importCallsCommand struct {
	File string `arg:"" help:"CSV (also compressed with gzip or Zstandard) or Parquet; - is standard input." placeholder:"FILE"`

	callColumns `embed:"" group:"Columns, by name; guessed where not given, - for none"`
	callReading `embed:"" group:"How to read them"`
	otherCity   `embed:"" group:"Another city than London, with the first import into a data directory"`

	Add     bool   `help:"Keep these calls besides those of the same hours that are kept already." xor:"overlap"`
	Replace bool   `help:"Put these calls in the place of those of the same hours that are kept already." xor:"overlap"`
	DataDir string `default:"${data_dir}" help:"Where calls are kept (${default})." placeholder:"DIR"`
}

var errInterrupted = errors.New("interrupted")

// callColumns say which column holds what.
type callColumns struct {
	Time      string `help:"Date and time of day." placeholder:"COLUMN"`
	Date      string `help:"Date." placeholder:"COLUMN"`
	TimeOfDay string `help:"Time of day, with a date." placeholder:"COLUMN"`
	Hour      string `help:"Hour, 0 to 23, with a date." placeholder:"COLUMN"`
	Lat       string `help:"Latitude, WGS 84." placeholder:"COLUMN"`
	Lon       string `help:"Longitude, WGS 84." placeholder:"COLUMN"`
	Easting   string `help:"Easting, British National Grid, Greater London." placeholder:"COLUMN"`
	Northing  string `help:"Northing, likewise." placeholder:"COLUMN"`
	GridRef   string `help:"Grid reference, such as TQ 300 803, likewise." placeholder:"COLUMN"`
	Area      string `help:"Name or code of an area of the city, or an H3 cell." placeholder:"COLUMN"`
	Category  string `help:"What sort of call." placeholder:"COLUMN"`
	Channel   string `help:"By which way it came, such as 999, 111 or police." placeholder:"COLUMN"`
	ID        string `name:"id" help:"What tells calls apart that came at the same time; not kept." placeholder:"COLUMN"`
	District  string `help:"District of a city other than London, such as a police division: each cell is in the one that most of its calls name. Never guessed." placeholder:"COLUMN"`
}

// callReading says how the columns are to be understood.
type callReading struct {
	Zone          string  `help:"Time zone of times without an offset; with --city, the city's. Default: the city's." placeholder:"ZONE"`
	DateOrder     string  `default:"auto" enum:"auto,dmy,mdy" help:"Whether dates such as 03/04/2024 have the day first (dmy) or the month (mdy); auto: as the file shows."`
	TimeFormat    string  `default:"text" enum:"text,unix,unix-ms,excel" help:"What times that are numbers are: unix (seconds since 1970), unix-ms or excel (days since 1900)."`
	Delimiter     string  `help:"What parts columns of CSV: comma, semicolon, tab or bar; guessed where not given." placeholder:"NAME"`
	MaxDropped    float64 `default:"5" help:"Largest share of rows that may be dropped, in percent (${default})." placeholder:"PERCENT"`
	KeepIdentical bool    `help:"Keep rows that are the same to the byte as an earlier one."`
}

// otherCity says what the cells are of a city other than London.
type otherCity struct {
	City         string `help:"GeoJSON outline of the city." placeholder:"FILE"`
	Name         string `help:"The city's name. Default: the outline's file name." placeholder:"NAME"`
	Cells        string `default:"h3" enum:"h3,areas" help:"What the cells are: h3 (hexagons) or areas (each feature of the outline)."`
	Resolution   *int   `help:"H3 resolution of the cells, 5 to 10 (8). London's is 9." placeholder:"N"`
	Holidays     string `default:"none" enum:"none,england-and-wales" help:"Public holidays that the calendar knows: none (only those of fixed date) or england-and-wales."`
	AreaProperty string `help:"Property of the outline's features that areas or districts are known by. Default: those that look like names or codes." placeholder:"NAME"`
}

// Validate is called by kong after parsing.
func (c *importCallsCommand) Validate() error {
	var errs []error
	if !(c.MaxDropped >= 0 && c.MaxDropped <= 100) {
		errs = append(errs, fmt.Errorf("--max-dropped %v: want 0 to 100 percent", c.MaxDropped))
	}
	if _, err := delimiterOf(c.Delimiter); err != nil {
		errs = append(errs, err)
	}
	if c.City != "" && c.Zone == "" {
		errs = append(errs, errors.New("--city: give the city's time zone too, such as --zone America/Toronto"))
	}
	if c.Cells == "areas" && c.Resolution != nil {
		errs = append(errs, errors.New("--resolution: of H3 cells, and with --cells areas the cells are the outline's areas"))
	}
	if c.City == "" && (c.Name != "" || c.Cells != "h3" || c.Resolution != nil || c.Holidays != "none" || c.AreaProperty != "") {
		errs = append(errs, errors.New("--name, --cells, --resolution, --holidays and --area-property: only with --city"))
	}
	return errors.Join(errs...)
}

func delimiterOf(name string) (byte, error) {
	switch name {
	case "":
		return 0, nil
	case "comma", ",":
		return ',', nil
	case "semicolon", ";":
		return ';', nil
	case "tab":
		return '\t', nil
	case "bar", "|":
		return '|', nil
	}
	return 0, fmt.Errorf("--delimiter %s: want comma, semicolon, tab or bar", name)
}

func (c *importCallsCommand) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b := newBars(os.Stderr)
	defer b.close()
	return c.run(ctx, os.Stdin, os.Stdout, b, time.Now())
}

// run imports the calls, or changes nothing.
func (c *importCallsCommand) run(ctx context.Context, stdin io.Reader, out io.Writer, b *bars, now time.Time) error {
	if err := writable(c.DataDir); err != nil {
		return err
	}
	city, err := c.city()
	if err != nil {
		return err
	}
	if c.District != "" && city.outline == nil {
		return fmt.Errorf("--district %s: London's districts are its boroughs; want it for another city only", c.District)
	}
	// What cannot be kept is told before a long file is read.
	if _, err := calls.Open(c.DataDir, city.City, now); err != nil {
		return err
	}
	s, err := c.settings(city, now)
	if err != nil {
		return err
	}
	batch, report, sum, err := readCalls(ctx, c.File, stdin, s, b.stage("read"))
	b.end()
	if report != nil {
		_, _ = fmt.Fprintf(out, "City: %s\n%s", city, report)
	}
	if errors.Is(err, context.Canceled) {
		err = errInterrupted
	}
	if err != nil {
		return fmt.Errorf("%s: nothing was imported: %w", c.File, err)
	}
	k := keeping{command: c, city: city, batch: batch, report: report, sum: sum, now: now}
	return k.run(out)
}

// city returns the city of the data directory, or that of the outline given where there is none yet.
func (c *importCallsCommand) city() (*cityOfDir, error) {
	if c.City == "" {
		return openCity(c.DataDir)
	}
	o, err := c.readOutline()
	if err != nil {
		return nil, err
	}
	kept, err := outline.Open(c.DataDir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return outlineCity(o)
	case err != nil:
		return nil, err
	case kept.Hash() != o.Hash():
		return nil, fmt.Errorf("--city %s makes %s, and --data-dir %s is for %s: leave out --city, or name another --data-dir", c.City, o, c.DataDir, kept)
	}
	return outlineCity(kept)
}

func (c *importCallsCommand) readOutline() (*outline.Outline, error) {
	f, err := os.Open(c.City)
	if err != nil {
		return nil, fmt.Errorf("--city: %w", err)
	}
	defer func() { _ = f.Close() }()
	s := outline.Settings{Name: c.Name, Zone: c.Zone, Resolution: outline.DefaultResolution, Property: c.AreaProperty}
	if s.Name == "" {
		s.Name = strings.TrimSuffix(filepath.Base(c.City), filepath.Ext(c.City))
	}
	switch {
	case c.Cells == "areas":
		s.Resolution = outline.Areas
	case c.Resolution != nil:
		s.Resolution = *c.Resolution
	}
	if c.Holidays != "none" {
		s.Holidays = c.Holidays
	}
	o, err := outline.Read(f, s)
	if err != nil {
		return nil, fmt.Errorf("--city %s: %w", c.City, err)
	}
	return o, nil
}

func (c *importCallsCommand) settings(city *cityOfDir, now time.Time) (intake.Settings, error) {
	s := intake.Settings{
		Columns: intake.Columns(c.callColumns),
		Zone:    city.Zone, Where: city.where, Now: now,
		DateOrder:     map[string]intake.DateOrder{"dmy": intake.DayFirst, "mdy": intake.MonthFirst}[c.DateOrder],
		TimeFormat:    map[string]intake.TimeFormat{"unix": intake.UnixSecond, "unix-ms": intake.UnixMilli, "excel": intake.Excel}[c.TimeFormat],
		MaxDropped:    c.MaxDropped / 100,
		KeepIdentical: c.KeepIdentical,
	}
	var err error
	if s.Delimiter, err = delimiterOf(c.Delimiter); err != nil || c.Zone == "" {
		return s, err
	}
	if s.Zone, err = time.LoadLocation(c.Zone); err != nil || c.Zone == "Local" {
		return s, fmt.Errorf("--zone %s: want one of the time zone database, such as Europe/London", c.Zone)
	}
	return s, nil
}
