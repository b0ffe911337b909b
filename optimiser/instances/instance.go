package instances

import (
	"bytes"
	"fmt"
	"io"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// Limits of a file. Distances take 4·n² bytes: 1.6 GB at MaxPoints.
const (
	MaxPoints   = 20_000
	MaxEdges    = 10_000_000
	MaxDistance = 7_200_000 // of the file's units; also the longest edge
	maxBytes    = 256 << 20
)

// Instance is a standard problem. A facility may stand at any point, and every point has to be served.
type Instance struct {
	Name     string
	Format   Format
	Points   int
	Place    int           // facilities to place as the file states, 0 where it does not
	Weight   []float64     // demand of each point; 1 where the file states none
	Distance *route.Matrix // Points × Points, symmetric, 0 on the diagonal, in steps; see Unit

	// Unit is how many steps of Distance one unit of the file has: 1000, 100, 10 or 1, the most with
	// which surely no distance is over MaxDistance steps. That is optimiser.Cap, so none is cut off.
	Unit road.Millis
}

// Format is a kind of file.
type Format string

// Formats.
const (
	Pmed   Format = "OR-Library p-median"
	TSPLIB Format = "TSPLIB"
	City   Format = "city MCLP"
)

// Error says where a file is wrong. Line counts from 1; it is 0 for what concerns the file as a whole.
type Error struct {
	Name string
	Line int
	Text string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Name, e.Text)
	}
	return fmt.Sprintf("%s: line %d: %s", e.Name, e.Line, e.Text)
}

// Read reads a file of any of the formats, which it recognises by its beginning: a number, or a header
// whose TYPE is TSP or MCLP. The name stands in errors, and in the instance where the file states none. Errors
// that are not the reader's own are of type *Error.
func Read(r io.Reader, name string) (*Instance, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s := &scanner{name: name, text: text, line: 1}
	if len(text) > maxBytes {
		return nil, s.whole("is longer than %d MiB", maxBytes>>20)
	}
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	switch {
	case len(trimmed) == 0:
		return nil, s.whole("is empty")
	case trimmed[0] >= '0' && trimmed[0] <= '9' || trimmed[0] == '-':
		return readPmed(s)
	}
	return readPoints(s)
}

// finish chooses the unit for the longest distance.
func (in *Instance) finish(longest float64) {
	in.Unit = 1000
	for in.Unit > 1 && longest*float64(in.Unit) > MaxDistance {
		in.Unit /= 10
	}
}

// ones are the weights of a file that states none.
func ones(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 1
	}
	return w
}

// newMatrix returns a matrix of n × n zeros.
func newMatrix(n int) *route.Matrix {
	return &route.Matrix{Sites: n, Cells: n, T: make([]road.Millis, n*n)}
}
