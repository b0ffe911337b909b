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
	if !metres {
		if err := g.pair(useLat, useLon, latWords, lonWords, func(t *trait) bool { return t.most(t.degrees) }); err != nil || g.has(useLat) || degrees {
			return err
		}
	}
	if !degrees {
		if err := g.pair(useEasting, useNorthing, eastingWords, northingWords, func(t *trait) bool { return !t.most(t.degrees) }); err != nil || g.has(useEasting) || metres {
			return err
		}
	}
	g.optional(useGridRef, gridRefNames, func(t *trait) bool { return t.filled > 0 })
	if !g.has(useGridRef) && !g.left[useArea] {
		g.area()
	}
	return nil
}

// pair guesses two columns whose names differ by a word only. Columns called x and y alone have to have
// values that fit as well.
func (g *guesser) pair(u, v use, wordsU, wordsV []string, fits func(*trait) bool) error {
	if g.has(u) && g.has(v) || g.left[u] || g.left[v] {
		return nil
	}
	type both struct{ i, j, rank int }
	var found []both
	for i := range g.names {
		for j := range g.names {
			if g.has(u) && g.index[u] != i || g.has(v) && g.index[v] != j || i == j {
				continue
			}
			if rank := pairRank(g.names[i], g.names[j], wordsU, wordsV); rank > 0 && (rank > 1 || fits(&g.traits[i]) && fits(&g.traits[j])) {
				found = append(found, both{i, j, rank})
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	slices.SortStableFunc(found, func(a, b both) int { return b.rank - a.rank })
	if len(found) > 1 && found[1].rank == found[0].rank {
		a, b := found[0], found[1]
		return fmt.Errorf("columns %q, %q and %q, %q could both be the place: say which with --%s and --%s", g.header[a.i], g.header[a.j], g.header[b.i], g.header[b.j], u, v)
	}
	if !g.has(u) {
		g.set(u, found[0].i, howHeader)
	}
	if !g.has(v) {
		g.set(v, found[0].j, howHeader)
	}
	return nil
}

// pairRank says how well two names go together as coordinates: 0 not at all, 1 as x and y, more where
// nothing else is in the name, or what tells of the call.
func pairRank(a, b string, wordsA, wordsB []string) int {
	stemA, wordA := split(a, wordsA)
	stemB, wordB := split(b, wordsB)
	switch {
	case wordA == "" || wordB == "" || stemA != stemB:
		return 0
	case wordA == "x" || wordA == "y" || wordB == "x" || wordB == "y":
		if wordA > "w" && wordB > "w" {
			return 1
		}
		return 0
	case stemA == "":
		return 4
	case hasWord(stemA, callWords):
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
