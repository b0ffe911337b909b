// Package planning turns a planner's question (how many cars, which hours) into optimiser problems
// over London, and their plans back into a document in the planner's words: places, boroughs,
// response times, comparisons and the gap.
package planning
