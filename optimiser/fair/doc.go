// Package fair places facilities so that the parts of a demand are served alike: the boroughs of a
// city, or samples of its future. It says how far a plan can be from the best one by the same measure.
//
// A part's mean is linear in the weights of its cells, so that whatever is measured over the parts (a
// power mean, the worst part, the mean under caps) is bounded from below by a placement problem of
// package optimiser with other weights on the same demand, and a Certificate is one of that package
// with those weights. docs/equity.md derives the bounds.
//
// The power mean and the worst-first order go back to Kolm (1976) and Rawls (1971); as objectives of
// facility location see Ogryczak (2000), "Inequality measures and equitable approaches to location
// problems".
package fair
