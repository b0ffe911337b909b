package intake

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseMoment(t *testing.T) {
	names := newWallClock(london(t), present).names
	for text, want := range map[string]string{
		"2014-12-31T23:59:58Z":              "2014-12-31 23:59:58 +0",
		"2014-12-31T23:59:58.123456+01:00":  "2014-12-31 23:59:58 +3600",
		"2014-12-31 23:59":                  "2014-12-31 23:59:00",
		"2014/12/31 23:59:58 -0530":         "2014-12-31 23:59:58 -19800",
		"20141231T2359":                     "2014-12-31 23:59:00",
		"20141231T235958Z":                  "2014-12-31 23:59:58 +0",
		"20141231":                          "2014-12-31",
		"20141231235958":                    "2014-12-31 23:59:58",
		"2014-12-31T23":                     "2014-12-31 23:00:00",
		"2014-Dec-31 23:59":                 "2014-12-31 23:59:00",
		"31/12/2014 23:59":                  "2014-31?12 23:59:00",
		"12/31/2014 11:59:00 PM":            "2014-12?31 23:59:00",
		"12/31/2014 12:05 AM":               "2014-12?31 00:05:00",
		"12/31/2014 12:05pm":                "2014-12?31 12:05:00",
		"12/31/2014 11 p.m.":                "2014-12?31 23:00:00",
		"1/2/14":                            "2014-1?2",
		"1.2.1999 7:05":                     "1999-1?2 07:05:00",
		"1-2-99":                            "1999-1?2",
		"31-DEC-2014 23:59:58":              "2014-12-31 23:59:58",
		"31-Dec-14":                         "2014-12-31",
		"31 December 2014, 23:59":           "2014-12-31 23:59:00",
		"December 31, 2014 11:59 PM":        "2014-12-31 23:59:00",
		"Dec 31 2014":                       "2014-12-31",
		"Wed, 31 Dec 2014 23:59:58 GMT":     "2014-12-31 23:59:58 +0",
		"Wednesday 31 Dec 2014 23:59 UTC":   "2014-12-31 23:59:00 +0",
		"31/07/2014 23:59 BST":              "2014-31?7 23:59:00 +3600",
		"2014-12-31 24:00":                  "2014-12-31 24:00:00",
		"2014-12-31 23:59:60":               "2014-12-31 24:00:00",
		"23:59":                             "23:59:00",
		"9:05":                              "09:05:00",
		"9:05:30 pm":                        "21:05:30",
		"9 AM":                              "09:00:00",
		" 2014-12-31  23:59 ":               "2014-12-31 23:59:00",
		"":                                  "unreadable",
		"2014":                              "unreadable",
		"12":                                "unreadable",
		"1388534400":                        "unreadable",
		"12345678":                          "unreadable",
		"20141301":                          "unreadable",
		"20141231236058":                    "unreadable",
		"41640.5":                           "unreadable",
		"2014-12":                           "unreadable",
		"2014-12-31 25:00":                  "unreadable",
		"2014-12-31 24:01":                  "unreadable",
		"2014-12-31 23:60":                  "unreadable",
		"2014-12-31 13:00 PM":               "unreadable",
		"2014-12-31 0:30 AM":                "unreadable",
		"2014-12-31 23:59 EST":              "unreadable", // no offset of London's
		"2014-12-31 23:59 +25:00":           "unreadable",
		"2014-12-31 23:59 and a half":       "unreadable",
		"2014-12-31/2015-01-01":             "unreadable",
		"31/12 23:59":                       "unreadable",
		"31/12-2014":                        "unreadable",
		"31 Foo 2014":                       "unreadable",
		"51.5074":                           "unreadable",
		"yesterday":                         "unreadable",
		"2014-12-31T23:59:58.":              "unreadable",
		"99999999999999999999999999999999":  "unreadable",
		"2014-12-31 23:59:58 +01:00 +01:00": "unreadable",
	} {
		if got := describe(parseMoment([]byte(text), names)); got != want {
			t.Errorf("%q is read as %s, want %s", text, got, want)
		}
	}
}

// describe gives a moment in a form that shows each of its parts; ? stands between day and month of
// which it is not known which is which.
func describe(m moment, ok bool) string {
	if !ok {
		return "unreadable"
	}
	var parts []string
	if m.year != 0 {
		between := "-"
		if m.loose {
			between = "?"
		}
		parts = append(parts, decimalText(int(m.year))+"-"+decimalText(int(m.a))+between+decimalText(int(m.b)))
	}
	if m.clock {
		clock := time.Time{}.Add(time.Duration(m.second) * time.Second).Format("15:04:05")
		if m.second == perDay {
			clock = "24:00:00"
		}
		parts = append(parts, clock)
	}
	if m.fixed {
		sign := "+"
		if m.offset < 0 {
			sign = ""
		}
		parts = append(parts, sign+decimalText(int(m.offset)))
	}
	return strings.Join(parts, " ")
}

// layouts are ways in which time.Format writes what parseMoment reads, by the order of day and month.
var layouts = map[DateOrder][]string{
	Undecided: {
		time.RFC3339, time.RFC3339Nano, time.DateTime, time.RFC1123, time.RFC1123Z, "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05Z07",
		"2006/1/2 3:04:05 PM", "20060102T150405", "20060102150405", "02-Jan-2006 15:04:05", "2Jan2006 15:04:05", "January 2, 2006 3:04:05 pm", "Mon Jan 2 2006 15:04:05",
	},
	DayFirst:   {"02/01/2006 15:04:05", "2.1.2006 15:04:05", "02-01-06 03:04:05PM"},
	MonthFirst: {"01/02/2006 15:04:05", "1/2/2006 3:04:05 PM", "01-02-06 15:04:05"},
}

// TestParseMomentReadsWhatTimeFormats has package time write times and compares what is read with what
// it reads itself.
func TestParseMomentReadsWhatTimeFormats(t *testing.T) {
	zone := london(t)
	names := newWallClock(zone, present).names
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(631152000, 1900000000).Draw(t, "seconds"), 0).In(zone)
		order := rapid.SampledFrom([]DateOrder{Undecided, DayFirst, MonthFirst}).Draw(t, "order")
		layout := rapid.SampledFrom(layouts[order]).Draw(t, "layout")
		text := at.Format(layout)
		m, ok := parseMoment([]byte(text), names)
		if !ok {
			t.Fatalf("%q is not read", text)
		}
		w, why := m.when()
		if why == kept {
			w, why = w.in(order)
		}
		if why != kept {
			t.Fatalf("%q: %v", text, why)
		}
		want, err := time.Parse(layout, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := time.Unix(w.seconds, 0).UTC(); w.utc && !got.Equal(at) || !w.utc && got.Format(time.DateTime) != want.Format(time.DateTime) {
			t.Fatalf("%q is read as %v (UTC: %v), want %v", text, got, w.utc, want)
		}
	})
}

func FuzzParseMoment(f *testing.F) {
	for _, s := range []string{"2014-12-31T23:59:58.5+01:00", "31/12/2014 11:59 PM", "Wed, 31 Dec 2014 23:59:58 GMT", "20141231T2359", "9 a.m.", "Dec"} {
		f.Add(s)
	}
	names := clockNames{"BST": 3600}
	f.Fuzz(func(t *testing.T, text string) {
		m, ok := parseMoment([]byte(text), names)
		if !ok {
			return
		}
		if m.year == 0 && !m.clock || m.year != 0 && (m.year < 1000 || m.year > 9999) || m.second < 0 || m.second > perDay || m.offset <= -16*3600 || m.offset >= 16*3600 {
			t.Errorf("%q is read as %+v", text, m)
		}
		if strings.TrimLeft(text, " \t") == text {
			if again, ok := parseMoment([]byte("  "+text+" "), names); !ok || again != m {
				t.Errorf("%q between spaces is read as %+v, %v instead of %+v", text, again, ok, m)
			}
		}
	})
}

// BenchmarkParseMoment reads times, beside time.Parse with the layout known.
func BenchmarkParseMoment(b *testing.B) {
	for _, c := range []struct{ name, text, layout string }{
		{"iso", "2014-12-31T23:59:58Z", time.RFC3339},
		{"day-first", "31/12/2014 23:59:58", "02/01/2006 15:04:05"},
		{"12-hour", "12/31/2014 11:59:58 PM", "01/02/2006 03:04:05 PM"},
	} {
		b.Run("of=intake/format="+c.name, func(b *testing.B) {
			text := []byte(c.text)
			for b.Loop() {
				if _, ok := parseMoment(text, nil); !ok {
					b.Fatal("not read")
				}
			}
		})
		b.Run("of=time/format="+c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := time.Parse(c.layout, c.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
