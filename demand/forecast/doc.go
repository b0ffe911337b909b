// Package forecast says how many calls to expect where and when, and how sure that is.
//
// It puts together when calls come (package volume), where from (package mixture) and of which kind.
// A Baseline answers queries: a Fit learnt from calls, or a Prior where there are none. Both tell what
// they are with every answer, so that a reader can always tell what was learnt from what was assumed.
package forecast
