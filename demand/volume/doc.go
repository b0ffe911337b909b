// Package volume says when calls will come: the expected calls of all cells in each hour.
//
// An hour's expected calls are
//
//	level(day) · season(day) · holiday(day) · shape(hour of week)
//
// in local time: an hour of week that the clocks skip has no calls, one that they repeat has them twice.
//
// The shape is the typical week. Counts by hour of week are smoothed by circular Gaussian kernels in three
// layers, each shrunk to the prior's: factors of the weekdays, profiles over the day that Monday to
// Friday and the weekend share, each day's own departures. How widely, and how far shrunk, is chosen by weeks
// held out.
//
// A holiday's factor is what its days had over what their weekday and time of year gave, shrunk to a prior
// by how few days there were. 24, 25, 26 and 31 December and 1 January are told apart; England's and Wales's
// other bank holidays share a factor.
//
// The season is a trend, which dies away over half a year ahead, and two periods of annual waves, fitted by
// a Poisson model with a variance for the effect of the day. Under two years of days there are no waves.
//
// The level is a gamma posterior under exponentially falling weights, damped ahead towards that of the long
// run. Its half-life, its way back, and how much of trend and waves to use are what would have forecast
// best, a week and eight weeks ahead, at up to 52 weekly origins of the past, each seen from the days before
// it alone. Days four standard deviations off are clipped before the level follows them.
//
// The variances of a day's multiplier and of the level's, with which package count makes distributions of
// totals, come from the same origins, each following the level as those before it would have chosen.
//
// Where little is known the forecast falls back to Settings.PriorWeek in proportion: the prior's volume
// counts as four calls, its shape as thirty in each window of a day and twenty or more in each weekday.
// Without one the shape falls to the mean. Where nothing at all is known there is an error.
//
// Nothing here is random, and no figure depends on how many processors there are.
package volume
