package intake

import "encoding/binary"

// compact reads Thrift's compact protocol far enough to check it. A Parquet file states how long its
// lists, texts and pages are, and the library that decodes them takes memory at its word; what is stated
// is therefore compared with what is there first.
type compact struct {
	b     []byte
	i     int
	short bool // more is stated than is there
}

// The types of the compact protocol.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftI8     = 3
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
	thriftUUID   = 13
)

// maxThriftDepth bounds structs within structs; Parquet's own are 7 deep.
const maxThriftDepth = 24

func (c *compact) byte() byte {
	if c.i >= len(c.b) {
		c.short = true
		return 0
	}
	c.i++
	return c.b[c.i-1]
}

func (c *compact) uvarint() uint64 {
	n, size := binary.Uvarint(c.b[c.i:])
	if size <= 0 {
		c.short = true
		return 0
	}
	c.i += size
	return n
}

// zigzag reads a whole number.
func (c *compact) zigzag() int64 {
	n := c.uvarint()
	return int64(n>>1) ^ -int64(n&1)
}

// skip passes over n bytes.
func (c *compact) skip(n uint64) {
	if n > uint64(len(c.b)-c.i) {
		c.short = true
		return
	}
	c.i += int(n)
}

// value passes over a value; inList says that booleans take a byte.
func (c *compact) value(typ byte, inList bool, depth int) {
	if depth > maxThriftDepth {
		c.short = true
	}
	switch typ {
	case thriftTrue, thriftFalse:
		if inList {
			c.skip(1)
		}
	case thriftI8:
		c.skip(1)
	case thriftI16, thriftI32, thriftI64:
		c.uvarint()
	case thriftDouble:
		c.skip(8)
	case thriftUUID:
		c.skip(16)
	case thriftBinary:
		c.skip(c.uvarint())
	case thriftList, thriftSet:
		c.list(depth)
	case thriftMap:
		c.pairs(depth)
	case thriftStruct:
		c.fields(depth+1, func(_ int64, t byte) { c.value(t, false, depth+1) })
	default:
		c.short = true
	}
}

func (c *compact) list(depth int) {
	head := c.byte()
	n := uint64(head >> 4)
	if n == 15 {
		n = c.uvarint()
	}
	for ; n > 0 && !c.short; n-- { // each item takes a byte at least, so this ends with the input
		c.value(head&15, true, depth+1)
	}
}

func (c *compact) pairs(depth int) {
	n := c.uvarint()
	if n == 0 {
		return
	}
	types := c.byte()
	for ; n > 0 && !c.short; n-- {
		c.value(types>>4, true, depth+1)
		c.value(types&15, true, depth+1)
	}
}

// fields calls each with the number and type of every field of a struct; each has to read its value.
func (c *compact) fields(depth int, each func(id int64, typ byte)) {
	if depth > maxThriftDepth {
		c.short = true
	}
	for id := int64(0); !c.short; {
		head := c.byte()
		if head == 0 {
			return
		}
		if head>>4 == 0 {
			id = c.zigzag()
		} else {
			id += int64(head >> 4)
		}
		each(id, head&15)
	}
}

// pageClaim is what the header of a page states.
type pageClaim struct {
	header       int   // length of the header itself
	packed, size int64 // bytes, before and after unpacking
	values       int64
}

// parsePageClaim reads the header of a page; it is not ok where b is too short for it.
func parsePageClaim(b []byte) (p pageClaim, ok bool) {
	c := compact{b: b}
	number := func(into *int64, typ byte) {
		if typ != thriftI32 {
			c.value(typ, false, 1)
			return
		}
		*into = c.zigzag()
	}
	c.fields(0, func(id int64, typ byte) {
		switch {
		case id == 2:
			number(&p.size, typ)
		case id == 3:
			number(&p.packed, typ)
		case (id == 5 || id == 7 || id == 8) && typ == thriftStruct: // data, dictionary, data version 2
			c.fields(1, func(id int64, typ byte) {
				if id == 1 {
					number(&p.values, typ)
				} else {
					c.value(typ, false, 1)
				}
			})
		default:
			c.value(typ, false, 0)
		}
	})
	p.header = c.i
	return p, !c.short
}
