package instances

import (
	"math"
	"slices"
	"strings"

	"github.com/nearside-ems/nearside/geo/road"
)

// earth is the radius with which the published values of the city files were computed, metres.
const earth = 6_378_137

// header is what the KEY : VALUE lines of a file state.
type header struct {
	name, kind, weights string
	points              int
}

// Sections of a file.
const (
	nodeSection   = "NODE_COORD_SECTION"
	demandSection = "DEMAND_SECTION"
	endSection    = "EOF"
)

// readPoints reads a file with a header: TSPLIB, or the city format.
func readPoints(s *scanner) (*Instance, error) {
	h, err := readHeader(s)
	if err != nil {
		return nil, err
	}
	in := &Instance{Name: h.name, Points: h.points}
	var x, y []float64
	if in.Format = TSPLIB; h.kind == "MCLP" {
		in.Format = City
		x, y, in.Weight, err = readCity(s, h.points)
	} else {
		in.Weight = ones(h.points)
		x, y, err = readPlane(s, h.points)
	}
	if err != nil {
		return nil, err
	}
	if word := s.word(); len(word) > 0 && string(word) != endSection {
		return nil, s.wrong("%q follows the last of the %d points that DIMENSION announces; %s is allowed", clip(word), h.points, endSection)
	}
	between, extent := plane(x, y)
	if in.Format == City {
		between, extent = sphere(x, y)
	}
	if extent > MaxDistance {
		return nil, s.whole("its points may lie up to %.0f apart; at most %d is allowed", extent, MaxDistance)
	}
	in.finish(extent)
	in.measure(between)
	return in, nil
}

// readHeader reads up to the line NODE_COORD_SECTION.
func readHeader(s *scanner) (*header, error) {
	h := &header{name: s.name}
	for s.skip() {
		line := s.rest()
		key, value, ok := strings.Cut(line, ":")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch {
		case line == nodeSection:
			return h, h.complete(s)
		case !ok:
			return nil, s.wrong("%q is neither KEY : VALUE nor %s; the file is none of %s, %s and %s", clip([]byte(line)), nodeSection, Pmed, TSPLIB, City)
		case key == "NAME":
			h.name = value
		case key == "TYPE":
			h.kind = value
		case key == "EDGE_WEIGHT_TYPE":
			h.weights = value
		case key == "DIMENSION":
			part := &scanner{name: s.name, text: []byte(value), line: s.line}
			n, err := part.number(key, 1, MaxPoints)
			if err != nil {
				return nil, err
			}
			h.points = n
		}
	}
	return nil, s.wrong("the file ends before %s", nodeSection)
}

// complete checks that the header states what the points need.
func (h *header) complete(s *scanner) error {
	switch {
	case h.kind != "TSP" && h.kind != "MCLP":
		return s.wrong("TYPE is %q; TSP and MCLP are read", h.kind)
	case h.kind == "TSP" && h.weights != "EUC_2D":
		return s.wrong("EDGE_WEIGHT_TYPE is %q; EUC_2D is read with TYPE TSP", h.weights)
	case h.kind == "MCLP" && h.weights != "COORD":
		return s.wrong("EDGE_WEIGHT_TYPE is %q; COORD is read with TYPE MCLP", h.weights)
	case h.points == 0:
		return s.wrong("DIMENSION is missing before %s", nodeSection)
	}
	return nil
}

// readPlane reads lines "number x y", numbers ascending from 1.
func readPlane(s *scanner, n int) (x, y []float64, err error) {
	for i := range n {
		if _, err := s.number("the next point's number", i+1, i+1); err != nil {
			return nil, nil, err
		}
		a, err := s.decimal("x", MaxDistance)
		if err != nil {
			return nil, nil, err
		}
		b, err := s.decimal("y", MaxDistance)
		if err != nil {
			return nil, nil, err
		}
		x, y = append(x, a), append(y, b)
	}
	return x, y, nil
}

// readCity reads lines "latitude longitude", in degrees, then as many demands.
func readCity(s *scanner, n int) (lon, lat, demand []float64, err error) {
	for range n {
		a, err := s.decimal("a latitude", 90)
		if err != nil {
			return nil, nil, nil, err
		}
		b, err := s.decimal("a longitude", 180)
		if err != nil {
			return nil, nil, nil, err
		}
		lat, lon = append(lat, a), append(lon, b)
	}
	if word := s.word(); string(word) != demandSection {
		return nil, nil, nil, s.wrong("%q follows the last of the %d points that DIMENSION announces; %s is allowed", clip(word), n, demandSection)
	}
	for range n {
		w, err := s.decimal("a demand", 1e15)
		if err == nil && w < 0 {
			err = s.wrong("a demand is %g; at least 0 is allowed", w)
		}
		if err != nil {
			return nil, nil, nil, err
		}
		demand = append(demand, w)
	}
	return lon, lat, demand, nil
}

// plane returns the distance of two points in TSPLIB's plane, and a bound on it. The published values of
// p-median were computed with whole units, rounded down. No math.Hypot here: it rounds otherwise.
func plane(x, y []float64) (between func(i, j int) float64, extent float64) {
	between = func(i, j int) float64 {
		dx, dy := x[i]-x[j], y[i]-y[j]
		return math.Floor(math.Sqrt(dx*dx + dy*dy))
	}
	return between, spread(x) + spread(y)
}

// sphere returns the distance of two points by the haversine formula, metres, and a bound on it, for
// longitudes and latitudes in degrees.
func sphere(lon, lat []float64) (between func(i, j int) float64, extent float64) {
	cos := make([]float64, len(lat))
	for i := range lat {
		lon[i] *= math.Pi / 180
		lat[i] *= math.Pi / 180
		cos[i] = math.Cos(lat[i])
	}
	between = func(i, j int) float64 {
		u, v := math.Sin((lat[i]-lat[j])/2), math.Sin((lon[i]-lon[j])/2)
		return 2 * earth * math.Asin(math.Sqrt(min(1, u*u+cos[i]*cos[j]*v*v)))
	}
	return between, earth * min(math.Pi, spread(lon)+spread(lat))
}

func spread(x []float64) float64 { return slices.Max(x) - slices.Min(x) }

// measure fills the distances, rounded up to whole steps: what is within a radius of whole steps stays so.
func (in *Instance) measure(between func(i, j int) float64) {
	in.Distance = newMatrix(in.Points)
	t, n, unit := in.Distance.T, in.Points, float64(in.Unit)
	for i := range n {
		for j := range i {
			d := road.Millis(math.Ceil(between(i, j) * unit))
			t[i*n+j], t[j*n+i] = d, d
		}
	}
}
