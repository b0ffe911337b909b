package intake

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// The largest page that is read. Those of common writers hold 1 MiB, or up to some million values.
const (
	maxPageBytes  = 256 << 20
	maxPageValues = 16 << 20
)

// each calls row with the values of every row, by position in read. They are valid until it returns.
func (t *table) each(read []int, row func(values []value) error) error {
	values := make([]value, len(read))
	for group := range t.file.RowGroups() {
		if err := t.eachOf(group, read, values, row); err != nil {
			return err
		}
	}
	return nil
}

// eachOf does so for a group of rows.
func (t *table) eachOf(number int, read []int, values []value, row func(values []value) error) error {
	group := t.file.RowGroups()[number]
	chunks := group.ColumnChunks()
	cursors := make([]cursor, len(read))
	defer func() {
		for i := range cursors {
			cursors[i].close()
		}
	}()
	for i, column := range read {
		c := t.columns[column]
		if err := t.checkPages(number, c.leaf); err != nil {
			return fmt.Errorf("the Parquet file is damaged: column %q: %w", shorten(t.header[column]), err)
		}
		cursors[i] = cursor{pages: chunks[c.leaf].Pages(), convert: c.convert}
	}
	for range group.NumRows() {
		for i := range cursors {
			var err error
			if values[i], err = cursors[i].next(); err != nil {
				return fmt.Errorf("the Parquet file is damaged: column %q: %w", shorten(t.header[read[i]]), err)
			}
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return nil
}

// checkPages looks at the headers of a column's pages, so that nothing is read that states to be
// larger than it can be.
func (t *table) checkPages(group, leaf int) error {
	meta := &t.file.Metadata().RowGroups[group].Columns[leaf].MetaData
	at := meta.DataPageOffset
	if meta.DictionaryPageOffset != 0 {
		at = meta.DictionaryPageOffset
	}
	end := min(at+meta.TotalCompressedSize, t.file.Size())
	if at < 0 || end < at {
		return errors.New("it is not within the file")
	}
	return walkPages(t.r, at, end)
}

// walkPages goes from header to header of the pages between two places of a file.
func walkPages(r io.ReaderAt, at, end int64) error {
	head := make([]byte, 1<<10)
	for at < end {
		n, err := r.ReadAt(head[:min(int64(len(head)), end-at)], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		p, ok := parsePageClaim(head[:n])
		if !ok {
			if n < len(head) || len(head) >= 1<<20 {
				return errors.New("a page has no header")
			}
			head = make([]byte, 4*len(head)) // statistics with long texts
			continue
		}
		at += int64(p.header)
		switch {
		case p.packed < 0 || p.packed > end-at:
			return errors.New("a page ends beyond its column")
		case p.size < 0 || p.size > maxPageBytes:
			return fmt.Errorf("a page of %d bytes; at most %d are read", p.size, maxPageBytes)
		case p.values < 0 || p.values > maxPageValues:
			return fmt.Errorf("a page of %d values; at most %d are read", p.values, maxPageValues)
		}
		at += p.packed
	}
	return nil
}

// cursor reads the values of a column, one for each row.
type cursor struct {
	pages   parquet.Pages
	page    parquet.Page
	values  parquet.ValueReader
	convert func(parquet.Value) value
	buf     [256]parquet.Value
	at, n   int
}

// next returns the next row's value.
func (c *cursor) next() (value, error) {
	for c.at == c.n {
		if err := c.fill(); err != nil {
			return value{}, err
		}
	}
	c.at++
	v := c.buf[c.at-1]
	if v.IsNull() {
		return value{}, nil
	}
	return c.convert(v), nil
}

// fill reads values, of the next page where this one has no more.
func (c *cursor) fill() error {
	if c.values == nil {
		page, err := c.pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return errors.New("it has fewer values than the file has rows")
		}
		if err != nil {
			return err
		}
		parquet.Release(c.page)
		c.page, c.values = page, page.Values()
	}
	n, err := c.values.ReadValues(c.buf[:])
	c.at, c.n = 0, n
	switch {
	case errors.Is(err, io.EOF):
		c.values = nil
	case err != nil:
		return err
	case n == 0:
		return errors.New("a page stops before its end")
	}
	return nil
}

func (c *cursor) close() {
	if c.pages == nil {
		return
	}
	parquet.Release(c.page)
	_ = c.pages.Close() // nothing was written
}
