package osm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo"
)

// input is the part of the file that matters, in flat slices.
type input struct {
	ctx      context.Context
	r        io.ReadSeeker
	settings Settings
	report   Report

	ways         []rule
	wayIDs       []int64
	firstRef     []uint32 // ways + 1
	refs         []uint32 // positions in ids
	restrictions []restriction
	streets      []string // names of streets, the first empty
	street       map[string]uint32

	ids      []int64     // node ids, ascending
	points   []orb.Point // per id
	known    []bool      // per id: the point is known and near London
	rawRefs  []int64     // node ids, until refs is made
	progress int64       // bytes of the first pass
	size     int64
}

func (in *input) read() error {
	var err error
	if in.size, err = in.r.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	in.firstRef, in.streets, in.street = []uint32{0}, []string{""}, map[string]uint32{"": 0}
	if err := in.scan(func(b *block) error { return errors.Join(b.ways(in.addWay), b.relations(in.addRelation)) }); err != nil {
		return err
	}
	in.index()
	in.progress = in.size
	if err := in.scan(func(b *block) error { return b.nodes(in.addNode) }); err != nil {
		return err
	}
	for _, k := range in.known {
		if !k {
			in.report.MissingNodes++
		}
	}
	return nil
}

// scan calls f for each data block of the file.
func (in *input) scan(f func(*block) error) error {
	if _, err := in.r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	src, b := frames{r: in.r}, block{}
	for {
		if err := in.ctx.Err(); err != nil {
			return err
		}
		at := src.offset
		kind, data, err := src.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if kind == "OSMData" {
			err = b.decode(data)
			if err == nil {
				err = f(&b)
			}
		}
		if err != nil {
			return fmt.Errorf("%w: block at byte %d: %w", ErrCorrupt, at, err)
		}
		if in.settings.Progress != nil {
			in.settings.Progress(in.progress+src.offset, 2*in.size)
		}
	}
}

func (in *input) addWay(w *way) {
	if w.tags.get("highway") == "" {
		if w.tags.get("route") == "ferry" {
			in.report.Ferries++
		}
		return
	}
	r, ok := ruleOf(&w.tags)
	if !ok || len(w.refs) < 2 {
		in.report.ClosedWays++
		return
	}
	in.report.Ways++
	r.street = in.streetOf(first(&w.tags, "name", "ref"))
	in.ways, in.wayIDs = append(in.ways, r), append(in.wayIDs, w.id)
	for _, id := range w.refs {
		in.rawRefs = append(in.rawRefs, int64(id))
	}
	in.firstRef = append(in.firstRef, uint32(len(in.rawRefs)))
}

// streetOf numbers the streets by name. Messages may hold valid UTF-8 only.
func (in *input) streetOf(name string) uint32 {
	n, known := in.street[name]
	if !known {
		n = uint32(len(in.streets))
		in.streets = append(in.streets, strings.ToValidUTF8(name, "\uFFFD"))
		in.street[name] = n
	}
	return n
}

// index numbers the nodes that the ways use.
func (in *input) index() {
	in.ids = slices.Clone(in.rawRefs)
	slices.Sort(in.ids)
	in.ids = slices.Clip(slices.Compact(in.ids))
	in.refs = make([]uint32, len(in.rawRefs))
	for i, id := range in.rawRefs {
		n, _ := slices.BinarySearch(in.ids, id)
		in.refs[i] = uint32(n)
	}
	in.rawRefs = nil
	in.points, in.known = make([]orb.Point, len(in.ids)), make([]bool, len(in.ids))
}

var nearLondon = geo.London.Pad(around)

func (in *input) addNode(id int64, lat, lon float64) {
	n, ok := slices.BinarySearch(in.ids, id)
	if p := (orb.Point{lon, lat}); ok && nearLondon.Contains(p) {
		in.points[n], in.known[n] = p, true
	}
}
