package calls

import (
	"encoding/binary"
	"io"

	"github.com/nearside-ems/nearside/internal/artefact"
)

// File is the name of the calls within a data directory. docs/format/calls.md has its layout.
const File = "calls.bin"

var fileKind = artefact.Kind{Magic: [8]byte([]byte("NSCALLS\x00")), Version: 1}

// contents is what the file holds.
type contents struct {
	round     uint64 // counts the file's versions; the journal says which it belongs to
	ground    Ground
	retention Retention
	imports   []Import
	history   *History
}

// Ground is what is kept of the city that the calls are in, so that they can be counted by district
// where the city itself is not at hand.
type Ground struct {
	Name      string
	Hash      [32]byte // of the city
	Zone      string   // of the time zone database, such as "Europe/London"
	Districts []string
	District  []int32 // of each cell, position in Districts
}

// writer gathers numbers and text and passes them on in portions.
type writer struct {
	w   io.Writer
	buf []byte
	err error
}

func (w *writer) flush() {
	if w.err == nil {
		_, w.err = w.w.Write(w.buf)
	}
	w.buf = w.buf[:0]
}

func (w *writer) count(n int)     { w.buf = binary.AppendUvarint(w.buf, uint64(n)) }
func (w *writer) text(s string)   { w.count(len(s)); w.buf = append(w.buf, s...) }
func (w *writer) hour(h Hour)     { w.buf = binary.AppendUvarint(w.buf, uint64(uint32(h))) }
func (w *writer) bytes(b ...byte) { w.buf = append(w.buf, b...) }

// encode writes the body of the file.
func (c *contents) encode(to io.Writer) error {
	w := &writer{w: to}
	w.buf = binary.AppendUvarint(w.buf, c.round)
	w.ground(&c.ground)
	w.count(c.retention.Years)
	w.count(c.retention.Weeks)
	w.count(len(c.imports))
	for i := range c.imports {
		w.imported(&c.imports[i])
	}
	w.history(c.history)
	w.flush()
	return w.err
}

func (w *writer) ground(g *Ground) {
	w.text(g.Name)
	w.text(g.Zone)
	w.count(len(g.Districts))
	for _, name := range g.Districts {
		w.text(name)
	}
	w.count(len(g.District))
	for i := 0; i < len(g.District); {
		end := i
		for end < len(g.District) && g.District[end] == g.District[i] {
			end++
		}
		w.count(int(g.District[i]))
		w.count(end - i)
		i = end
	}
}

func (w *writer) imported(m *Import) {
	w.bytes(m.SHA256[:]...)
	w.hour(m.Span.From)
	w.hour(m.Span.To)
	w.count(m.Read)
	w.count(m.Kept)
	w.count(m.Dropped)
	if m.Replaced {
		w.bytes(1)
	} else {
		w.bytes(0)
	}
}

// history writes what is known, the kinds, and the calls hour by hour.
func (w *writer) history(h *History) {
	known := h.known()
	w.count(len(known))
	var last Hour
	for _, s := range known {
		w.count(int(s.From - last))
		w.count(s.Hours())
		last = s.To
	}
	w.count(len(h.Kinds))
	for _, k := range h.Kinds {
		w.text(k.Category)
		w.text(k.Channel)
	}
	w.count(h.Len())
	last = 0
	for i := 0; i < h.Len(); {
		end := i
		for end < h.Len() && h.Hour[end] == h.Hour[i] {
			end++
		}
		w.count(int(h.Hour[i] - last))
		w.count(end - i)
		var cell int32
		for _, c := range h.Cell[i:end] {
			w.count(int(c - cell))
			cell = c
		}
		w.bytes(h.Kind[i:end]...)
		if last, i = h.Hour[i], end; len(w.buf) > 1<<16 {
			w.flush()
		}
	}
}
