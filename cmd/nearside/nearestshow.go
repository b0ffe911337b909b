package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// nearestMore are the flags of nearest that ask for more than the nearest free cars now.
type nearestMore struct {
	Busy     bool          `help:"Also cars on a call, by when they are expected to be clear (assumption)."`
	Coverage bool          `help:"Say what sending each car leaves behind: expected calls an hour that free cars cover."`
	Category string        `help:"Of the call, in the words of the rules of suitability, such as overdose: say which help they suggest." placeholder:"WORDS"`
	Channel  string        `help:"The same of the way by which the call came, such as 999." placeholder:"WORDS"`
	Ahead    time.Duration `help:"Ask for this long from now, up to 24h: speeds, closures and shifts of then." placeholder:"DURATION"`
	Incident string        `help:"Keep the answer as advice about incidents/ID." placeholder:"NAME"`
}

// writeNearest prints an answer as a table for people.
func writeNearest(w io.Writer, out *pb.FindNearestCarsResponse, reasons bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(t, format, args...) } // Flush tells a failure
	leaves := ""
	for _, c := range out.GetCandidates() {
		if c.GetCoverageLeft() != nil {
			leaves = "\tleaves covered"
		}
	}
	p("car\tby road\tarrival\t9 in 10 within\tposition\tstands in\tskills%s\n", leaves)
	for _, c := range out.GetCandidates() {
		p("%s\n", candidateRow(c, leaves != ""))
	}
	if len(out.GetCandidates()) == 0 {
		p("no car can go\n")
	}
	for _, e := range out.GetExclusions() {
		p("%s\tleft out: %s\n", e.GetCar(), e.GetReason())
	}
	for _, c := range out.GetCandidates() {
		if reasons {
			p("%s:\n  %s\n", c.GetCar().GetName(), strings.Join(c.GetReasons(), "\n  "))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	b := out.GetBasis()
	_, err := fmt.Fprintf(w, "call %s; %s; arrival includes mobilisation, and 9 in 10 a factor on road times (assumptions)%s\n%s", whereIs(out.GetBorough()), madeOf(b), cautions(b), assessed(out))
	return err
}

// candidateRow is a car's row of the table.
func candidateRow(c *pb.Candidate, leaves bool) string {
	seconds := func(d interface{ AsDuration() time.Duration }) string { return clock(d.AsDuration().Seconds()) }
	byRoad, arrival, by90 := seconds(c.GetTravelTime())+when(c.GetModelled(), " (modelled)"), seconds(c.GetArrivalTime()), seconds(c.GetArrivalTime_90())
	if c.GetDegraded() {
		byRoad, arrival, by90 = fmt.Sprintf("no road; %.1f km straight", c.GetStraightLineMetres()/1000), "not known", "not known"
	}
	if c.GetClearsIn() != nil {
		arrival += fmt.Sprintf(" (%s; clear in %s)", statusWords(c.GetCar().GetStatus()), seconds(c.GetClearsIn()))
	}
	row := strings.Join([]string{
		c.GetCar().GetName(), byRoad, arrival, by90, c.GetCar().GetPositionAge().AsDuration().Round(time.Second).String() + " old",
		c.GetCar().GetBorough(), skillList(c.GetCar().GetSkills()),
	}, "\t")
	if l := c.GetCoverageLeft(); leaves && l != nil {
		row += fmt.Sprintf("\t%.2f of %.2f calls/h within %g min", l.GetAfter(), l.GetBefore(), l.GetWithin().AsDuration().Minutes())
	}
	return row
}

// statusWords says what a car does.
func statusWords(s pb.CarStatus) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(s.String(), "CAR_STATUS_"), "_", " "))
}

// assessed says what else an answer has: which help the rules suggest, and where it is kept.
func assessed(out *pb.FindNearestCarsResponse) string {
	text := ""
	if a := out.GetAssessment(); a != nil {
		help := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(a.GetHelp().String(), "HELP_"), "_", " "))
		text = fmt.Sprintf("help by the rules %q: %s%s\n", a.GetRules(), help, when(a.GetNeedsNurse(), ", once the control-room nurse has decided"))
		for _, r := range a.GetReasons() {
			text += fmt.Sprintf("  %s (%s): %s\n", r.GetRule(), r.GetOrigin(), r.GetText())
		}
	}
	if out.GetAdvice() != "" {
		text += fmt.Sprintf("kept as %s until %s\n", out.GetAdvice(), out.GetAdviceExpireTime().AsTime().Format(time.RFC3339))
	}
	return text
}
