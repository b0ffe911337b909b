// Package count gives the distribution of how many calls a place and period will have.
//
// Calls are Poisson given the day. Days differ by more than chance, all places and hours of a day
// together, so the mean of each local day is multiplied by a gamma variable of its own; and the level
// of a whole forecast is not known exactly, so all its days share one more. A total is then
//
//	N ~ Poisson(L · Σ_d G_d · m_d)
//
// with m_d the expected calls of local day d, G_d of mean 1 and variance Dispersion.Day, L of mean 1 and
// variance Dispersion.Level, all gamma and independent. Within one day, and without L, that is the
// negative binomial. A part of the calls, such as those of one area or channel, keeps the multipliers:
// its distribution is that of its own, smaller means.
package count
