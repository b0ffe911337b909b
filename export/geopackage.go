package export

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/paulmach/orb"
	_ "modernc.org/sqlite" // database driver "sqlite"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/planning"
)

// GeoPackage returns a plan as an OGC GeoPackage 1.3 (OGC 12-128r17): the layers "sites" (a point for
// each car and centre) and "boroughs" (their land with how the plan serves them), both in WGS 84, and
// the table "plan" with its key figures and limits. at is the time that the file says it was last
// changed. docs/format/plan.md lists the columns.
func GeoPackage(ctx context.Context, d *planning.Document, boroughs []geo.Borough, at time.Time) ([]byte, error) {
	dir, err := os.MkdirTemp("", "nearside-geopackage-*")
	if err != nil {
		return nil, fmt.Errorf("plan as GeoPackage: %w", err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "plan.gpkg")
	if err := writeGeoPackage(ctx, path, d, boroughs, at); err != nil {
		return nil, fmt.Errorf("plan as GeoPackage: %w", err)
	}
	return os.ReadFile(path)
}

func writeGeoPackage(ctx context.Context, path string, d *planning.Document, boroughs []geo.Borough, at time.Time) (err error) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1) // pragmas belong to a connection
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	p := &geopackage{ctx: ctx, tx: tx, at: at.UTC().Format("2006-01-02T15:04:05.000Z")}
	p.frame()
	p.sites(d)
	p.boroughs(d, boroughs)
	p.plan(d)
	if p.err != nil {
		return errors.Join(p.err, tx.Rollback())
	}
	return tx.Commit()
}

// geopackage writes tables; after the first error it does nothing more.
type geopackage struct {
	ctx context.Context
	tx  *sql.Tx
	at  string
	err error
}

func (p *geopackage) exec(statement string, values ...any) {
	if p.err == nil {
		_, p.err = p.tx.ExecContext(p.ctx, statement, values...)
	}
}

// frame writes what every GeoPackage has: who it is (clause 1.1.1.1.1) and its reference systems, of
// which the standard requires three (clause 1.1.2).
func (p *geopackage) frame() {
	p.exec(`PRAGMA application_id = 0x47504B47`)
	p.exec(`PRAGMA user_version = 10300`)
	p.exec(`CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
		organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)`)
	p.exec(`CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
		description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
		srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id))`)
	p.exec(`CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL UNIQUE REFERENCES gpkg_contents(table_name),
		column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys(srs_id),
		z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name))`)
	const system = `INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)`
	p.exec(system, "Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian coordinates")
	p.exec(system, "Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic coordinates")
	p.exec(system, "WGS 84", wgs84, "EPSG", wgs84, `GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,`+
		`AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],`+
		`UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]`, "longitude and latitude in degrees")
}

// features registers a layer of the given geometries.
func (p *geopackage) features(name, description, kind string, extent orb.Bound) {
	p.exec(`INSERT INTO gpkg_contents VALUES (?, 'features', ?, ?, ?, ?, ?, ?, ?, ?)`,
		name, name, description, p.at, extent.Min[0], extent.Min[1], extent.Max[0], extent.Max[1], wgs84)
	p.exec(`INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)`, name, kind, wgs84)
}

func (p *geopackage) sites(d *planning.Document) {
	p.exec(`CREATE TABLE sites (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom POINT, role TEXT NOT NULL, number INTEGER NOT NULL,
		cell TEXT NOT NULL, grid_ref TEXT NOT NULL, borough TEXT NOT NULL, sector TEXT NOT NULL, place TEXT NOT NULL, fixed BOOLEAN NOT NULL, modelled BOOLEAN NOT NULL)`)
	var points orb.MultiPoint
	for _, list := range placements(d) {
		for i, s := range list.sites {
			at := orb.Point{s.Lon, s.Lat}
			points = append(points, at)
			p.exec(`INSERT INTO sites (geom, role, number, cell, grid_ref, borough, sector, place, fixed, modelled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				p.blob(at), list.role, i+1, s.Cell, s.GridRef, s.Borough, s.Sector, s.Place, s.Fixed, s.Modelled)
		}
	}
	p.features("sites", "cars and centres of a plan: "+d.GapInWords, "POINT", points.Bound())
}

func (p *geopackage) boroughs(d *planning.Document, boroughs []geo.Borough) {
	p.exec(`CREATE TABLE boroughs (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom MULTIPOLYGON, code TEXT NOT NULL, name TEXT NOT NULL, sector TEXT NOT NULL,
		calls_per_hour DOUBLE NOT NULL, mean_s DOUBLE NOT NULL, p90_s DOUBLE NOT NULL, within_15 DOUBLE NOT NULL,
		nearest_mean_s DOUBLE NOT NULL, nearest_p90_s DOUBLE NOT NULL, nearest_within_15 DOUBLE NOT NULL)`)
	land := map[string]orb.MultiPolygon{}
	for _, b := range boroughs {
		land[b.Code] = b.Land
	}
	extent := orb.MultiPoint{}.Bound()
	for i, a := range d.ByBorough {
		shape, ok := land[a.Code]
		if !ok {
			p.err = errors.Join(p.err, fmt.Errorf("by_borough[%d]: code %q is no borough of London", i, a.Code))
			return
		}
		if extent = extent.Union(shape.Bound()); i == 0 {
			extent = shape.Bound()
		}
		p.exec(`INSERT INTO boroughs (geom, code, name, sector, calls_per_hour, mean_s, p90_s, within_15, nearest_mean_s, nearest_p90_s, nearest_within_15)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, p.blob(shape), a.Code, a.Name, a.Sector, a.CallsPerHour,
			a.MeanSeconds, a.P90Seconds, a.Within15, a.Nearest.MeanSeconds, a.Nearest.P90Seconds, a.Nearest.Within15)
	}
	p.features("boroughs", "how the plan serves each borough; modelled, not observed", "MULTIPOLYGON", extent)
}

// plan writes the figures of the plan as names and values.
func (p *geopackage) plan(d *planning.Document) {
	p.exec(`CREATE TABLE plan (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL)`)
	p.exec(`INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) VALUES ('plan', 'attributes', 'plan', 'key figures and limits', ?)`, p.at)
	rows := [][2]string{
		{"objective", string(d.Objective)}, {"hours", d.HoursInWords}, {"value", number(d.Value)}, {"bound", number(d.Bound)}, {"unit", string(d.Unit)},
		{"gap", number(d.Gap)}, {"gap_in_words", d.GapInWords}, {"network", d.Network.Name}, {"demand", d.Demand.Source}, {"inputs_sha256", d.InputsSHA256},
	}
	for _, l := range d.Limits {
		rows = append(rows, [2]string{"limit", l})
	}
	for _, r := range rows {
		p.exec(`INSERT INTO plan (name, value) VALUES (?, ?)`, r[0], r[1])
	}
}

// blob returns a geometry as the standard writes it, or nil after an error.
func (p *geopackage) blob(g orb.Geometry) []byte {
	blob, err := geometryBlob(g)
	p.err = errors.Join(p.err, err)
	return blob
}
