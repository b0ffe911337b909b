package build

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/demand"
)

// calibration is a table with the rows that published reads.
const calibration = `
| quantity | value | source |
|---|---|---|
| LAS mental-health calls attended | 99,287 in the year to 31 January 2026 (272 a day) | LAS |
| hour of day, % from 00 to 23 | crisis calls (proxy): 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 3 | X |
| day of week, Monday to Sunday | 1 1 1 1 1 1 2 | X |
| holidays | 24 December 1.19, 25 1.03, 26 1.23, 31 1.06, 1 January 1.26 | X |
`

func TestPublished(t *testing.T) {
	p, err := published(calibration)
	if err != nil {
		t.Fatal(err)
	}
	if p.Yearly.Calls != 99287 || math.Abs(p.HourOfDay.Share[23]-3./26) > 1e-12 || math.Abs(p.DayOfWeek.Factor[6]-2*7./8) > 1e-12 {
		t.Errorf("calls %v, last hour %v, Sunday %v", p.Yearly.Calls, p.HourOfDay.Share[23], p.DayOfWeek.Factor[6])
	}
	if got, want := p.Holidays.Days[3:], []demand.Holiday{{Month: 12, Day: 31, Factor: 1.06}, {Month: 1, Day: 1, Factor: 1.26}}; got[0] != want[0] || got[1] != want[1] {
		t.Errorf("holidays end with %v, want %v", got, want)
	}
	for name, damage := range map[string]string{
		"yearly":      "99,287",
		"hour of day": " 3 |",
		"day of week": " 2 |",
		"holidays":    ", 26 1.23",
	} {
		if _, err := published(strings.Replace(calibration, damage, "|", 1)); err == nil {
			t.Errorf("%s: the table without %q was accepted", name, damage)
		}
	}
}

func TestBoroughSharesWantEveryMonth(t *testing.T) {
	path := filepath.Join(t.TempDir(), "incidents.csv")
	var b strings.Builder
	b.WriteString("code,borough,month,ambulance_incidents_attended\n")
	for i := range 33 {
		for _, month := range []string{"Jul 2009", "Aug 2009"} {
			b.WriteString("E090000" + string(rune('A'+i)) + ",B," + month + ",10\n")
		}
	}
	write := func(s string) {
		if err := os.WriteFile(path, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(b.String())
	shares, incidents, months, err := boroughShares(path)
	if err != nil || len(shares) != 33 || incidents != 660 || months != 2 || math.Abs(shares[7].Share-1./33) > 1e-12 {
		t.Errorf("%d shares, %d incidents, %d months, %v", len(shares), incidents, months, err)
	}
	write(strings.Replace(b.String(), ",B,Aug 2009,10\n", ",B,Aug 2009,\n", 1))
	if _, _, _, err := boroughShares(path); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("error %v, want one that names line 3", err)
	}
	write(strings.Replace(b.String(), "E090000A,B,Aug 2009,10\n", "E090000B,B,Aug 2009,10\n", 1))
	if _, _, _, err := boroughShares(path); err == nil {
		t.Error("a borough with a month missing was accepted")
	}
	for _, text := range []string{"", "code\n"} {
		write(text)
		if _, _, _, err := boroughShares(path); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%q: error %v, want one that names line 1", text, err)
		}
	}
}
