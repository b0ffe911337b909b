// Package order finds the order in which the nodes of a road network are contracted: a nested
// dissection (George 1973), in which small separators of large parts come last. Dead ends and nodes on
// the way come first; the rest is cut again and again along the smallest separator found in eight
// directions, until what is left is ordered by degree.
//
// What counts is the hierarchy that contraction in this order makes: its edges, its triangles, which a
// customisation looks at one by one, and the search space of a node, itself and all above it in the
// elimination tree, which a query climbs. In TestOrdersAreGood:
//
//	                                 nodes   edges   edges after    triangles   search space
//	                                                                             mean   most
//	London west of the meridian    178,791   214,709     486,524    1,643,129   133.4    209
//	city.Roads(178_791, 1)         175,756   212,678     586,270    2,473,167   136.7    170
//	the lattice                     17,279   129,225     789,717   58,042,384   234.4    558
//
// The lattice joins cells up to four rings apart, so that its separators are that much wider. Plain
// inertial flow (one separator in each of four directions, between quarters) makes search spaces 5 %
// larger in the west and 6 % in the lattice, with up to 13 % more triangles.
package order
