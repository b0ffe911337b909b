package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/nearside-ems/nearside/demand/intake"
)

// maxSpooled is the largest Parquet file that is taken from standard input: it has to be held whole, and
// that is done in memory, since nothing of a call may reach the disk.
const maxSpooled = 1 << 30

// readCalls reads the calls of a file, or of stdin where path is "-". sum stands for the file's bytes and
// for how they were read.
func readCalls(ctx context.Context, path string, stdin io.Reader, s intake.Settings, progress func(done, total int64)) (b *intake.Batch, r *intake.Report, sum [32]byte, err error) {
	h := sha256.New()
	if path == "-" {
		b, r, err = readStream(ctx, stdin, s, h, progress)
	} else {
		b, r, err = readFile(ctx, path, s, h, progress)
	}
	if err != nil {
		return nil, r, sum, err
	}
	for _, c := range r.Columns {
		_, _ = fmt.Fprintf(h, "%s=%q\n", c.Use, c.Name) // a hash takes everything
	}
	_, _ = fmt.Fprintf(h, "%s %s %d %v\n", r.DateOrder, r.Zone, s.TimeFormat, s.KeepIdentical)
	return b, r, [32]byte(h.Sum(nil)), nil
}

func readFile(ctx context.Context, path string, s intake.Settings, h hash.Hash, progress func(done, total int64)) (*intake.Batch, *intake.Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, errors.Unwrap(err) // the path is told with every error
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, errors.Unwrap(err)
	}
	if info.IsDir() {
		return nil, nil, errors.New("it is a directory; want a file")
	}
	s.Progress = func(n int64) { progress(n, info.Size()) }
	if !intake.IsParquet(f) {
		return readText(ctx, f, s, h)
	}
	if _, err := io.Copy(h, f); err != nil {
		return nil, nil, err
	}
	return intake.ReadParquet(ctx, f, info.Size(), s)
}

func readStream(ctx context.Context, r io.Reader, s intake.Settings, h hash.Hash, progress func(done, total int64)) (*intake.Batch, *intake.Report, error) {
	s.Progress = func(n int64) { progress(n, 0) }
	in := bufio.NewReaderSize(r, 1<<16)
	if head, err := in.Peek(4); err != nil || string(head) != "PAR1" {
		return readText(ctx, in, s, h) // which tells what is wrong with less than four bytes
	}
	whole, err := io.ReadAll(io.LimitReader(in, maxSpooled+1))
	if err != nil {
		return nil, nil, err
	}
	if len(whole) > maxSpooled {
		return nil, nil, fmt.Errorf("over %d MiB of Parquet from standard input: give the file's name", maxSpooled>>20)
	}
	_, _ = h.Write(whole)
	return intake.ReadParquet(ctx, bytes.NewReader(whole), int64(len(whole)), s)
}

// readText reads CSV and takes it into the hash.
func readText(ctx context.Context, r io.Reader, s intake.Settings, h hash.Hash) (*intake.Batch, *intake.Report, error) {
	return intake.ReadCSV(ctx, io.TeeReader(r, h), s)
}
