package data

import (
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io/fs"
	"sync"
)

// Names of the shipped files within the data folder.
const (
	boroughsFile   = "boroughs/boroughs.geojson"
	thamesFile     = "boroughs/thames.geojson"
	populationFile = "population.csv"
	placesFile     = "places.csv"
	demandFile     = "profiles/demand.json"
	speedsFile     = "profiles/speeds.json"
	latticeFile    = "lattice.bin"
	orderFile      = "lattice-order.bin"
	suitableFile   = "suitability.json"
)

//go:embed boroughs/boroughs.geojson boroughs/thames.geojson lattice-order.bin lattice.bin population.csv places.csv profiles/demand.json profiles/speeds.json suitability.json
var shipped embed.FS

// BoroughsGeoJSON and ThamesGeoJSON return the outlines for maps, as docs/format/boroughs.md describes them.
func BoroughsGeoJSON() []byte { return mustRead(boroughsFile) }

// ThamesGeoJSON is described with BoroughsGeoJSON.
func ThamesGeoJSON() []byte { return mustRead(thamesFile) }

// SuitabilityJSON returns the shipped rules of suitability, to begin one's own with.
func SuitabilityJSON() []byte { return mustRead(suitableFile) }

func mustRead(name string) []byte {
	b, err := shipped.ReadFile(name)
	if err != nil {
		panic(err) // an embedded file system has no read errors
	}
	return b
}

// Hash returns the SHA-256 of all shipped files, their names and lengths included, in hexadecimal.
func Hash() string { return shippedHash() }

var shippedHash = sync.OnceValue(func() string {
	h, err := hashFS(shipped)
	if err != nil {
		panic(err) // an embedded file system has no read errors
	}
	return h
})

// hashFS hashes every file of f in the order of their paths.
func hashFS(f fs.FS) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(f, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(f, path)
		if err != nil {
			return err
		}
		writeFramed(h, []byte(path))
		writeFramed(h, b)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("built-in data: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// writeFramed writes b after its length, so that no two lists of files hash alike.
func writeFramed(h hash.Hash, b []byte) {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(b)))
	_, _ = h.Write(n[:]) // a hash takes everything
	_, _ = h.Write(b)
}
