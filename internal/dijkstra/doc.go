// Package dijkstra is the plain shortest-path search (Dijkstra, A Note on Two Problems in Connexion with
// Graphs, 1959): the referee that every answer of geo/route equals, the reference of its benchmarks, and
// what the data steps measure with. Answers in service come from geo/route.
package dijkstra
