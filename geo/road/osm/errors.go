package osm

import "errors"

// What can be wrong with a file. Errors of Import wrap one of these, or a context's or reader's error.
var (
	ErrNotPBF    = errors.New("not an OpenStreetMap PBF file (.osm.pbf)")
	ErrTruncated = errors.New("the file ends in the middle of a block: the download is incomplete")
	ErrCorrupt   = errors.New("the file is damaged")
	ErrNoRoads   = errors.New("the file holds no roads that a car may use")
	ErrElsewhere = errors.New("the file's roads do not lie in London")
)
