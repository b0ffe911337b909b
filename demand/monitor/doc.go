// Package monitor scores a forecast against the calls that arrive and says when they part from it.
//
// A Watch is told, as each hour closes, what the forecast expected of every cell and which calls came.
// Its report has running scores beside what the forecast expects of itself, and findings: volume up or
// down, calls from other districts or at other hours, calls that fit worse.
//
// Each test is a cumulative sum of log likelihood ratios that starts anew on any day where it would be
// below zero (Page 1954, Biometrika 41, 100). A sum that starts on one given day reaches ln x with a
// probability of at most 1/x where nothing has changed (Ville 1939), however often it is looked at, so
// that the limits follow from the false alarms that Settings allow, without simulation. What counts as
// nothing is a change within the tolerance: a forecast is never exactly right.
package monitor
