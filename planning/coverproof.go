package planning

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/nearside-ems/nearside/optimiser/cover"
)

// maxCoverProof is the most bytes of JSON that a proof of package cover may hold.
const maxCoverProof = 256 << 20

// encodeCover packs a proof of package cover into text: its JSON, compressed. A bound that needs no
// proof has none, "".
func encodeCover(p *cover.Proof) (string, error) {
	if p == nil {
		return "", nil
	}
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	err := json.NewEncoder(z).Encode(p)
	if err := errors.Join(err, z.Close()); err != nil {
		return "", fmt.Errorf("encode proof: %w", err)
	}
	return base64.StdEncoding.EncodeToString(packed.Bytes()), nil
}

// decodeCover reads what encodeCover wrote.
func decodeCover(text string) (*cover.Proof, error) {
	if text == "" {
		return nil, nil
	}
	z, err := zlib.NewReader(base64.NewDecoder(base64.StdEncoding, bytes.NewReader([]byte(text))))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errProof, err)
	}
	all, err := io.ReadAll(io.LimitReader(z, maxCoverProof+1))
	if err == nil && len(all) > maxCoverProof {
		err = fmt.Errorf("more than %d bytes", maxCoverProof)
	}
	p := new(cover.Proof)
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(all))
		d.DisallowUnknownFields()
		if err = d.Decode(p); err == nil && d.More() {
			err = errors.New("text after its end")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errProof, err)
	}
	return p, nil
}
