// Package outline makes a city to learn calls over from a GeoJSON outline, for cities other than the
// London that ships: H3 cells of one resolution within the outline, or the outline's own areas as cells.
//
// Read takes a file apart and says what is wrong with it. An Outline finds the cell of a point or of an
// area's name, and is kept in the data directory as city.json (docs/format/city.md), so that later
// commands need no outline.
package outline
