// Package web serves the planner's map: one page and its scripts, embedded in the binary.
//
// The TypeScript in src is bundled into dist by `make web`, which needs Node. Without it the package
// still compiles and its Handler serves a page that says how to build the map. At run time the page
// asks nobody but the server that it came from; the headers hold the browser to that.
package web
