package archive

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

// Format names the layout of archives that this package writes and reads.
const Format = "nearside-backup/1"

// manifestName is the last file of an archive.
const manifestName = "MANIFEST.json"

// Manifest says what an archive holds. It is the last file: an archive without it is not whole.
type Manifest struct {
	Format  string    `json:"format"`
	Time    time.Time `json:"time"`
	Version string    `json:"version"` // of the program that wrote it
	// About has what else there is to know, such as the head of the ledger.
	About map[string]string `json:"about,omitempty"`
	Files []File            `json:"files"` // in their order
}

// File is one file of an archive.
type File struct {
	Name   string `json:"name"` // with slashes
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

// checkName refuses names that would lead out of a folder, or hide a file.
func checkName(name string) error {
	if !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\:\x00") || len(name) > 200 {
		return fmt.Errorf("a file called %.80q: want a path below a folder", name)
	}
	return nil
}

// Writer writes an archive.
type Writer struct {
	zip   *zstd.Encoder
	tar   *tar.Writer
	files []File
}

// NewWriter begins an archive.
func NewWriter(out io.Writer) (*Writer, error) {
	z, err := zstd.NewWriter(out)
	if err != nil {
		return nil, err
	}
	return &Writer{zip: z, tar: tar.NewWriter(z)}, nil
}

// Add puts the first size bytes of a file into the archive.
func (w *Writer) Add(name string, size int64, in io.Reader) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := w.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, Format: tar.FormatPAX}); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	sum := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(w.tar, sum), in, size); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	w.files = append(w.files, File{name, size, hex.EncodeToString(sum.Sum(nil))})
	return nil
}

// Close ends the archive with its manifest, of which Format and Files need not be given, and returns it.
func (w *Writer) Close(m Manifest) (*Manifest, error) {
	m.Format, m.Files, m.Time = Format, w.files, m.Time.UTC()
	text, err := json.MarshalIndent(&m, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := w.tar.WriteHeader(&tar.Header{Name: manifestName, Mode: 0o600, Size: int64(len(text)), Format: tar.FormatPAX}); err != nil {
		return nil, err
	}
	if _, err := w.tar.Write(text); err != nil {
		return nil, err
	}
	if err := w.tar.Close(); err != nil {
		return nil, err
	}
	return &m, w.zip.Close()
}

// Abort gives up an archive.
func (w *Writer) Abort() { _ = w.zip.Close() }
