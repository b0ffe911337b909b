// Package road holds a road network as flat typed slices, the speed profiles that turn it into
// travel times, and the snapping of points on to it.
//
// A node and an arc are their positions in the slices. Times are Millis, lengths metres, speeds
// kilometres an hour. A user's OpenStreetMap network and the built-in lattice are both a Graph.
package road
