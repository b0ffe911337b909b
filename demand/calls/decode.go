package calls

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/nearside-ems/nearside/internal/artefact"
)

// MaxImports is how many imports a ledger can name.
const MaxImports = 100_000

// reader takes numbers and text from a file's body; after the first error it gives zeros.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: "+format, append([]any{artefact.ErrCorrupt}, args...)...)
		r.rest = nil
	}
}

// number reads a number of the shortest form that is at most limit.
func (r *reader) number(what string, limit uint64) uint64 {
	v, n := binary.Uvarint(r.rest)
	switch {
	case n <= 0:
		r.fail("it ends within %s", what)
	case n > 1 && r.rest[n-1] == 0 || v > limit:
		r.fail("%s: %d, want %d at most", what, v, limit)
	default:
		r.rest = r.rest[n:]
		return v
	}
	return 0
}

func (r *reader) count(what string, limit int) int { return int(r.number(what, uint64(limit))) }

// several reads a count of things that take at least size bytes each.
func (r *reader) several(what string, limit, size int) int {
	return r.count(what, min(limit, len(r.rest)/size))
}

func (r *reader) take(what string, n int) []byte {
	if n > len(r.rest) {
		r.fail("it ends within %s", what)
		return make([]byte, n)
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) text(what string, limit int) string {
	return string(r.take(what, r.several(what, limit, 1)))
}

func (r *reader) hour(what string) Hour { return Hour(r.number(what, uint64(Last))) }

// decode reads the body of the file. It shares nothing with the body.
func decode(body []byte) (*contents, error) {
	r := &reader{rest: body}
	c := &contents{round: r.number("the round", 1<<62)}
	r.ground(&c.ground)
	c.retention = Retention{Years: r.count("the retention's years", MaxYears), Weeks: r.count("the retention's weeks", MaxWeeks)}
	if c.retention.Years > 0 && c.retention.Weeks > 0 {
		r.fail("a retention in years and weeks")
	}
	c.imports = make([]Import, r.several("the number of imports", MaxImports, 38))
	for i := range c.imports {
		r.imported(&c.imports[i])
	}
	c.history = r.history(len(c.ground.District))
	if len(r.rest) > 0 {
		r.fail("%d bytes follow the last call", len(r.rest))
	}
	return c, r.err
}

func (r *reader) ground(g *Ground) {
	g.Name = r.text("the city's name", 1<<10)
	g.Zone = r.text("the time zone", 1<<8)
	if _, err := time.LoadLocation(g.Zone); err != nil || g.Zone == "" || g.Zone == "Local" {
		r.fail("time zone %q", g.Zone)
	}
	g.Districts = make([]string, r.several("the number of districts", 1<<16, 1))
	for i := range g.Districts {
		g.Districts[i] = r.text("a district's name", 1<<10)
	}
	cells := r.count("the number of cells", MaxCells)
	last := -1
	for len(g.District) < cells && r.err == nil {
		d := r.count("a cell's district", max(0, len(g.Districts)-1))
		run := r.count("cells of one district", cells-len(g.District))
		if run == 0 || d == last || d >= len(g.Districts) {
			r.fail("cells of district %d of %d are not written as one run", d, len(g.Districts))
			return
		}
		g.District = append(g.District, slices.Repeat([]int32{int32(d)}, run)...)
		last = d
	}
}

func (r *reader) imported(m *Import) {
	m.SHA256 = [32]byte(r.take("an import's checksum", 32))
	m.Span = Span{r.hour("an import's first hour"), r.hour("an import's last hour")}
	m.Read, m.Kept, m.Dropped = r.rows(), r.rows(), r.rows()
	flag := r.take("an import's mark", 1)[0]
	m.Replaced = flag == 1
	if flag > 1 || m.Span.To < m.Span.From {
		r.fail("an import of %v with the mark %d", m.Span, flag)
	}
}

func (r *reader) rows() int { return r.count("an import's rows", 1<<48) }

func (r *reader) history(cells int) *History {
	known := r.known()
	kinds := r.kinds()
	h := newHistory(r.several("the number of calls", MaxCalls, 2))
	h.Cells, h.Kinds = cells, kinds
	h.setKnown(known)
	last := Hour(0)
	for i := 0; i < h.Len() && r.err == nil; {
		hour := last + r.hour("an hour")
		n := r.count("the calls of an hour", h.Len()-i)
		if n == 0 || hour == last || hour >= Last || !known.holds(hour) {
			r.fail("%d calls in hour %d, of which nothing is known, or twice", n, hour)
			break
		}
		r.calls(h, i, i+n, hour)
		last, i = hour, i+n
	}
	for i := 1; i < h.Len() && r.err == nil; i++ {
		if h.key(i) < h.key(i-1) {
			r.fail("calls out of order")
		}
	}
	return h
}

// calls reads the calls from to end, all of one hour.
func (r *reader) calls(h *History, from, end int, hour Hour) {
	cell := 0
	for i := from; i < end && r.err == nil; i++ {
		cell += r.count("a call's cell", max(0, h.Cells-1-cell))
		h.Hour[i], h.Cell[i] = hour, int32(cell)
	}
	for i, k := range r.take("the kinds of calls", end-from) {
		if int(k) >= len(h.Kinds) || h.Cells == 0 {
			r.fail("a call of kind %d of %d in one of %d cells", k, len(h.Kinds), h.Cells)
			return
		}
		h.Kind[from+i] = k
	}
}

func (r *reader) known() cover {
	known := make(cover, r.several("the number of spans", 1<<24, 2))
	var last Hour
	for i := range known {
		after := r.hour("a span's start")
		from := last + after
		to := from + r.hour("a span's length")
		if to <= from || i > 0 && after == 0 || from < 0 || to > Last {
			r.fail("a span from hour %d to %d after one to %d", from, to, last)
			return nil
		}
		known[i] = Span{from, to}
		last = to
	}
	return known
}

func (r *reader) kinds() []Kind {
	kinds := make([]Kind, r.several("the number of kinds", MaxKinds, 2))
	for i := range kinds {
		kinds[i] = Kind{r.text("a category", MaxLabel), r.text("a channel", MaxLabel)}
		if err := kinds[i].Check(); err != nil {
			r.fail("%w", err)
		}
		if i > 0 && kinds[i-1].Compare(kinds[i]) >= 0 {
			r.fail("kinds out of order")
		}
	}
	return kinds
}
