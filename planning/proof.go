package planning

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/nearside-ems/nearside/optimiser"
)

// maxProof is the most multipliers, and the most steps, that a document's proof may hold: some eighty
// vectors for London. A proof is compressed, so that the document's own size does not bound it.
const maxProof = 1 << 24

// errProof is wrapped by every error about a proof that cannot be read.
var errProof = errors.New("proof cannot be read")

// encodeProof packs a certificate's multipliers and steps into text; docs/format/plan.md has the layout.
// Multipliers are whole milliseconds. Neighbouring cells have like ones, so differences are stored.
func encodeProof(c *optimiser.Certificate) (string, error) {
	raw := binary.AppendUvarint(nil, uint64(len(c.Multiplier)))
	before := int64(0)
	for _, m := range c.Multiplier {
		milli := int64(math.Round(m * 1000))
		raw = binary.AppendVarint(raw, milli-before)
		before = milli
	}
	raw = binary.AppendUvarint(raw, uint64(len(c.Proof)))
	for _, s := range c.Proof {
		raw = binary.AppendUvarint(append(raw, byte(s.Kind)), uint64(s.Index))
	}
	raw = binary.AppendUvarint(raw, uint64(len(c.Price)))
	for _, p := range c.Price {
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(p))
	}
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, err := z.Write(raw)
	if err := errors.Join(err, z.Close()); err != nil {
		return "", fmt.Errorf("encode proof: %w", err)
	}
	return base64.StdEncoding.EncodeToString(packed.Bytes()), nil
}

// decodeProof reads what encodeProof wrote into the certificate.
func decodeProof(text string, c *optimiser.Certificate) error {
	z, err := zlib.NewReader(base64.NewDecoder(base64.StdEncoding, bytes.NewReader([]byte(text))))
	if err != nil {
		return fmt.Errorf("%w: %w", errProof, err)
	}
	r := bufio.NewReader(z)
	n, err := readCount(r)
	if err != nil {
		return err
	}
	at := int64(0)
	for range n {
		step, err := binary.ReadVarint(r)
		if err != nil {
			return fmt.Errorf("%w: %w", errProof, err)
		}
		at += step
		c.Multiplier = append(c.Multiplier, float64(at)/1000)
	}
	if n, err = readCount(r); err != nil {
		return err
	}
	for range n {
		kind, err := r.ReadByte()
		if err != nil {
			return fmt.Errorf("%w: %w", errProof, err)
		}
		index, err := readCount(r)
		if err != nil {
			return err
		}
		c.Proof = append(c.Proof, optimiser.Step{Kind: optimiser.Kind(kind), Index: index})
	}
	if err := decodePrices(r, c); err != nil {
		return err
	}
	if _, err := r.ReadByte(); err != io.EOF {
		return fmt.Errorf("%w: bytes after its end", errProof)
	}
	return nil
}

// decodePrices reads the prices of a budget, one for each vector of multipliers.
func decodePrices(r *bufio.Reader, c *optimiser.Certificate) error {
	n, err := readCount(r)
	if err != nil {
		return err
	}
	var bits [8]byte
	for range n {
		if _, err := io.ReadFull(r, bits[:]); err != nil {
			return fmt.Errorf("%w: %w", errProof, err)
		}
		c.Price = append(c.Price, math.Float64frombits(binary.LittleEndian.Uint64(bits[:])))
	}
	return nil
}

func readCount(r io.ByteReader) (int, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errProof, err)
	}
	if n > maxProof {
		return 0, fmt.Errorf("%w: a count of %d, at most %d is allowed", errProof, n, maxProof)
	}
	return int(n), nil
}
