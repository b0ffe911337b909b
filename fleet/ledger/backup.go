package ledger

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/nearside-ems/nearside/internal/artefact"
)

var backupKind = artefact.Kind{Magic: [8]byte([]byte("NEARLEDG")), Version: 1}

// ErrNotEmpty refuses to put a backup into a store that holds another log.
var ErrNotEmpty = errors.New("the store holds another log")

// Backup writes a store's log to a file that only its owner may read, whole or not at all, and says what
// is wrong with the log, if anything: that does not keep it from being written as it is.
// docs/format/ledger-backup.md has the layout.
func Backup(ctx context.Context, s Store, path string) (*Report, error) {
	v := NewVerifier()
	err := artefact.ReplacePrivate(path, func(w io.Writer) error {
		return artefact.Encode(w, backupKind, [32]byte{}, func(w io.Writer) error {
			for e, err := range s.Log(ctx, 0) {
				if err != nil {
					return err
				}
				v.Add(e)
				if err := writeEntry(w, e); err != nil {
					return err
				}
			}
			return writeEnd(w, v.Report().Head)
		})
	})
	if err != nil {
		return nil, err
	}
	return v.Report(), nil
}

// Restore puts a backup into a store that is empty, or that holds the beginning of the same log, as when a
// restore was interrupted. Nothing is written unless all of the file can be read. What was wrong with the
// log when it was backed up is in the report, and restored as it was.
func Restore(ctx context.Context, s Store, path string) (*Report, error) {
	report, err := ReadBackup(path, nil)
	if err != nil {
		return nil, err
	}
	have, err := headOf(ctx, s)
	if err != nil {
		return nil, err
	}
	last, at := map[string]Revision{}, Head{}
	_, err = ReadBackup(path, func(e Entry) error {
		at = at.Next(e)
		switch {
		case at.Revision == have.Revision && at != have:
			return fmt.Errorf("%w: its first %d entries are not those of the backup", ErrNotEmpty, have.Revision)
		case at.Revision > have.Revision:
			r, err := s.Append(ctx, e.Key, last[e.Key], e.Data)
			if err == nil && r != e.Revision {
				err = fmt.Errorf("%w: revision %d became %d; somebody else writes to it", ErrNotEmpty, e.Revision, r)
			}
			if err != nil {
				return fmt.Errorf("revision %d, %s: %w", e.Revision, e.Key, err)
			}
		}
		last[e.Key] = e.Revision
		return nil
	})
	if err == nil && at.Revision < have.Revision {
		err = fmt.Errorf("%w: it has %d entries, the backup %d", ErrNotEmpty, have.Revision, at.Revision)
	}
	return report, err
}

// headOf returns the head of a store's log.
func headOf(ctx context.Context, s Store) (h Head, err error) {
	for e, err := range s.Log(ctx, 0) {
		if err != nil {
			return h, err
		}
		h = h.Next(e)
	}
	return h, nil
}

// ReadBackup reads a backup, checks it, and hands each entry to each, which may be nil.
func ReadBackup(path string, each func(Entry) error) (*Report, error) {
	v := NewVerifier()
	err := artefact.Scan(path, backupKind, func(_ [32]byte, _ int64, r io.Reader) error {
		return readEntries(bufio.NewReader(r), func(e Entry) error {
			v.Add(e)
			if each == nil {
				return nil
			}
			return each(e)
		})
	})
	if err != nil {
		return nil, err
	}
	return v.Report(), nil
}

func writeEntry(w io.Writer, e Entry) error {
	head := append([]byte{byte(len(e.Key))}, e.Key...)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(e.Data)))
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err := w.Write(e.Data)
	return err
}

func writeEnd(w io.Writer, h Head) error {
	_, err := w.Write(append(binary.LittleEndian.AppendUint64([]byte{0}, uint64(h.Revision)), h.Sum[:]...))
	return err
}

// readEntries reads a backup's body.
func readEntries(r *bufio.Reader, each func(Entry) error) error {
	for head := (Head{}); ; {
		e, end, err := readEntry(r, head.Revision+1)
		if err != nil {
			return fmt.Errorf("%w: entry %d: %w", artefact.ErrCorrupt, head.Revision+1, err)
		}
		if end {
			return readEnd(r, head)
		}
		head = head.Next(e)
		if err := each(e); err != nil {
			return err
		}
	}
}

// readEntry reads an entry, or that there are no more.
func readEntry(r *bufio.Reader, revision Revision) (e Entry, end bool, err error) {
	n, err := r.ReadByte()
	if err != nil || n == 0 {
		return e, true, err
	}
	head := make([]byte, int(n)+4)
	if _, err := io.ReadFull(r, head); err != nil {
		return e, false, err
	}
	size := binary.LittleEndian.Uint32(head[n:])
	if size > MaxData {
		return e, false, fmt.Errorf("%d bytes of data, at most %d can be", size, MaxData)
	}
	e = Entry{revision, string(head[:n]), make([]byte, size)}
	if _, err := io.ReadFull(r, e.Data); err != nil {
		return e, false, err
	}
	return e, false, CheckEntry(e.Key, e.Data)
}

// readEnd reads what stands after the last entry, and holds it against the entries.
func readEnd(r io.Reader, head Head) error {
	var b [8 + 32]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return fmt.Errorf("%w: its end: %w", artefact.ErrCorrupt, err)
	}
	if h := (Head{Revision(binary.LittleEndian.Uint64(b[:])), [32]byte(b[8:])}); h != head {
		return fmt.Errorf("%w: its entries come to the head %s, it says %s", artefact.ErrCorrupt, head, h)
	}
	return nil
}
