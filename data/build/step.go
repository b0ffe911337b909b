package build

// Step makes one or a few files of the shipped data.
type Step struct {
	Name    string   // as given to Options.Only
	Inputs  []string // source files, relative to the source folder; each is described in sources
	Needs   []string // outputs of earlier steps that it reads, relative to the output folder
	Outputs []string // files it makes, relative to the output folder, with slashes
	What    string   // one sentence: what the outputs hold
	Licence string   // under which the outputs are passed on
	// Run reads the source folder src and writes Outputs below out. It must not depend on the
	// clock, the environment or map order.
	Run func(src, out string) (Record, error)
}

// Record is what a step found out about its own outputs; it goes into SOURCES.md word for word, so
// its figures must be the same on every run.
type Record struct {
	Checks  []string // what was checked, with the measured figure
	Caveats []string // what a user of the figures must know
}

// Steps lists all steps in the order in which they run: later ones read what earlier ones made.
func Steps() []Step {
	return []Step{
		boroughsStep,
		thamesStep,
		populationStep,
		placesStep,
		demandStep,
		speedsStep,
		latticeStep,
		orderStep,
	}
}

// Source describes one file of the source folder.
type Source struct {
	Path      string // relative to the source folder
	What      string
	Publisher string
	Licence   string
	Date      string // of the data, not of its download
}

// Licences of the sources.
const (
	ogl     = "Open Government Licence v3.0"
	odbl    = "Open Database Licence 1.0"
	toronto = "Open Government Licence – Toronto"
)

// sources describes every file that a step reads.
var sources = []Source{
	{"boundaries/boroughs_mhw.geojson", "London borough boundaries at mean high water", "Greater London Authority, through Debian r-cran-spdata 2.2.1 (object lnd); Crown copyright and database right", ogl, "not stated in the package"},
	{"lookups/borough_lookup.csv", "borough to integrated care board, inner or outer London", "Office for National Statistics, NHS", ogl, "2024"},
	{"boundaries/lsoa21.geojson.gz", "LSOA 2021 boundaries, generalised to 20 m", "Office for National Statistics; Crown copyright and database right", ogl, "2021"},
	{"population/lsoa21_london.csv", "Census population and the mental-health indicator of the Indices of Deprivation, by LSOA", "Office for National Statistics; Ministry of Housing, Communities and Local Government", ogl, "Census day, 21 March 2021; Indices of Deprivation 2025"},
	{"places/ae_departments.csv", "27 emergency departments with coordinates", "NHS data", ogl, "2022"},
	{"places/mental_health_sites.csv", "27 mental-health sites with the evidence for each", "NHS data, trusts' own pages; some coordinates © OpenStreetMap contributors", ogl + "; " + odbl, "2018 to 2022"},
	{"places/hospitals_geographr2022.csv", "126 hospitals with coordinates", "NHS data", ogl, "2022"},
	{"places/fire_stations_west_osm2018.csv", "87 fire stations west of the Greenwich meridian", "© OpenMapTiles © OpenStreetMap contributors", odbl, "2018"},
	{"places/police_stations_west_osm2018.csv", "81 police stations west of the Greenwich meridian", "© OpenMapTiles © OpenStreetMap contributors", odbl, "2018"},
	{"demand/CALIBRATION.md", "published figures on mental-health calls: volume, hour of day, day of week, holidays", "London Ambulance Service; Toronto Police Service; UK ambulance services; each figure with its source", "figures, quoted; hour of day: " + toronto, "2015 to 2026"},
	{"demand/london_las_all_incidents_borough_monthly_2009_2016.csv", "ambulance incidents attended by borough and month, all causes", "London Ambulance Service, through the London Datastore", "not stated in the copy at hand", "July 2009 to July 2016"},
	{"roads/west_london_omt2018.osm.pbf", "drivable roads of London west of the Greenwich meridian", "© OpenMapTiles © OpenStreetMap contributors", odbl, "2018"},
	{"roads/tfl_bus_sequences_2018.tsv.gz", "stops of every London bus route in order", "Transport for London (Powered by TfL Open Data; contains OS data © Crown copyright and database rights)", "TfL transport data terms", "about July 2018"},
	{"roads/london_2018_MRN.geojson", "Major Road Network in London", "Department for Transport", ogl, "2018"},
	{"traffic/published_speeds.csv", "published average traffic speeds and blue-light savings, each with its source", "Transport for London and others, named in each row", "figures, quoted", "named in each row"},
}

// sourceOf returns the description of a source file.
func sourceOf(path string) (Source, bool) {
	for _, s := range sources {
		if s.Path == path {
			return s, true
		}
	}
	return Source{}, false
}
