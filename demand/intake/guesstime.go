package intake

import "slices"

// Words in the names of columns that hold times. What happened at birth has nothing to do with a call,
// and what happened later than the call is second best.
var (
	callWords  = []string{"call", "called", "received", "receipt", "reported", "incident", "event", "occurred", "occurrence", "occ", "accident", "collision", "start", "started", "created", "opened", "origin"}
	timeWords  = []string{"time", "date", "datetime", "timestamp", "when", "at", "on", "day"}
	laterWords = []string{"dispatch", "dispatched", "assigned", "allocated", "mobile", "mobilised", "enroute", "arrival", "arrived", "arrive", "scene", "clear", "cleared", "clearance", "close", "closed", "end", "ended", "finish", "finished", "stop", "hospital", "transport", "handover", "update", "updated", "modified", "edited", "load", "loaded", "upload", "uploaded", "imported", "processed", "published", "export", "exported", "extract"}
	birthWords = []string{"birth", "dob", "born"}
)

// timeRank says how likely it is that a column with times holds that of the call.
func timeRank(name string, exact ...string) int {
	if slices.Contains(exact, name) {
		return 4
	}
	rank := 2
	for _, t := range tokens(name) {
		switch {
		case slices.Contains(birthWords, t):
			return 0
		case slices.Contains(laterWords, t):
			rank = 1
		case rank == 2 && slices.Contains(callWords, t):
			rank = 3
		}
	}
	return rank
}

// time guesses which columns tell the time: a date with a time of day, else two columns. One that tells
// of something later than the call comes last.
func (g *guesser) time() error {
	if g.has(useTime) {
		return nil
	}
	separate := g.has(useDate) || g.has(useTimeOfDay) || g.has(useHour)
	if !separate && !g.left[useTime] {
		if err := g.instant(2); err != nil || g.has(useTime) {
			return err
		}
	}
	if err := g.dateAndClock(); err != nil {
		return err
	}
	if separate || g.left[useTime] || g.has(useDate) && (g.has(useTimeOfDay) || g.has(useHour)) {
		return nil
	}
	date, how := g.index[useDate], g.how[useDate]
	g.clear(useDate, useTimeOfDay, useHour)
	if err := g.instant(1); err != nil || g.has(useTime) {
		return err
	}
	if date >= 0 {
		g.set(useDate, date, how)
	}
	return nil
}

// instant guesses the column of dates with times of day, of at least a rank.
func (g *guesser) instant(least int) error {
	i, err := g.best("--time", func(c int) int {
		if t := &g.traits[c]; !g.free(c) || !t.isInstant() || g.format != Text && !hasWord(g.names[c], timeWords, callWords) {
			return 0
		}
		if r := timeRank(g.names[c], "time", "datetime", "date_time", "timestamp", "call_time", "call_datetime", "call_date_time", "time_of_call"); r >= least {
			return r
		}
		return 0
	})
	if i >= 0 {
		g.set(useTime, i, g.found(i))
	}
	return err
}

// found says how a column of times was found.
func (g *guesser) found(column int) string {
	if hasWord(g.names[column], timeWords, callWords, hourWords) {
		return howHeader
	}
	return howValues
}

var hourWords = []string{"hour", "hours", "hr", "hh"}

// dateAndClock guesses a column of dates, and one of times of day or hours.
func (g *guesser) dateAndClock() error {
	if !g.has(useDate) && !g.left[useDate] {
		i, err := g.best("--date", func(c int) int {
			if !g.free(c) || !g.traits[c].isDate() {
				return 0
			}
			return timeRank(g.names[c], "date", "call_date", "date_of_call")
		})
		if err != nil {
			return err
		}
		if i >= 0 {
			g.set(useDate, i, g.found(i))
		}
	}
	if !g.has(useDate) || g.has(useHour) || g.has(useTimeOfDay) {
		return nil
	}
	return g.clock()
}

// clock guesses the column of times of day, or that of hours.
func (g *guesser) clock() error {
	if !g.left[useTimeOfDay] {
		i, err := g.best("--time-of-day", func(c int) int {
			t := &g.traits[c]
			figures := t.most(t.figures) && hasWord(g.names[c], timeWords)
			if !g.free(c) || !t.isClock() && !figures {
				return 0
			}
			return timeRank(g.names[c], "time", "call_time", "time_of_day", "time_of_call")
		})
		if err != nil {
			return err
		}
		if i >= 0 {
			g.set(useTimeOfDay, i, g.found(i))
			return nil
		}
	}
	if g.left[useHour] {
		return nil
	}
	i, err := g.best("--hour", func(c int) int {
		if !g.free(c) || !g.traits[c].isHour() || !hasWord(g.names[c], hourWords) {
			return 0
		}
		return timeRank(g.names[c], "hour", "call_hour", "hour_of_day")
	})
	if i >= 0 {
		g.set(useHour, i, howHeader)
	}
	return err
}

// hasWord reports whether a normalised name has a word of the lists.
func hasWord(name string, lists ...[]string) bool {
	for _, t := range tokens(name) {
		for _, l := range lists {
			if slices.Contains(l, t) {
				return true
			}
		}
	}
	return false
}
