package jetstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// disk brings what the folder's server has written onto the disk, for all who wait for it at once.
//
// The server could sync by itself, and would do so for each entry, one after another. It writes an entry
// into the last of its block files, which have numbers, before it acknowledges it, and never changes what it
// wrote. All that an acknowledgement lacks is that the files be synced, from the one on that the last sync
// ended with; what was acknowledged meanwhile shares the next sync. Nobody is shown an entry before.
type disk struct {
	folder string // all that is the ledger's
	blocks string // in it, the folder of the block files

	mu      sync.Mutex
	flush   func(*os.File) error // (*os.File).Sync, or a test's
	era     int                  // counts the servers that were started on the folder
	written ledger.Revision      // the last that somebody waits for
	synced  ledger.Revision      // the last that will outlive a power cut
	block   int                  // number of the file that the last sync ended with
	err     error                // why this era's entries cannot be synced
	round   chan struct{}        // closed at the end of the sync that is under way; nil: none is
	since   time.Time            // when that began
}

func newDisk(folder, stream string) *disk {
	return &disk{folder: folder, blocks: filepath.Join(folder, "store", "jetstream", "$G", "streams", stream, "msgs"), flush: (*os.File).Sync}
}

// index is the file in which the server keeps, now and then, what its block files come to.
func (d *disk) index() string { return filepath.Join(d.blocks, "index.db") }

func (d *disk) file(block int) string { return filepath.Join(d.blocks, fmt.Sprintf("%d.blk", block)) }

// begin begins an era: it syncs everything that the folder has, which goes up to a revision.
func (d *disk) begin(last ledger.Revision) error {
	if err := d.all(); err != nil {
		return err
	}
	files, err := os.ReadDir(d.blocks)
	if err != nil {
		return err
	}
	block := 0
	for _, f := range files {
		var n int
		if _, err := fmt.Sscanf(f.Name(), "%d.blk", &n); err == nil {
			block = max(block, n)
		}
	}
	if block == 0 {
		return fmt.Errorf("%w: there are no files of entries in %s", ErrDamaged, d.blocks)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.era++
	d.written, d.synced, d.block, d.err, d.round = last, last, block, nil, nil
	return nil
}

// rewrite writes files anew that a sync has failed on, while no server runs: the system may show what it has
// in memory of such a file, and take it for written, when the disk has it not.
func (d *disk) rewrite() error {
	d.mu.Lock()
	block, err := d.block, d.err
	d.mu.Unlock()
	if err == nil {
		return nil
	}
	for ; ; block++ {
		data, err := os.ReadFile(d.file(block))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			err = artefact.ReplacePrivate(d.file(block), func(w io.Writer) error {
				_, err := w.Write(data)
				return err
			})
		}
		if err != nil {
			return err
		}
	}
}

// all syncs every file and folder.
func (d *disk) all() error {
	return filepath.WalkDir(d.folder, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
		case e.IsDir():
			err = artefact.SyncFolder(path)
		default:
			err = d.one(path)
		}
		if errors.Is(err, fs.ErrNotExist) { // it was a temporary one
			return nil
		}
		return err
	})
}

// one syncs a file.
func (d *disk) one(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	d.mu.Lock()
	flush := d.flush
	d.mu.Unlock()
	return errors.Join(flush(f), f.Close())
}

// now is the era of what is asked from now on.
func (d *disk) now() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.era
}

// upTo returns once a revision that the server has acknowledged, when it was asked in an era, will outlive
// a power cut.
func (d *disk) upTo(ctx context.Context, era int, r ledger.Revision) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		switch {
		case era != d.era:
			return errors.New("the ledger's server was started anew meanwhile")
		case d.synced >= r:
			return nil
		case d.err != nil:
			return d.err
		}
		d.written = max(d.written, r)
		if d.round == nil {
			d.round, d.since = make(chan struct{}), time.Now()
			go d.sync(d.era, d.written, d.block, d.round)
		}
		round := d.round
		d.mu.Unlock()
		var ended error
		select {
		case <-round:
		case <-ctx.Done():
			ended = fmt.Errorf("the disk has not taken it: %w", ctx.Err())
		}
		d.mu.Lock()
		if ended != nil {
			return ended
		}
	}
}

// sync syncs the block files from one on, which have all entries up to a revision of an era.
func (d *disk) sync(era int, to ledger.Revision, from int, round chan struct{}) {
	last, err := d.blocksFrom(from)
	d.mu.Lock()
	defer d.mu.Unlock()
	defer close(round)
	if d.era != era {
		return
	}
	if d.err = err; err == nil {
		d.synced, d.block = to, last
	}
	d.round = nil
}

// blocksFrom syncs the block files from one on and returns the number of the last.
func (d *disk) blocksFrom(first int) (last int, err error) {
	for last = first; ; last++ {
		err := d.one(d.file(last))
		if errors.Is(err, fs.ErrNotExist) && last > first {
			break
		}
		if err != nil {
			return 0, fmt.Errorf("entries could not be brought onto the disk: %w", err)
		}
	}
	if last--; last > first {
		return last, artefact.SyncFolder(d.blocks)
	}
	return last, nil
}

// last returns the last revision that will outlive a power cut.
func (d *disk) last() ledger.Revision {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.synced
}

// failed returns why nothing can be synced until a server is started anew; nil: it can be.
func (d *disk) failed() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// fault returns failed, or that a sync takes very long.
func (d *disk) fault() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if took := time.Since(d.since); d.err == nil && d.round != nil && took > silence {
		return fmt.Errorf("the disk has taken nothing for %v", took.Round(time.Second))
	}
	return d.err
}
