package osm

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// block is an unpacked PrimitiveBlock. Its methods reuse scratch slices: what they hand out is valid
// during the call only.
type block struct {
	strings              [][]byte
	groups               [][]byte
	granularity          int64
	latOffset, lonOffset int64
	a, b, c              []uint64 // scratch
}

// way is a road as the file has it.
type way struct {
	id   int64
	tags tags
	refs []uint64 // node ids
}

// relation is a turn restriction as the file has it.
type relation struct {
	id      int64
	tags    tags
	roles   []uint64 // string indices
	members []uint64 // ids
	types   []uint64 // 0 node, 1 way, 2 relation
}

// tags are a feature's tags.
type tags struct {
	strings    [][]byte
	keys, vals []uint64
}

// get returns the value of a key, "" where there is none.
func (t *tags) get(key string) string {
	for i, k := range t.keys {
		if k < uint64(len(t.strings)) && string(t.strings[k]) == key && i < len(t.vals) && t.vals[i] < uint64(len(t.strings)) {
			return string(t.strings[t.vals[i]])
		}
	}
	return ""
}

func (b *block) decode(data []byte) error {
	b.strings, b.groups = b.strings[:0], b.groups[:0]
	b.granularity, b.latOffset, b.lonOffset = 100, 0, 0
	return fields(data, func(num protowire.Number, v uint64, d []byte) error {
		switch num {
		case 1:
			return fields(d, func(num protowire.Number, _ uint64, s []byte) error {
				if num == 1 {
					b.strings = append(b.strings, s)
				}
				return nil
			})
		case 2:
			b.groups = append(b.groups, d)
		case 17:
			b.granularity = int64(v)
		case 19:
			b.latOffset = int64(v)
		case 20:
			b.lonOffset = int64(v)
		}
		return nil
	})
}

// each calls f for each message of one field number in the block's groups.
func (b *block) each(field protowire.Number, f func(msg []byte) error) error {
	for _, g := range b.groups {
		err := fields(g, func(num protowire.Number, _ uint64, d []byte) error {
			if num == field {
				return f(d)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *block) degrees(v uint64, offset int64) float64 {
	return 1e-9 * float64(offset+b.granularity*int64(v))
}

// nodes calls f for each node, dense or not.
func (b *block) nodes(f func(id int64, lat, lon float64)) error {
	if err := b.each(1, func(msg []byte) error { return b.plainNode(msg, f) }); err != nil {
		return err
	}
	return b.each(2, func(msg []byte) error { return b.denseNodes(msg, f) })
}

func (b *block) plainNode(msg []byte, f func(id int64, lat, lon float64)) error {
	var id, lat, lon int64
	err := fields(msg, func(num protowire.Number, v uint64, _ []byte) error {
		switch num {
		case 1:
			id = protowire.DecodeZigZag(v)
		case 8:
			lat = protowire.DecodeZigZag(v)
		case 9:
			lon = protowire.DecodeZigZag(v)
		}
		return nil
	})
	f(id, b.degrees(uint64(lat), b.latOffset), b.degrees(uint64(lon), b.lonOffset))
	return err
}

func (b *block) denseNodes(msg []byte, f func(id int64, lat, lon float64)) error {
	b.a, b.b, b.c = b.a[:0], b.b[:0], b.c[:0]
	err := fields(msg, func(num protowire.Number, _ uint64, d []byte) (err error) {
		switch num {
		case 1:
			b.a, err = varints(b.a, d)
		case 8:
			b.b, err = varints(b.b, d)
		case 9:
			b.c, err = varints(b.c, d)
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(b.a) != len(b.b) || len(b.a) != len(b.c) {
		return errors.New("nodes without coordinates")
	}
	undelta(b.a)
	undelta(b.b)
	undelta(b.c)
	for i, id := range b.a {
		f(int64(id), b.degrees(b.b[i], b.latOffset), b.degrees(b.c[i], b.lonOffset))
	}
	return nil
}

// ways calls f for each way.
func (b *block) ways(f func(*way)) error {
	w := way{tags: tags{strings: b.strings}}
	return b.each(3, func(msg []byte) error {
		w.tags.keys, w.tags.vals, w.refs = w.tags.keys[:0], w.tags.vals[:0], w.refs[:0]
		err := fields(msg, func(num protowire.Number, v uint64, d []byte) (err error) {
			switch num {
			case 1:
				w.id = int64(v)
			case 2:
				w.tags.keys, err = varints(w.tags.keys, d)
			case 3:
				w.tags.vals, err = varints(w.tags.vals, d)
			case 8:
				w.refs, err = varints(w.refs, d)
			}
			return err
		})
		undelta(w.refs)
		if err == nil {
			f(&w)
		}
		return err
	})
}

// relations calls f for each relation.
func (b *block) relations(f func(*relation)) error {
	r := relation{tags: tags{strings: b.strings}}
	return b.each(4, func(msg []byte) error {
		r.tags.keys, r.tags.vals = r.tags.keys[:0], r.tags.vals[:0]
		r.roles, r.members, r.types = r.roles[:0], r.members[:0], r.types[:0]
		err := fields(msg, func(num protowire.Number, v uint64, d []byte) (err error) {
			switch num {
			case 1:
				r.id = int64(v)
			case 2:
				r.tags.keys, err = varints(r.tags.keys, d)
			case 3:
				r.tags.vals, err = varints(r.tags.vals, d)
			case 8:
				r.roles, err = varints(r.roles, d)
			case 9:
				r.members, err = varints(r.members, d)
			case 10:
				r.types, err = varints(r.types, d)
			}
			return err
		})
		if err == nil && (len(r.roles) != len(r.members) || len(r.types) != len(r.members)) {
			err = errors.New("relation whose members lack roles or types")
		}
		undelta(r.members)
		if err == nil {
			f(&r)
		}
		return err
	})
}

// role returns the role of member i.
func (r *relation) role(i int) string {
	if s := r.roles[i]; s < uint64(len(r.tags.strings)) {
		return string(r.tags.strings[s])
	}
	return ""
}
