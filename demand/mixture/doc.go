// Package mixture learns where calls come from: the probability over cells of a call, given the hour of
// the week in which it is made.
//
// It blends components, each a density over cells made from the same calls in another way: what was
// seen, what was seen lately, the same smoothed over distance, and what holds without any calls. How much
// each counts is learnt by expectation maximisation on weeks held out: a held-out week is predicted by
// components made from the calls before it only, so the weights reward foresight and never memory.
package mixture
