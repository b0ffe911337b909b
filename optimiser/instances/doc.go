// Package instances reads the standard instance files on which placement is compared in the
// literature, each as points that are both sites and cells, with weights and distances.
//
// The formats are OR-Library's p-median graphs (Beasley 1985), TSPLIB's plane points (Reinelt 1991) and
// the city files of maximal covering (Máximo, Cordeau and Nascimento 2023).
// docs/format/instances.md describes them.
package instances
