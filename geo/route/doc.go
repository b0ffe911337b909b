// Package route says how long it takes by road, and which way: the nearest of many cars, one to many,
// many to many, paths, under any hour's speeds and whatever roads are closed. A Network is the roads, a
// Metric their times under one profile, a Finder the scratch space of queries; an Index keeps a fleet by
// the hubs above its cars. docs/routing.md has the rules and what they promise.
package route
