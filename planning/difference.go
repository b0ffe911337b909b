package planning

import (
	"cmp"
	"fmt"
	"slices"
)

// Difference is what changes from plan A to plan B.
type Difference struct {
	Cars, Centres SitesDifference
	All           AreaDifference
	ByBorough     []AreaDifference // those that both plans have, by code
	// Apart lists in what the plans' questions differ; where it is not empty, the figures do not
	// compare like with like.
	Apart []string
}

// SitesDifference sorts the sites of two plans.
type SitesDifference struct {
	Both, OnlyA, OnlyB []Site
}

// AreaDifference is how two plans serve one area.
type AreaDifference struct {
	A, B Area
}

// MeanSeconds returns by how much the mean response is longer in B.
func (d *AreaDifference) MeanSeconds() float64 { return d.B.MeanSeconds - d.A.MeanSeconds }

// Compare sets two plans beside each other.
func Compare(a, b *Document) *Difference {
	d := &Difference{
		Cars: compareSites(a.Cars, b.Cars), Centres: compareSites(a.Centres, b.Centres),
		All: AreaDifference{a.All, b.All}, Apart: apart(a, b),
	}
	for _, x := range a.ByBorough {
		if i := slices.IndexFunc(b.ByBorough, func(y Area) bool { return y.Code == x.Code }); i >= 0 {
			d.ByBorough = append(d.ByBorough, AreaDifference{x, b.ByBorough[i]})
		}
	}
	slices.SortFunc(d.ByBorough, func(x, y AreaDifference) int { return cmp.Compare(x.A.Code, y.A.Code) })
	return d
}

// compareSites matches sites by cell, as often as both lists have it.
func compareSites(a, b []Site) SitesDifference {
	var d SitesDifference
	left := map[string]int{}
	for _, s := range b {
		left[s.Cell]++
	}
	for _, s := range a {
		if left[s.Cell] > 0 {
			left[s.Cell]--
			d.Both = append(d.Both, s)
		} else {
			d.OnlyA = append(d.OnlyA, s)
		}
	}
	for _, s := range b {
		if left[s.Cell] > 0 {
			left[s.Cell]--
			d.OnlyB = append(d.OnlyB, s)
		}
	}
	return d
}

// apart says in what the questions behind two plans differ.
func apart(a, b *Document) []string {
	var out []string
	for _, c := range []struct{ what, a, b string }{
		{"built-in data", short(a.DataSHA256), short(b.DataSHA256)},
		{"network", a.Network.Name + " " + short(a.Network.SHA256), b.Network.Name + " " + short(b.Network.SHA256)},
		{"expected calls", a.Demand.Source + " " + short(a.Demand.SHA256), b.Demand.Source + " " + short(b.Demand.SHA256)},
		{"calls that count", string(a.Scenario.Calls), string(b.Scenario.Calls)},
		{"hours", a.HoursInWords, b.HoursInWords},
		{"driving", a.Scenario.Driving.String(), b.Scenario.Driving.String()},
		{"objective", a.ObjectiveInWords, b.ObjectiveInWords},
		{"busy fraction", busyGiven(a), busyGiven(b)},
	} {
		if c.a != c.b {
			out = append(out, fmt.Sprintf("%s: A %s, B %s", c.what, c.a, c.b))
		}
	}
	return out
}

// busyGiven says how the busy fraction came about: estimates differ with the cars, as they should.
func busyGiven(d *Document) string {
	if d.Scenario.Busy == nil {
		return "estimated"
	}
	return fmt.Sprintf("given as %g", *d.Scenario.Busy)
}

func short(digest string) string { return digest[:min(12, len(digest))] }
