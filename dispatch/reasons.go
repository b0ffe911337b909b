package dispatch

import (
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/geo"
)

// Reasons says in words why candidate rank (0 is the first) stands where it does at now.
func (s Settings) Reasons(now time.Time, in *Incident, ranked []Candidate, rank int) []string {
	c, car := ranked[rank], ranked[rank].Car
	reasons := []string{fmt.Sprintf("%s, position %s old", car.Status, words(car.Age(now)))}
	if rank == 0 {
		reasons = append(reasons, "arrives first by road")
	} else {
		late := time.Duration(c.Arrival-ranked[0].Arrival) * time.Millisecond
		reasons = append(reasons, fmt.Sprintf("arrives %s after %s", words(late), ranked[0].Car.Name))
	}
	if in.Skills != 0 {
		reasons = append(reasons, "has "+in.Skills.String()+" as asked")
	}
	if car.Sector != in.Sector && car.Sector < geo.Sectors && in.Sector < geo.Sectors {
		reasons = append(reasons, fmt.Sprintf("comes from %s into %s", car.Sector, in.Sector))
	}
	if left := car.ShiftEnd.Sub(now); !car.ShiftEnd.IsZero() && left < time.Hour {
		reasons = append(reasons, "its shift ends in "+words(left))
	}
	return append(reasons, fmt.Sprintf("arrival includes %s to mobilise (assumption)", words(s.Mobilisation)))
}

// Reasons says in words why a stranded car is offered at all.
func (s Stranded) Reasons(now time.Time) []string {
	why := "no road leads from it to the call"
	if !s.Car.OnRoad {
		why = "no road is near it"
	}
	return []string{
		fmt.Sprintf("%s, position %s old", s.Car.Status, words(s.Car.Age(now))),
		fmt.Sprintf("%s: %.1f km as the crow flies, travel time not known", why, s.Metres/1000),
	}
}

// words returns a duration as people say it: "4 s", "7 min 10 s", "2 h 5 min".
func words(d time.Duration) string {
	s := int64(d.Round(time.Second) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600 && s%60 == 0:
		return fmt.Sprintf("%d min", s/60)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	default:
		return fmt.Sprintf("%d h %d min", s/3600, s%3600/60)
	}
}
