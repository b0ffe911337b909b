package demand

import "testing"

func TestHashCellsTellsCitiesApart(t *testing.T) {
	seen := map[[32]byte]int{}
	for i, c := range []struct {
		name, zone, holidays string
		cells                []string
	}{
		{"a", "UTC", "", []string{"x", "y"}},
		{"a", "UTC", "", []string{"y", "x"}},
		{"a", "UTC", "", []string{"xy"}},
		{"a", "UTC", "", []string{"x", "y", ""}},
		{"aU", "TC", "", []string{"x", "y"}},
		{"a", "UTC", EnglandAndWales, []string{"x", "y"}},
	} {
		h := HashCells(c.name, c.zone, c.holidays, c.cells)
		if j, ok := seen[h]; ok {
			t.Errorf("cities %d and %d have the same hash", j, i)
		}
		seen[h] = i
		if h != HashCells(c.name, c.zone, c.holidays, c.cells) {
			t.Errorf("city %d has two hashes", i)
		}
	}
}
