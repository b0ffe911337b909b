// Package backtest proves forecasters: it has them forecast past weeks from what came before each, scores
// what they said against the calls that came, and compares them on the same weeks.
//
// The baselines are the industry's practice (MEDIC), a separable model and a spatio-temporal kernel density
// estimate, each tuned on the weeks before every origin, so that none is weaker than it need be.
package backtest
