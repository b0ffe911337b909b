package build

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
	"github.com/paulmach/orb/planar"
)

// PlacesFile is the list of places, relative to the data folder.
const PlacesFile = "places.csv"

const (
	emergencyFile    = "places/ae_departments.csv"
	mentalHealthFile = "places/mental_health_sites.csv"
	hospitalFile     = "places/hospitals_geographr2022.csv"
	fireFile         = "places/fire_stations_west_osm2018.csv"
	policeFile       = "places/police_stations_west_osm2018.csv"
)

// sameSite is the distance in metres within which two places are one site.
const sameSite = 150

var placesStep = Step{
	Name:    "places",
	Inputs:  []string{emergencyFile, mentalHealthFile, hospitalFile, fireFile, policeFile},
	Needs:   []string{BoroughsFile},
	Outputs: []string{PlacesFile},
	What:    "Places where a car or a centre may stand: emergency departments, mental-health sites with their evidence, hospitals, fire and police stations.",
	Licence: "fire and police stations, and coordinates that name OSM: " + odbl + "; the rest: " + ogl,
	Run:     places,
}

// placeTable says how one source file becomes places.
type placeTable struct {
	path  string
	place func(row map[string]string) (data.Place, error)
}

var placeTables = []placeTable{
	{emergencyFile, func(r map[string]string) (data.Place, error) {
		return data.Place{Name: r["name"], Kind: data.EmergencyDepartment, Operator: r["operator"], Borough: r["borough_by_point"],
			Evidence: r["list_source"] + "; point: " + r["coord_source"]}, nil
	}},
	{mentalHealthFile, mentalHealthSite},
	{hospitalFile, func(r map[string]string) (data.Place, error) {
		return data.Place{Name: r["name"], Kind: data.Hospital, Borough: r["borough"], Evidence: "NHS list of hospitals, 2022; may have closed or treat no emergencies"}, nil
	}},
	{fireFile, osmPlace(data.FireStation, "Fire station, ")},
	{policeFile, osmPlace(data.PoliceStation, "Police station, ")},
}

// osmPlace makes places of one kind; those without a name are called after their borough.
func osmPlace(kind data.Kind, unnamed string) func(map[string]string) (data.Place, error) {
	return func(r map[string]string) (data.Place, error) {
		name := cmp.Or(r["name"], unnamed+r["borough"])
		return data.Place{Name: name, Kind: kind, Borough: r["borough"], Evidence: r["source"] + "; may have closed since"}, nil
	}
}

var mentalHealthKinds = map[string]data.Kind{
	"HBPoS":                   data.PlaceOfSafety,
	"crisis assessment":       data.CrisisAssessment,
	"mental health inpatient": data.MentalHealthWard,
	"secure mental health":    data.SecureUnit,
}

// mentalHealthSite takes a site as verified only when its evidence is a published page about it at
// this very place.
func mentalHealthSite(r map[string]string) (data.Place, error) {
	kind, ok := mentalHealthKinds[r["type"]]
	if !ok {
		return data.Place{}, fmt.Errorf("type %q is not known", r["type"])
	}
	var said []string
	for _, s := range []string{r["status_note"], r["evidence"], "point: " + r["coord_source"]} {
		if s != "" && !slices.Contains(said, s) {
			said = append(said, s)
		}
	}
	e := strings.ToLower(r["evidence"])
	return data.Place{Name: r["name"], Kind: kind, Operator: r["trust"], Borough: r["borough_by_point"],
		Verified: !strings.Contains(e, "not verified") && !strings.Contains(e, "assumed"),
		Evidence: strings.Join(said, "; ")}, nil
}

// closed reports whether the notes say that a place has closed or moved away.
func closed(evidence string) bool {
	for _, word := range []string{"closed", "moved to", "relocated"} {
		if strings.Contains(evidence, word+" ") || strings.Contains(evidence, word+"/") {
			return !strings.Contains(evidence, "may have closed")
		}
	}
	return false
}

func places(src, out string) (Record, error) {
	boroughs, err := readBoroughs(out)
	if err != nil {
		return Record{}, err
	}
	var all []data.Place
	for _, t := range placeTables {
		these, err := readPlaceTable(filepath.Join(src, filepath.FromSlash(t.path)), t.place)
		if err != nil {
			return Record{}, fmt.Errorf("%s: %w", t.path, err)
		}
		all = append(all, these...)
	}
	slices.SortStableFunc(all, func(a, b data.Place) int {
		return cmp.Or(cmp.Compare(slices.Index(data.Kinds, a.Kind), slices.Index(data.Kinds, b.Kind)), cmp.Compare(a.Name, b.Name))
	})
	kept, dropped := oncePerSite(all)
	inBorough, err := countInBorough(kept, boroughs)
	if err != nil {
		return Record{}, err
	}
	return placesRecord(kept, dropped, inBorough), writePlaces(filepath.Join(out, PlacesFile), kept)
}

// oncePerSite drops hospitals, fire and police stations at a site that an earlier place has, and marks
// the first open place of each site as a candidate.
func oncePerSite(all []data.Place) (kept []data.Place, dropped int) {
	for _, p := range all {
		listed, taken := false, false
		for _, q := range kept {
			if orbgeo.Distance(p.Point, q.Point) <= sameSite {
				listed = listed || q.Kind == p.Kind || p.Kind == data.Hospital
				taken = taken || q.Candidate
			}
		}
		if listed && (p.Kind == data.Hospital || p.Kind == data.FireStation || p.Kind == data.PoliceStation) {
			dropped++
			continue
		}
		p.Candidate = !taken && !closed(p.Evidence)
		kept = append(kept, p)
	}
	return kept, dropped
}

// countInBorough counts the places that lie inside the borough that they name.
func countInBorough(places []data.Place, boroughs []geo.Borough) (n int, err error) {
	land := make(map[string]orb.MultiPolygon)
	for i := range boroughs {
		land[boroughs[i].Name] = boroughs[i].Land
	}
	for _, p := range places {
		m, ok := land[p.Borough]
		if !ok {
			return 0, fmt.Errorf("%s: borough %q is not known", p.Name, p.Borough)
		}
		if planar.MultiPolygonContains(m, p.Point) {
			n++
		}
	}
	return n, nil
}

func placesRecord(places []data.Place, dropped, inBorough int) Record {
	count, verified, candidates := map[data.Kind]int{}, map[data.Kind]int{}, 0
	for _, p := range places {
		count[p.Kind]++
		if p.Verified {
			verified[p.Kind]++
		}
		if p.Candidate {
			candidates++
		}
	}
	var kinds []string
	for _, k := range data.Kinds {
		kinds = append(kinds, fmt.Sprintf("%d × %s (%d verified)", count[k], k, verified[k]))
	}
	return Record{
		Checks: []string{
			fmt.Sprintf("%d places: %s.", len(places), strings.Join(kinds, ", ")),
			fmt.Sprintf("%d of them lie inside the simplified boundary of the borough that they name.", inBorough),
			fmt.Sprintf("%d hospitals, fire and police stations within %d m of one already listed were left out as the same site; %d places are candidates, no two open ones within %d m.", dropped, sameSite, candidates, sameSite),
		},
		Caveats: []string{
			"Not an official list. A place is verified only where a published page says that it is what its kind says, at that place; most places of safety are not, and the list of emergency departments is general knowledge. Check with the trusts before acting on it.",
			"Some mental-health sites have the coordinates of the hospital next door; the evidence says which.",
			"Fire and police stations are from 2018 and known west of the Greenwich meridian only; none are made up for the east. East of it, plans may use the centres of coarse grid cells as standby points.",
			"Candidates are sites that exist, not offers: nobody has agreed to host a car or a centre.",
		},
	}
}

func readPlaceTable(path string, place func(map[string]string) (data.Place, error)) ([]data.Place, error) {
	var all []data.Place
	err := readTable(path, func(row map[string]string) error {
		p, err := place(row)
		if err != nil {
			return err
		}
		lat, err1 := strconv.ParseFloat(row["lat"], 64)
		lon, err2 := strconv.ParseFloat(row["lon"], 64)
		if err := cmp.Or(err1, err2); err != nil {
			return err
		}
		p.Point, err = geo.CheckPoint(lat, lon)
		all = append(all, p)
		return err
	})
	return all, err
}

func writePlaces(path string, places []data.Place) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(data.PlaceColumns) // a bytes.Buffer takes everything
	for _, p := range places {
		_ = w.Write([]string{string(p.Kind), p.Name, p.Operator, p.Borough,
			strconv.FormatFloat(p.Point.Lat(), 'f', 6, 64), strconv.FormatFloat(p.Point.Lon(), 'f', 6, 64),
			yes(p.Verified), yes(p.Candidate), p.Evidence})
	}
	w.Flush()
	return os.WriteFile(path, b.Bytes(), 0o644)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
