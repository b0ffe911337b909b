// Package hierarchy answers shortest-path queries between the nodes of a road graph by a customisable
// contraction hierarchy (Dibbelt, Strasser and Wagner, Customizable Contraction Hierarchies, 2016), in
// three phases kept apart by what changes: the Hierarchy follows from the graph's topology and an order
// of its nodes; a Metric adds travel times; a Search is the scratch space of queries on metrics.
package hierarchy
