package calls

import "slices"

// Rows are sorted by their lowest digit first, then by the next (LSD radix sort; Knuth, The Art of
// Computer Programming, volume 3, 5.2.5): linear time, with as much memory again. Eleven bits a digit keep the
// table of where each goes in the first cache.
const (
	digitBits  = 11
	digits     = (64 + digitBits - 1) / digitBits
	digitRange = 1 << digitBits
	fewRows    = 4096 // below it comparing is as fast
)

// sortRows returns the rows in ascending order. It uses and may return their memory.
func sortRows(rows []uint64) []uint64 {
	if len(rows) < fewRows || slices.IsSorted(rows) {
		slices.Sort(rows)
		return rows
	}
	var counts [digits][digitRange]int
	for _, row := range rows {
		for d := range counts {
			counts[d][row>>(d*digitBits)%digitRange]++
		}
	}
	spare := make([]uint64, len(rows))
	for d := range counts {
		shift := d * digitBits
		if counts[d][rows[0]>>shift%digitRange] == len(rows) {
			continue // all have the same digit
		}
		at := 0
		for v, n := range counts[d] {
			counts[d][v] = at
			at += n
		}
		for _, row := range rows {
			v := row >> shift % digitRange
			spare[counts[d][v]] = row
			counts[d][v]++
		}
		rows, spare = spare, rows
	}
	return rows
}
