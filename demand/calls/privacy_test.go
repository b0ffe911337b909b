package calls

import (
	"testing"

	"github.com/nearside-ems/nearside/internal/leftover"
)

// TestNoRawRowIsOnDisk: of rows with a name, a place and a time nothing but the kind is in any file,
// whether they were imported or reported one by one.
func TestNoRawRowIsOnDisk(t *testing.T) {
	const raw = "time,lat,lon,category,channel,caller,note\n" +
		"2026-02-28T04:12:31Z,51.507412,-0.127811,crisis,999,Jane Doe,on the bridge\n" +
		"2026-02-28T05:44:02Z,51.493315,-0.098702,welfare,police,John Roe,door is locked\n"
	dir := t.TempDir()
	rows := []Call{{HourAt(today) - 32, 3, Kind{"crisis", "999"}}, {HourAt(today) - 31, 5, Kind{"welfare", "police"}}}
	b := NewBuilder(40)
	for _, c := range rows {
		if err := b.Add(c); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, dir)
	add(t, s, Batch{SHA256: [32]byte{9}, Read: 2, Kept: 2, Calls: b.History(london)})
	if err := s.Append(rows, today); err != nil {
		t.Fatal(err)
	}
	found, err := leftover.Search(dir, []byte(raw), "crisis", "welfare", "police", "999")
	if err != nil || len(found) > 0 {
		t.Errorf("found %v, %v", found, err)
	}
}
