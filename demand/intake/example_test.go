package intake_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/demand/intake"
	"github.com/paulmach/orb"
)

// southbank is a city of one cell.
type southbank struct{}

func (southbank) At(p orb.Point) (int32, bool) {
	return 0, p[0] > -0.12 && p[0] < -0.10 && p[1] > 51.50 && p[1] < 51.51
}

func (southbank) Named(area string) (int32, bool) { return 0, area == "South Bank" }

func Example() {
	file := `Call Time;Latitude;Longitude;Call Type;Caller
31/12/2024 23:59;51.5055;-0.1131;Mental health;Somebody
01/01/2025 00:10;51.5055;-0.1131;MENTAL HEALTH;Somebody else
01/01/2025 00:20;0;0;Overdose;
`
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		fmt.Println(err)
		return
	}
	calls, report, err := intake.ReadCSV(context.Background(), strings.NewReader(file), intake.Settings{
		Zone: london, Where: southbank{}, Now: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC), MaxDropped: 0.5,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(report)
	for i, h := range calls.Hour {
		fmt.Println(h.Time().Format(time.RFC3339), calls.Cell[i], calls.Kinds[calls.Kind[i]].Category)
	}
	// Output:
	// Format: CSV, columns parted by semicolons
	// Column "Call Time": time (guessed from its name)
	// Column "Latitude": lat (guessed from its name)
	// Column "Longitude": lon (guessed from its name)
	// Column "Call Type": category (guessed from its name)
	// Dates: day first (as line 2 shows)
	// Rows: 3 read, 2 kept, 1 dropped
	//   1 dropped: at 0, 0, which stands for no place (line 4)
	// Time: 2024-12-31 23:00 to 2025-01-01 01:00 UTC, by the clocks of Europe/London
	// 2024-12-31T23:00:00Z 0 mental health
	// 2025-01-01T00:00:00Z 0 mental health
}
