package osm_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// extract is a small OpenStreetMap extract; write makes a PBF file of it.
type extract struct {
	nodes     []node
	ways      []way
	relations []relation
	plain     bool // nodes as messages of their own, which old writers make
	raw       bool // blocks not packed
}

type node struct {
	id       int64
	lat, lon float64
}

type way struct {
	id   int64
	tags map[string]string
	refs []int64
}

type relation struct {
	id      int64
	tags    map[string]string
	members []member
}

type member struct {
	role string
	kind uint64 // 0 node, 1 way, 2 relation
	id   int64
}

// table is the string table of a block.
type table struct{ strings []string }

func (t *table) of(s string) uint64 {
	if i := slices.Index(t.strings, s); i >= 0 {
		return uint64(i)
	}
	t.strings = append(t.strings, s)
	return uint64(len(t.strings) - 1)
}

func (x *extract) write() []byte {
	header := field(nil, 4, []byte("OsmSchema-V0.6"))
	header = field(header, 4, []byte("DenseNodes"))
	out := blob(nil, "OSMHeader", header, x.raw)
	t := &table{strings: []string{""}}
	var groups [][]byte
	groups = append(groups, x.nodeGroup(), x.wayGroup(t), x.relationGroup(t))
	for _, g := range groups {
		var strings []byte
		for _, s := range t.strings {
			strings = field(strings, 1, []byte(s))
		}
		out = blob(out, "OSMData", field(field(nil, 1, strings), 2, g), x.raw)
	}
	return out
}

func (x *extract) nodeGroup() (group []byte) {
	var ids, lats, lons []int64
	for _, n := range x.nodes {
		lat, lon := int64(n.lat*1e7+0.5), int64(n.lon*1e7-0.5)
		if x.plain {
			m := number(nil, 1, protowire.EncodeZigZag(n.id))
			group = field(group, 1, number(number(m, 8, protowire.EncodeZigZag(lat)), 9, protowire.EncodeZigZag(lon)))
			continue
		}
		ids, lats, lons = append(ids, n.id), append(lats, lat), append(lons, lon)
	}
	if x.plain {
		return group
	}
	return field(nil, 2, field(field(field(nil, 1, deltas(ids)), 8, deltas(lats)), 9, deltas(lons)))
}

func (x *extract) wayGroup(t *table) (group []byte) {
	for _, w := range x.ways {
		keys, vals := t.tags(w.tags)
		m := number(nil, 1, uint64(w.id))
		group = field(group, 3, field(field(field(m, 2, keys), 3, vals), 8, deltas(w.refs)))
	}
	return group
}

func (x *extract) relationGroup(t *table) (group []byte) {
	for _, r := range x.relations {
		keys, vals := t.tags(r.tags)
		var roles, kinds []byte
		var ids []int64
		for _, m := range r.members {
			roles, kinds = protowire.AppendVarint(roles, t.of(m.role)), protowire.AppendVarint(kinds, m.kind)
			ids = append(ids, m.id)
		}
		m := field(field(number(nil, 1, uint64(r.id)), 2, keys), 3, vals)
		group = field(group, 4, field(field(field(m, 8, roles), 9, deltas(ids)), 10, kinds))
	}
	return group
}

func (t *table) tags(tags map[string]string) (keys, vals []byte) {
	var names []string
	for k := range tags {
		names = append(names, k)
	}
	slices.Sort(names)
	for _, k := range names {
		keys, vals = protowire.AppendVarint(keys, t.of(k)), protowire.AppendVarint(vals, t.of(tags[k]))
	}
	return keys, vals
}

// blob appends a block with its headers.
func blob(out []byte, kind string, data []byte, raw bool) []byte {
	body := field(nil, 1, data)
	if !raw {
		var packed bytes.Buffer
		w := zlib.NewWriter(&packed)
		if _, err := w.Write(data); err != nil {
			panic(err) // a bytes.Buffer takes everything
		}
		_ = w.Close()
		body = field(number(nil, 2, uint64(len(data))), 3, packed.Bytes())
	}
	header := number(field(nil, 1, []byte(kind)), 3, uint64(len(body)))
	out = binary.BigEndian.AppendUint32(out, uint32(len(header)))
	return append(append(out, header...), body...)
}

func field(m []byte, num protowire.Number, b []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(m, num, protowire.BytesType), b)
}

func number(m []byte, num protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(m, num, protowire.VarintType), v)
}

func deltas(v []int64) (b []byte) {
	var last int64
	for _, x := range v {
		b = protowire.AppendVarint(b, protowire.EncodeZigZag(x-last))
		last = x
	}
	return b
}

func (x *extract) reader() io.ReadSeeker { return bytes.NewReader(x.write()) }
