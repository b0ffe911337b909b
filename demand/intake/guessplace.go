package intake

import (
	"fmt"
	"slices"
	"strings"
)

// Words in the names of columns that hold places.
var (
	latWords      = []string{"lat", "latitude", "y"}
	lonWords      = []string{"lon", "lng", "long", "longitude", "x"}
	eastingWords  = []string{"easting", "eastings", "east", "x"}
	northingWords = []string{"northing", "northings", "north", "y"}
	gridRefNames  = []string{"grid_ref", "gridref", "grid_reference", "os_grid_ref", "os_gridref", "os_grid_reference", "osgr", "os_ref", "ngr", "national_grid_reference", "map_ref"}
	//nolint:misspell // American as well
	areaWords = []string{"area", "neighbourhood", "neighborhood", "hood", "ward", "lsoa", "msoa", "zone", "sector", "beat", "district", "borough", "cell", "h3"}
)

// place guesses which columns tell the place: coordinates before references before areas.
func (g *guesser) place() error {
	degrees, metres := g.has(useLat) || g.has(useLon), g.has(useEasting) || g.has(useNorthing)
	if g.has(useGridRef) || g.has(useArea) {
		return nil
	}
	if err := g.coordinates(!metres, !degrees, false); err != nil || degrees || metres || g.has(useLat) || g.has(useEasting) {
		return err
	}
	g.optional(useGridRef, gridRefNames, func(t *trait) bool { return t.filled > 0 })
	if !g.has(useGridRef) && !g.left[useArea] {
		g.area()
	}
	if g.has(useGridRef) || g.has(useArea) {
		return nil
	}
	return g.coordinates(true, true, true)
}

// coordinates guesses two columns of degrees or of metres; empty ones only where asked to.
func (g *guesser) coordinates(degrees, metres, empty bool) error {
	filled := func(t *trait) bool { return t.filled > 0 || empty }
	if degrees {
		err := g.pair(useLat, useLon, latWords, lonWords, filled, func(t *trait) bool { return t.most(t.degrees) })
		if err != nil || g.has(useLat) || g.has(useLon) {
			return err
		}
	}
	if metres {
		return g.pair(useEasting, useNorthing, eastingWords, northingWords, filled, func(t *trait) bool { return !t.most(t.degrees) })
	}
	return nil
}

// coordinate is a column whose name has a word for a coordinate, and a stem besides.
type coordinate struct {
	column     int
	stem, word string
}

// named returns the columns that may be a coordinate by their names: the one that is given, where one is.
func (g *guesser) named(u use, words []string, filled func(*trait) bool) []coordinate {
	var found []coordinate
	for i, name := range g.names {
		stem, word := split(name, words)
		switch {
		case g.has(u) && g.index[u] != i:
		case word != "" && filled(&g.traits[i]):
			found = append(found, coordinate{i, stem, word})
		}
	}
	return found
}

// pair guesses two columns whose names differ by a word only. Those called x and y have to have values
// that fit as well.
func (g *guesser) pair(u, v use, wordsU, wordsV []string, filled, fits func(*trait) bool) error {
	if g.has(u) && g.has(v) || g.left[u] || g.left[v] {
		return nil
	}
	var best, tie [2]coordinate
	top, tied := 0, false
	others := g.named(v, wordsV, filled)
	for _, a := range g.named(u, wordsU, filled) {
		for _, b := range others {
			rank := a.rank(b)
			if rank == 1 && (!fits(&g.traits[a.column]) || !fits(&g.traits[b.column])) {
				continue
			}
			switch {
			case rank > top:
				best, top, tied = [2]coordinate{a, b}, rank, false
			case rank == top && rank > 0:
				tie, tied = [2]coordinate{a, b}, true
			}
		}
	}
	name := func(c coordinate) string { return g.header[c.column] }
	switch {
	case tied:
		return fmt.Errorf("columns %q, %q and %q, %q could both be the place: say which with --%s and --%s", name(best[0]), name(best[1]), name(tie[0]), name(tie[1]), u, v)
	case top == 0:
		return nil
	}
	if !g.has(u) {
		g.set(u, best[0].column, howHeader)
	}
	if !g.has(v) {
		g.set(v, best[1].column, howHeader)
	}
	return nil
}

// rank says how well two columns go together: not at all (0), as x and y (1), by their stem (2), by a
// stem that tells of the call (3), or by having none (4).
func (a coordinate) rank(b coordinate) int {
	letters := len(a.word) == 1
	switch {
	case a.column == b.column || a.stem != b.stem || letters != (len(b.word) == 1):
		return 0
	case letters:
		return 1
	case a.stem == "":
		return 4
	case hasWord(a.stem, callWords):
		return 3
	}
	return 2
}

// split takes the first of some words out of a name.
func split(name string, words []string) (stem, word string) {
	parts := tokens(name)
	for i, p := range parts {
		if slices.Contains(words, p) {
			return strings.Join(slices.Delete(parts, i, i+1), "_"), p
		}
	}
	return name, ""
}

// area guesses the column of areas: the one of whose values the city knows the most.
func (g *guesser) area() {
	best, most := -1, 0
	for i := range g.names {
		t := &g.traits[i]
		enough := t.most(t.named) || 2*t.named >= t.filled && hasWord(g.names[i], areaWords)
		if g.free(i) && enough && t.named > most {
			best, most = i, t.named
		}
	}
	switch {
	case best < 0:
	case hasWord(g.names[best], areaWords):
		g.set(useArea, best, howHeader)
	default:
		g.set(useArea, best, howValues)
	}
}
