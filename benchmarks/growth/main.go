// Command growth prints how the road engine grows with the size of a city, as a Markdown table: for
// generated cities what all queries share (order and hierarchy), one profile's times, their labels, and
// the mean time of queries between random nodes, with plain Dijkstra's beside them. Everything runs on
// one core but for order and labels.
package main

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
)

func main() {
	sizes := flag.String("nodes", "250000,500000,1000000,2000000", "sizes of the cities, in nodes")
	flag.Parse()
	fmt.Println("| nodes | arcs | order and hierarchy | memory | customise a profile | memory | labels | memory | point to point, labels | 5 nearest of 500, hierarchy | labels | Dijkstra, point to point |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|---|")
	for size := range strings.SplitSeq(*sizes, ",") {
		nodes, err := strconv.Atoi(size)
		if err == nil {
			err = row(nodes)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "growth:", err)
			os.Exit(1)
		}
	}
}
