package monitor

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// partNames are the parts of the week in words.
var partNames = [weekParts]string{
	"00:00 to 06:00 on weekdays", "06:00 to 12:00 on weekdays", "12:00 to 18:00 on weekdays", "18:00 to 24:00 on weekdays",
	"00:00 to 06:00 at weekends", "06:00 to 12:00 at weekends", "12:00 to 18:00 at weekends", "18:00 to 24:00 at weekends",
}

// tests returns, of each kind, the test that is nearest to its limit.
func (c *charts) tests(s *Settings) []Test {
	within := func(share float64) string {
		return fmt.Sprintf("within a year with a probability of at most %.0f %%", min(100, 100*365*share/s.FalseAlarmDays))
	}
	place := Test{Place, "calls of one district", 0, c.place[0].up.limit, within(placeShare)}
	for i := range c.place {
		place.Value = max(place.Value, c.place[i].up.value, c.place[i].down.value)
	}
	hours := Test{Hours, "calls of one part of the day", 0, c.hours[0].up.limit, within(hoursShare)}
	for i := range c.hours {
		hours.Value = max(hours.Value, c.hours[i].up.value, c.hours[i].down.value)
	}
	return []Test{
		{VolumeUp, "more calls", max(0, c.volume.up.value), c.volume.up.limit, within(volumeShare / 2)},
		{VolumeDown, "fewer calls", max(0, c.volume.down.value), c.volume.down.limit, within(volumeShare / 2)},
		place, hours,
		{Score, "places that fit worse", max(0, c.score.value), c.score.limit, within(scoreShare)},
	}
}

// findings puts what is flagged into words, the longest flagged of each kind first.
func (w *Watch) findings(c *charts) (all []Finding) {
	if c.volume.up.flagged {
		all = append(all, w.volume(VolumeUp, &c.volume.up))
	}
	if first, ok := w.silence(); ok {
		all = append(all, w.silent(first))
	} else if c.volume.down.flagged {
		all = append(all, w.volume(VolumeDown, &c.volume.down))
	}
	all = append(all, w.places(c)...)
	all = append(all, w.parts(c)...)
	if c.score.flagged {
		all = append(all, w.worse(&c.score))
	}
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), a.Flagged.Compare(b.Flagged))
	})
	return all
}

// found is what there is to say of a sum that has been flagged.
func (w *Watch) found(k Kind, c *cusum, of counter) Finding {
	_, came := of.sum(c.since, c.until)
	return Finding{
		Kind: k, Flagged: w.end(c.at), Since: w.time(c.since), Until: w.end(c.until - 1),
		Observed: came, Expected: w.interval(of, c.since, c.until),
	}
}

func (w *Watch) volume(k Kind, c *cusum) Finding {
	f := w.found(k, c, w.all)
	f.Evidence = w.counts("All calls", &f)
	return f
}

// counts is the evidence in the form "Croydon: 41 calls in 7 days, 22.3 expected (90 % interval 15 to 30)".
func (w *Watch) counts(what string, f *Finding) string {
	return fmt.Sprintf("%s: %s in %s, %.1f expected (90 %% interval %d to %d)",
		what, plural(f.Observed, "call"), w.during(f), f.Expected.Mean, f.Expected.Low, f.Expected.High)
}

// during is how long a finding lasts, with its end where that is more than a day ago.
func (w *Watch) during(f *Finding) string {
	hours := int(f.Until.Sub(f.Since).Hours())
	text := plural(hours, "hour")
	if hours >= 48 {
		text = plural((hours+12)/24, "day")
	}
	if w.end(w.Len()-1).Sub(f.Until) > 24*time.Hour {
		text += " until " + f.Until.In(w.city.Zone).Format("2 January")
	}
	return text
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// silent is the finding of hours without a call.
func (w *Watch) silent(first int) Finding {
	f := w.found(VolumeDown, &cusum{at: w.Len() - 1, since: first, until: w.Len()}, w.all)
	f.Evidence = fmt.Sprintf("No call in %s, %.1f expected (90 %% interval %d to %d): do calls still reach this server?",
		w.during(&f), f.Expected.Mean, f.Expected.Low, f.Expected.High)
	return f
}

func (w *Watch) places(c *charts) (all []Finding) {
	for d := range c.place {
		for _, s := range []*cusum{&c.place[d].up, &c.place[d].down} {
			if !s.flagged {
				continue
			}
			f := w.found(Place, s, w.ofDistrict(d))
			f.District = d
			expected, came := counter(w.all).sum(s.since, s.until)
			f.Evidence = w.counts(w.city.Districts[d], &f) + shares(f.Observed, came, f.Expected.Mean, expected)
			all = append(all, f)
		}
	}
	return all
}

// shares says a count as a share of all.
func shares(came, all int, expected, total float64) string {
	return fmt.Sprintf("; %.1f %% of all calls, %.1f %% expected", 100*float64(came)/float64(max(all, 1)), 100*expected/total)
}

func (w *Watch) parts(c *charts) (all []Finding) {
	for p := range c.hours {
		for _, s := range []*cusum{&c.hours[p].up, &c.hours[p].down} {
			if !s.flagged {
				continue
			}
			f := w.found(Hours, s, w.ofPart(p))
			expected, came := counter(w.all).sum(s.since, s.until)
			f.Evidence = w.counts(partNames[p], &f) + shares(f.Observed, came, f.Expected.Mean, expected)
			all = append(all, f)
		}
	}
	return all
}

func (w *Watch) worse(c *cusum) Finding {
	f, t := w.found(Score, c, w.all), w.fit(c.since, c.until)
	f.Evidence = fmt.Sprintf("Places of %s in %s: log score %.3f nats each, %.3f expected, %.1f standard deviations lower",
		plural(t.calls, "call"), w.during(&f), t.sum/float64(t.calls), t.mean/float64(t.calls), -t.z())
	return f
}
