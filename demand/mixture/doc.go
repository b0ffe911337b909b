// Package mixture learns where calls come from: the probability over cells of a call, given the hour of
// the week in which it is made.
//
// It blends components, each a density over cells made from the same calls in another way. Some are plain:
// what was seen over all time, lately, spread over distance by kernels; what is known without calls: the
// covariates by a regression, the prior, the land. Others refine each other by gamma-Poisson shrinkage,
// in which a place follows its own calls as far as there are enough of them: calls spread nearby, then
// cell by cell, then by what was seen in the last weeks nearby (near repeat), then by the blocks of the
// week, by the hours of the day from coarse to fine, or by a few profiles that hours share.
//
// How much each counts is learnt by expectation maximisation on weeks held out: a held-out week is
// predicted by components made from the calls before it only, so the weights reward foresight and never
// memory. What each is shrunk by is found by marginal likelihood, and for cells by the same held-out
// weeks. With few calls everything falls back, in proportion, to what holds without any.
//
// Out of scope: how many calls there are (package volume) and of which kind (package forecast). A model
// tells apart the hours of the day on working days and at weekends, not single weekdays or seasons.
package mixture
