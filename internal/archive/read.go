package archive

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// ErrBroken is wrapped by errors about archives that are not as they were written.
var ErrBroken = errors.New("not a whole backup")

// maxManifest bounds the manifest, in bytes: a hundred thousand files.
const maxManifest = 32 << 20

// maxWindow bounds the memory that reading takes.
const maxWindow = 64 << 20

// Read reads a whole archive and checks each file against the manifest, which it returns. take, where it
// is not nil, is given each file as it comes, before the archive is known to be whole.
func Read(in io.Reader, take func(name string, size int64, body io.Reader) error) (*Manifest, error) {
	z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	defer z.Close()
	r := tar.NewReader(z)
	var found []File
	for {
		h, err := r.Next()
		if err != nil {
			return nil, fmt.Errorf("%w: it has no %s at its end: %w", ErrBroken, manifestName, err)
		}
		if h.Name == manifestName {
			m, err := closing(r, h.Size, found)
			if err != nil {
				return nil, err
			}
			if _, err := io.Copy(io.Discard, z); err != nil { // to the checksum at the very end
				return nil, fmt.Errorf("%w: %w", ErrBroken, err)
			}
			return m, nil
		}
		f, err := readFile(r, h, take)
		if err != nil {
			return nil, err
		}
		found = append(found, f)
	}
}

func readFile(r *tar.Reader, h *tar.Header, take func(string, int64, io.Reader) error) (File, error) {
	if err := checkName(h.Name); err != nil {
		return File{}, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if h.Typeflag != tar.TypeReg {
		return File{}, fmt.Errorf("%w: %s is no plain file", ErrBroken, h.Name)
	}
	sum := sha256.New()
	body := io.TeeReader(r, sum)
	if take != nil {
		if err := take(h.Name, h.Size, body); err != nil {
			return File{}, err
		}
	}
	if _, err := io.Copy(io.Discard, body); err != nil {
		return File{}, fmt.Errorf("%w: %s: %w", ErrBroken, h.Name, err)
	}
	return File{h.Name, h.Size, hex.EncodeToString(sum.Sum(nil))}, nil
}

// closing reads the manifest and compares it with what was found.
func closing(r *tar.Reader, size int64, found []File) (*Manifest, error) {
	if size > maxManifest {
		return nil, fmt.Errorf("%w: a manifest of %d bytes", ErrBroken, size)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrBroken, manifestName, err)
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrBroken, manifestName, err)
	}
	if m.Format != Format {
		return nil, fmt.Errorf("%w: format %.40q, want %s: it was written by another version of Nearside, or is something else", ErrBroken, m.Format, Format)
	}
	if !slices.Equal(m.Files, found) {
		return nil, fmt.Errorf("%w: %s", ErrBroken, difference(m.Files, found))
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows the manifest", ErrBroken)
	}
	return &m, nil
}

// difference names the first file that is not as the manifest says.
func difference(said, found []File) string {
	for i, f := range said {
		if i >= len(found) || found[i].Name != f.Name {
			return f.Name + " is missing"
		}
		if found[i] != f {
			return f.Name + " has changed"
		}
	}
	return found[len(said)].Name + " is not in the manifest"
}

// Extract checks an archive and puts its files into a folder, which must be empty. Where it returns an
// error, the folder may hold some of them.
func Extract(in io.ReadSeeker, dir string) (*Manifest, error) {
	if _, err := Read(in, nil); err != nil {
		return nil, err
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return Read(in, func(name string, _ int64, body io.Reader) error {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, body)
		return errors.Join(err, f.Sync(), f.Close())
	})
}
