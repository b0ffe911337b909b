package planning

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// MaxDocumentBytes is the size beyond which a plan document is refused: ten times that of a plan for
// every period of the week.
const MaxDocumentBytes = 32 << 20

// ErrDocument is wrapped by every error about a document that cannot be read.
var ErrDocument = errors.New("not a plan document")

// Encode returns the document as indented JSON with a final newline, its SHA256 filled in.
func (d *Document) Encode() ([]byte, error) {
	d.SHA256 = d.digest()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return nil, fmt.Errorf("encode plan: %w", err)
	}
	return b.Bytes(), nil
}

// Decode reads one document, which may have at most MaxDocumentBytes. A field that this version does
// not know is refused: Verify could not vouch for it. The errors wrap ErrDocument.
func Decode(r io.Reader) (*Document, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxDocumentBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	if len(text) > MaxDocumentBytes {
		return nil, fmt.Errorf("%w: larger than %d MiB", ErrDocument, MaxDocumentBytes>>20)
	}
	var head struct {
		Format string `json:"format"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDocument, withOffset(err))
	}
	if head.Format != Format {
		return nil, fmt.Errorf("%w: format %q, want %q; a plan of another release has to be made again", ErrDocument, head.Format, Format)
	}
	d := new(Document)
	j := json.NewDecoder(bytes.NewReader(text))
	j.DisallowUnknownFields()
	if err := j.Decode(d); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDocument, withOffset(err))
	}
	return d, nil
}

// withOffset adds where a syntax error is, which its text leaves out.
func withOffset(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("byte %d: %w", syntax.Offset, err)
	}
	return err
}

// digest returns the document's SHA256 field as it should be.
func (d *Document) digest() string {
	plain := *d
	plain.SHA256 = ""
	text, err := json.Marshal(&plain)
	if err != nil {
		return "" // only a number that is not finite cannot be written; Encode reports it
	}
	return hexDigest(sha256.Sum256(text))
}

func hexDigest(sum [sha256.Size]byte) string { return hex.EncodeToString(sum[:]) }
