// Package fakecad plays the part of a control room against a running server, through the public API
// only: its cars drive and report, calls come in, each is given to a car, and every answer is checked
// against what the control room knows for certain and works out by itself.
//
// Cars, calls and how long things take are made up (Settings) but for where and when calls come, which is
// drawn from the server's own forecast. Nothing of a run is a figure about a service.
package fakecad
