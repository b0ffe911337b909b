package data

import (
	"strings"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/road"
)

// Provenance says where a part of the shipped data comes from, for display beside it.
type Provenance struct {
	What    string // such as "population"
	Origin  demand.Origin
	Source  string // publisher, what and when
	Licence string // empty for assumptions and quoted figures
}

const (
	ogl  = "Open Government Licence v3.0"
	odbl = "Open Database Licence 1.0"
)

var geographyProvenance = Provenance{"borough boundaries", demand.Measured,
	"Greater London Authority through Debian r-cran-spdata 2.2.1, mean high water, simplified; Crown copyright and database right", ogl}

var populationProvenance = []Provenance{
	{"population", demand.Census, "Census 2021 by LSOA (Office for National Statistics), spread over cells by area", ogl},
	{"mental-health need", demand.Measured, "Indices of Deprivation 2025, mental-health indicator by LSOA (MHCLG), averaged over each cell's people", ogl},
}

var placesProvenance = []Provenance{
	{"hospitals and emergency departments", demand.Measured, "NHS data, 2022; the list of emergency departments is general knowledge", ogl},
	{"mental-health sites", demand.Assumption, "compiled from trusts' pages and general knowledge, each with its evidence; not an official list", ogl + "; some coordinates © OpenStreetMap contributors, " + odbl},
	{"fire and police stations", demand.Measured, "© OpenMapTiles © OpenStreetMap contributors, 2018; west of the Greenwich meridian only", odbl},
}

// demandProvenance lists the prior and the figures that it is made of.
func demandProvenance(p *demand.Profile) []Provenance {
	list := []Provenance{{"demand", demand.Modelled,
		"prior: yearly volume × hour-of-week profile × place share from people and need; no count of calls by place and hour is public", ogl + "; " + toronto}}
	for name, s := range p.Stated() {
		licence := ""
		switch name {
		case "hour_of_day":
			licence = toronto
		case "boroughs":
			licence = "London Datastore"
		}
		list = append(list, Provenance{"demand: " + strings.ReplaceAll(name, "_", " "), s.Origin, s.Source, licence})
	}
	return list
}

// speedProvenance lists the speeds' periods, each with its own source.
func speedProvenance(t *road.SpeedTable) []Provenance {
	list := []Provenance{{"speeds by class of road", demand.Assumption,
		"relative speeds of classes are assumed; each zone's average is then TfL's", odbl}}
	for i := range t.Periods() {
		p := road.Period(i)
		origin := demand.Measured
		if strings.HasPrefix(t.Source(p), "assumption") {
			origin = demand.Assumption
		}
		list = append(list, Provenance{"speeds: " + t.Name(p), origin, t.Source(p), ""})
	}
	return append(list, Provenance{"emergency driving", demand.Assumption, "time relative to normal driving by class of road; checked against published savings", ""})
}

var suitabilityProvenance = Provenance{"suitability for a joint-response car", demand.Assumption,
	"rules, each with its own source: published exclusions, a measured share that needs somebody to come, assumptions for the rest", ""}

const toronto = "Open Government Licence – Toronto"
