package monitor

import "testing"

// BenchmarkReport assesses a year of hours in 33 districts.
func BenchmarkReport(b *testing.B) {
	w := newWorld(33, 272, 1).watch(b, 365, 365, change{})
	b.ResetTimer()
	for b.Loop() {
		w.Report()
	}
}

// BenchmarkClose closes an hour of a city of London's size.
func BenchmarkClose(b *testing.B) {
	world := newWorld(5760, 272, 1) // three cells each
	for i := range world.city.District {
		world.city.District[i] = int32(i % 33)
	}
	world.city.Districts = world.city.Districts[:33]
	w, err := New(world.city, spread, DefaultSettings())
	if err != nil {
		b.Fatal(err)
	}
	rates := world.rates(start+12, nil)
	came := world.draw(rates, nil)
	for b.Loop() {
		if err := w.Close(start, rates, came); err != nil {
			b.Fatal(err)
		}
	}
}
