// Package roadworks keeps what operators said about the roads, closures and live speeds, until it is
// taken back or expires: in a file that outlives the process, and as the arcs of the network in use.
//
// It has no clock; whoever calls it says what time it is.
package roadworks
