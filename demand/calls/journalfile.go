package calls

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/nearside-ems/nearside/internal/artefact"
)

// JournalFile is the name of the journal within a data directory: calls that arrived since File was
// written. docs/format/calls.md has its layout.
const JournalFile = "calls.log"

const (
	journalHead = 8 + 4 + 8 + 32 + 4 // magic, version, round, city, checksum
	recordHead  = 8                  // length and checksum
)

var (
	journalMagic = [8]byte([]byte("NSCALLOG"))
	castagnoli   = crc32.MakeTable(crc32.Castagnoli)
)

// journal is what calls.log holds: calls that arrived after calls.bin was written.
type journal struct {
	calls []Call
	kinds map[Kind]bool // of the calls
	first Hour          // of the calls, where there are any
	size  int64         // bytes that were read
	torn  bool          // a last record that was never acknowledged follows
}

func (j *journal) add(arrived []Call) {
	for _, c := range arrived {
		if len(j.calls) == 0 {
			j.first, j.kinds = c.Hour, make(map[Kind]bool)
		}
		j.first = min(j.first, c.Hour)
		j.kinds[c.Kind] = true
		j.calls = append(j.calls, c)
	}
}

func appendHead(b []byte, round uint64, city [32]byte) []byte {
	from := len(b)
	b = append(b, journalMagic[:]...)
	b = binary.LittleEndian.AppendUint32(b, fileKind.Version)
	b = binary.LittleEndian.AppendUint64(b, round)
	b = append(b, city[:]...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[from:], castagnoli))
}

// appendRecord adds the record of calls that arrived together.
func appendRecord(b []byte, arrived []Call) []byte {
	w := &writer{}
	for _, c := range arrived {
		w.hour(c.Hour)
		w.count(int(c.Cell))
		w.text(c.Kind.Category)
		w.text(c.Kind.Channel)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(w.buf)))
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(w.buf, castagnoli))
	return append(b, w.buf...)
}

// decodeJournal reads a journal that belongs to a round of a city's calls. One of a round before is in
// the calls already: a crash came between writing them and removing it.
func decodeJournal(b []byte, round uint64, city [32]byte, cells int) (*journal, error) {
	if len(b) < journalHead {
		return &journal{torn: true}, nil // a crash came before its first call was acknowledged
	}
	head := b[:journalHead-4]
	whole := binary.LittleEndian.Uint32(b[journalHead-4:]) == crc32.Checksum(head, castagnoli)
	switch {
	case !whole && allZero(b[journalHead:]):
		return &journal{torn: true}, nil // the same: some file systems leave zeros
	case [8]byte(head) != journalMagic:
		return nil, artefact.ErrForeign
	case !whole:
		return nil, fmt.Errorf("%w: its head", artefact.ErrCorrupt)
	case binary.LittleEndian.Uint32(head[8:]) != fileKind.Version:
		return nil, artefact.ErrVersion
	case [32]byte(head[20:]) != city || binary.LittleEndian.Uint64(head[12:]) > round:
		return nil, fmt.Errorf("%w: it belongs to another %s", artefact.ErrStale, File)
	case binary.LittleEndian.Uint64(head[12:]) < round:
		return &journal{torn: true}, nil
	}
	j := &journal{size: journalHead}
	for rest := b[journalHead:]; len(rest) > 0; rest = b[j.size:] {
		n, arrived, err := decodeRecord(rest, cells)
		if err != nil {
			return nil, fmt.Errorf("%w at byte %d", err, j.size)
		}
		if n == 0 {
			j.torn = true
			return j, nil
		}
		j.size += int64(n)
		j.add(arrived)
	}
	return j, nil
}

// decodeRecord reads the first record and its length; 0 where it was never written whole.
func decodeRecord(b []byte, cells int) (int, []Call, error) {
	if len(b) < recordHead {
		return 0, nil, nil
	}
	n := int64(binary.LittleEndian.Uint32(b)) + recordHead
	switch {
	case n > int64(len(b)) || allZero(b):
		return 0, nil, nil
	case crc32.Checksum(b[recordHead:n], castagnoli) != binary.LittleEndian.Uint32(b[4:]):
		if allZero(b[n:]) {
			return 0, nil, nil
		}
		return 0, nil, fmt.Errorf("%w: a record's checksum", artefact.ErrCorrupt)
	case n == recordHead:
		return 0, nil, fmt.Errorf("%w: an empty record", artefact.ErrCorrupt)
	}
	r := &reader{rest: b[recordHead:n]}
	var arrived []Call
	for len(r.rest) > 0 {
		c := Call{Hour: r.hour("an hour"), Cell: int32(r.count("a cell", cells-1))}
		c.Kind = Kind{r.text("a category", MaxLabel), r.text("a channel", MaxLabel)}
		if err := c.Kind.Check(); err != nil {
			r.fail("%w", err)
		}
		if c.Hour < First || c.Hour >= Last {
			r.fail("hour %d", c.Hour)
		}
		arrived = append(arrived, c)
	}
	return int(n), arrived, r.err
}

func allZero(b []byte) bool {
	return !slices.ContainsFunc(b, func(x byte) bool { return x != 0 })
}
