package intake

import (
	"cmp"
	"slices"
	"strings"
)

// CellDistrict is the district that most of a cell's calls name.
type CellDistrict struct {
	Cell int32
	Name string
}

// districts counts how often calls in a cell name a district. It guards as kindList does against a
// column of free text.
type districts struct {
	words  wordList
	number map[string]int32 // by name in lower case, and as spelt
	names  []string         // as first spelt
	calls  map[named]int
}

// named is a cell and a district that calls in it name.
type named struct{ cell, district int32 }

// fewestCalls is how many calls must name a district for it to be one. Fewer may be a slip, or a word
// that tells who called.
const fewestCalls = 10

func newDistricts(column string) *districts {
	return &districts{
		words:  wordList{flag: "district", column: column, most: 500, words: map[string]bool{}},
		number: map[string]int32{},
		calls:  map[named]int{},
	}
}

// add counts a call. One that names no district is passed over.
func (d *districts) add(cell int32, name []byte, line int64) error {
	if len(name) == 0 {
		return nil
	}
	n, ok := d.number[string(name)]
	if !ok {
		word, err := d.words.add(name, line)
		if err != nil {
			return err
		}
		if n, ok = d.number[word]; !ok {
			n = int32(len(d.names))
			d.number[word] = n
			d.names = append(d.names, strings.Join(strings.Fields(string(name)), " "))
		}
		if len(d.number) < maxMemo {
			d.number[string(name)] = n
		}
	}
	d.calls[named{cell, n}]++
	return nil
}

// most returns the district that most calls name in each cell, ascending by cell. Of two named as often
// it is the first by name.
func (d *districts) most() []CellDistrict {
	total := make([]int, len(d.names))
	for k, n := range d.calls {
		total[k.district] += n
	}
	var all []named
	for k := range d.calls {
		if total[k.district] >= fewestCalls {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(a, b named) int {
		return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(d.calls[b], d.calls[a]), strings.Compare(d.names[a.district], d.names[b.district]))
	})
	var out []CellDistrict
	for _, k := range all {
		if len(out) == 0 || out[len(out)-1].Cell != k.cell {
			out = append(out, CellDistrict{k.cell, d.names[k.district]})
		}
	}
	return out
}
