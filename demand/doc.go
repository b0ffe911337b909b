// Package demand says where and when calls come from: expected calls per cell and hour of week.
//
// The shipped Prior is a yearly volume spread over hours by published profiles and over cells by
// where people live and how much mental ill-health there is. It is a prior, not a measurement of
// London's calls, and is labelled so. A Calendar turns hours of the week into real time, with
// daylight saving and holidays.
package demand
