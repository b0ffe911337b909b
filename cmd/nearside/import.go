package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/osm"
	"github.com/nearside-ems/nearside/geo/route"
)

// importCommand brings in what a user has and the shipped data lacks.
type importCommand struct {
	Calls importCallsCommand `cmd:"" help:"Import a service's own calls: hour, cell and kind are kept of each, and nothing else."`
	Roads importRoadsCommand `cmd:"" help:"Import every road of London from an OpenStreetMap extract (.osm.pbf)."`
}

// importRoadsCommand makes the road network of an extract; serve, plan and nearest use it from then on.
type importRoadsCommand struct {
	File    string `arg:"" optional:"" help:"Extract that covers London, such as greater-london-latest.osm.pbf." placeholder:"FILE"`
	From    string `help:"Download the extract from this URL first, such as https://download.geofabrik.de/europe/united-kingdom/england/greater-london-latest.osm.pbf; a broken download goes on where it stopped." placeholder:"URL"`
	SHA256  string `name:"sha256" help:"Expected SHA-256 of the download; without it the .md5 file beside the URL is used where there is one." placeholder:"HEX"`
	DataDir string `default:"${data_dir}" help:"Where the network is kept (${default})." placeholder:"DIR"`
}

const osmLicence = "Road data © OpenStreetMap contributors, Open Database Licence (ODbL) 1.0: https://www.openstreetmap.org/copyright"

// Shares of London's cells whose middle has a road within roadMetres. Below refused the file is not
// London; below whole the user is told that a part is missing. An extract of all of London reaches 99 %:
// the rest are large parks and reservoirs.
const (
	refusedShare = 0.5
	wholeShare   = 0.97
	roadMetres   = 500
)

var errPartOfLondon = errors.New("the file covers too little of London")

func (c *importRoadsCommand) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b := newBars(os.Stderr)
	defer b.close()
	return c.run(ctx, os.Stdout, b)
}

// Validate is called by kong after parsing.
func (c *importRoadsCommand) Validate() error {
	if (c.File == "") == (c.From == "") {
		return errors.New("want either a file or --from URL")
	}
	if c.SHA256 == "" {
		return nil
	}
	if raw, err := hex.DecodeString(c.SHA256); err != nil || len(raw) != sha256.Size {
		return fmt.Errorf("--sha256 %s: want 64 hexadecimal digits", c.SHA256)
	}
	if c.From == "" {
		return errors.New("--sha256: only for a download with --from")
	}
	return nil
}

func (c *importRoadsCommand) run(ctx context.Context, out io.Writer, b *bars) error {
	if err := writable(c.DataDir); err != nil {
		return err
	}
	file := c.File
	if c.From != "" {
		var err error
		if file, err = c.download(ctx, out, b); err != nil {
			return err
		}
	}
	err := c.roads(ctx, file, out, b)
	if c.From != "" && (err == nil || unfit(err)) {
		err = errors.Join(err, os.Remove(file)) // otherwise kept: the next run need not fetch it again
	}
	return err
}

// unfit tells whether an error is the file's fault.
func unfit(err error) bool {
	for _, e := range []error{osm.ErrNotPBF, osm.ErrTruncated, osm.ErrCorrupt, osm.ErrNoRoads, osm.ErrElsewhere, errPartOfLondon} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// writable makes a directory and finds out whether files can be written there.
func writable(dir string) error {
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		var f *os.File
		if f, err = os.CreateTemp(dir, ".nearside-*"); err == nil {
			err = errors.Join(f.Close(), os.Remove(f.Name()))
		}
	}
	if err != nil {
		return fmt.Errorf("--data-dir %s: want a directory that can be written: %w", dir, err)
	}
	return nil
}

func (c *importRoadsCommand) download(ctx context.Context, out io.Writer, b *bars) (string, error) {
	u, err := parseSource(c.From)
	if err != nil {
		return "", err
	}
	_, _ = fmt.Fprintln(out, osmLicence)
	d := download{client: http.DefaultClient, url: u, dir: c.DataDir, sha256: c.SHA256, tries: 5, pause: 2 * time.Second, progress: b.stage("download")}
	file, checked, err := d.fetch(ctx)
	if err != nil {
		return "", err
	}
	_, _ = fmt.Fprintf(out, "Downloaded %s (%s).\n", filepath.Base(file), checked)
	return file, nil
}

// roads imports a file and, where it is London, puts it in the place of the network before.
func (c *importRoadsCommand) roads(ctx context.Context, file string, out io.Writer, b *bars) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	london, err := data.Load()
	if err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	result, err := osm.Import(ctx, f, osm.Settings{Zone: road.ZoneOf(london.Boroughs), Speeds: london.Speeds, Progress: b.stage("import")})
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	covered, err := coverage(&result.Roads, london.Grid)
	if err != nil {
		return err
	}
	if covered < refusedShare {
		return fmt.Errorf("%s: %w: %.0f %% of its cells have a road, want %.0f %% at least", file, errPartOfLondon, 100*covered, 100*refusedShare)
	}
	if err := route.SaveNetwork(c.DataDir, filepath.Base(file), &result.Roads, [32]byte(sum.Sum(nil))); err != nil {
		return err
	}
	if err := c.prepare(ctx, b); err != nil {
		return err
	}
	b.end()
	return printReport(out, &result.Report, covered, filepath.Join(c.DataDir, route.NetworkFile))
}

// prepare makes and keeps what answers on the network need, so that no start has to.
func (c *importRoadsCommand) prepare(ctx context.Context, b *bars) error {
	n, err := route.OpenNetwork(c.DataDir)
	if err != nil {
		return err
	}
	placed := b.stage("order")
	return n.Prepare(ctx, route.Preparation{DataDir: c.DataDir, Progress: func(done, total int) { placed(int64(done), int64(total)) }})
}

// coverage returns the share of cells whose middle is near a road.
func coverage(roads *road.Roads, cells *grid.Grid) (float64, error) {
	s, err := road.NewEdgeSnapper(roads.Graph, roads.Edges, roadMetres)
	if err != nil {
		return 0, err
	}
	covered := 0
	for i := range grid.Index(cells.Len()) {
		if _, ok := s.Snap(cells.Centre(i)); ok {
			covered++
		}
	}
	return float64(covered) / float64(cells.Len()), nil
}
