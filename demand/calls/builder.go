package calls

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of what is kept. They are far above any one service's calls and guard against files that are
// damaged or are something else.
const (
	MaxCalls = 50_000_000
	MaxCells = 1 << 24
	MaxLabel = 64 // bytes of a category or channel
)

// First and Last limit when a call can have been.
var (
	First = HourAt(time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC))
	Last  = HourAt(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)) // left out
)

// Call is one call for help as it is kept.
type Call struct {
	Hour Hour
	Cell int32
	Kind Kind
}

// Compare orders kinds by category, then channel: the order of a History's Kinds.
func (k Kind) Compare(o Kind) int {
	return cmp.Or(strings.Compare(k.Category, o.Category), strings.Compare(k.Channel, o.Channel))
}

// Check refuses names that are too long, are no text or have signs that print as nothing.
func (k Kind) Check() error {
	for _, name := range []string{k.Category, k.Channel} {
		switch {
		case len(name) > MaxLabel:
			return fmt.Errorf("category %q by channel %q: a name of %d bytes; want %d at most", k.Category, k.Channel, len(name), MaxLabel)
		case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
			return fmt.Errorf("category %q by channel %q: want UTF-8 text on one line", k.Category, k.Channel)
		}
	}
	return nil
}

// Builder takes calls in any order and makes a History of them. It holds 8 bytes a call, and 16 while it
// sorts them.
type Builder struct {
	cells int
	kinds map[Kind]uint8 // by first appearance
	names []Kind
	last  int      // the kind of the call before, in names: most calls have the same
	rows  []uint64 // hour, cell and kind, 32, 24 and 8 bits
}

// NewBuilder returns an empty Builder for calls in the given number of cells.
func NewBuilder(cells int) *Builder {
	return &Builder{cells: cells, kinds: make(map[Kind]uint8), last: -1}
}

// Len returns the number of calls added.
func (b *Builder) Len() int { return len(b.rows) }

// Add takes a call. It refuses one in no cell, in no hour from First to Last, with a name that Check
// refuses, or over MaxKinds or MaxCalls; what was added before stays.
func (b *Builder) Add(c Call) error {
	switch {
	case c.Hour < First || c.Hour >= Last:
		return fmt.Errorf("a call at %s; want %d to %d", c.Hour.Time().Format(time.DateOnly), First.Time().Year(), Last.Time().Year()-1)
	case c.Cell < 0 || int(c.Cell) >= min(b.cells, MaxCells):
		return fmt.Errorf("a call in cell %d; want 0 to %d", c.Cell, min(b.cells, MaxCells)-1)
	case len(b.rows) >= MaxCalls:
		return fmt.Errorf("more than %d calls; want fewer, such as a shorter span", MaxCalls)
	}
	if b.last < 0 || b.names[b.last] != c.Kind {
		if err := b.turnTo(c.Kind); err != nil {
			return err
		}
	}
	b.rows = append(b.rows, pack(c.Hour, c.Cell, uint8(b.last)))
	return nil
}

// turnTo makes a kind the last one seen.
func (b *Builder) turnTo(k Kind) error {
	if i, ok := b.kinds[k]; ok {
		b.last = int(i)
		return nil
	}
	if err := k.Check(); err != nil {
		return err
	}
	if len(b.names) == MaxKinds {
		return fmt.Errorf("category %q by channel %q would be one kind of call more than the %d that can be told apart; want fewer, such as broad categories only",
			k.Category, k.Channel, MaxKinds)
	}
	b.last = len(b.names)
	b.kinds[k] = uint8(b.last)
	b.names = append(b.names, k)
	return nil
}

// History returns the calls in order and leaves the Builder empty. Their span is whole days of the zone,
// from that of the first call to that of the last; days of it without a call that are no chance are gaps.
func (b *Builder) History(zone *time.Location) *History {
	kinds := slices.SortedFunc(slices.Values(b.names), Kind.Compare)
	var to [MaxKinds]uint8
	for i, k := range b.names {
		at, _ := slices.BinarySearchFunc(kinds, k, Kind.Compare)
		to[i] = uint8(at)
	}
	for i, row := range b.rows {
		b.rows[i] = row&^0xff | uint64(to[uint8(row)])
	}
	h := unpack(sortRows(b.rows))
	h.Cells, h.Kinds = b.cells, kinds
	*b = *NewBuilder(b.cells)
	if h.Len() > 0 {
		h.Span = Span{startOfDay(h.Hour[0], zone), endOfDay(h.Hour[h.Len()-1], zone)}
		h.Gaps = silences(h, zone)
	}
	return h
}

func pack(h Hour, cell int32, kind uint8) uint64 {
	return uint64(uint32(h))<<32 | uint64(cell)<<8 | uint64(kind)
}

// key returns call i of a history as pack has it, which ascends.
func (h *History) key(i int) uint64 { return pack(h.Hour[i], h.Cell[i], h.Kind[i]) }

func unpack(rows []uint64) *History {
	h := newHistory(len(rows))
	for i, row := range rows {
		h.Hour[i], h.Cell[i], h.Kind[i] = Hour(row>>32), int32(row>>8&(MaxCells-1)), uint8(row)
	}
	return h
}

func newHistory(calls int) *History {
	return &History{Hour: make([]Hour, calls), Cell: make([]int32, calls), Kind: make([]uint8, calls)}
}
