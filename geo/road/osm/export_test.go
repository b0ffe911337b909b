package osm

import (
	"errors"
	"io"

	"github.com/nearside-ems/nearside/geo/road"
)

// Visit reads a file as Import does and hands out all that it decodes.
func Visit(r io.Reader, onNode func(id int64, lat, lon float64), onWay func(id int64, get func(string) string, refs []int64), onRelation func(id int64, members []int64)) error {
	src, b := frames{r: r}, block{}
	for {
		kind, data, err := src.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if kind != "OSMData" {
			continue
		}
		if err := b.decode(data); err != nil {
			return err
		}
		if err := b.nodes(onNode); err != nil {
			return err
		}
		err = b.ways(func(w *way) { onWay(w.id, w.tags.get, signed(w.refs)) })
		if err == nil {
			err = b.relations(func(r *relation) { onRelation(r.id, signed(r.members)) })
		}
		if err != nil {
			return err
		}
	}
}

func signed(v []uint64) []int64 {
	out := make([]int64, len(v))
	for i, x := range v {
		out[i] = int64(x)
	}
	return out
}

// RuleOf returns how a way with the given tags may be driven; Closed stands for a closed direction.
func RuleOf(m map[string]string) (forward, backward road.Class, kmh float32, ok bool) {
	var t tags
	for k, v := range m {
		t.keys, t.vals = append(t.keys, uint64(len(t.strings))), append(t.vals, uint64(len(t.strings)+1))
		t.strings = append(t.strings, []byte(k), []byte(v))
	}
	r, ok := ruleOf(&t)
	return r.forward, r.backward, r.limit, ok
}

const Closed = closed
