// Package bng converts between WGS 84 and the British National Grid in and around Greater London,
// and reads and prints grid references such as "TQ 30027 80380".
//
// It follows the structure of Ordnance Survey's definitive transformation OSTN15: the grid's transverse
// Mercator projection of WGS 84, plus shifts read from a table. OSTN15's table covers Great Britain at
// 1 km; the one here was fitted to it over London at 5 km, in millimetres. WGS 84 stands for ETRS89, as
// in OSTN15's everyday use: the two are under a metre apart and drift by 2.5 cm a year.
//
// Within geo.London the result is within 0.15 m of OSTN15 (TestAgainstOSTN15 has the figures). Elsewhere
// there is none: points outside are refused.
package bng
