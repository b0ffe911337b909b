package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// write makes a log as writers do that know the log up to lag entries ago.
func write(t interface{ Fatal(...any) }, keys []int, lag int) (log []Entry) {
	last := map[string][]byte{}
	for i, k := range keys {
		e := Envelope{Key: fmt.Sprintf("cars/%d", k), Time: noon.Add(time.Duration(i)), Kind: "status", Body: []byte(`{}`)}
		e.Prev = Hash(last[e.Key])
		if known := i - 1 - lag; known >= 0 {
			e.Seen = Seen{log[known].Revision, Hash(log[known].Data)}
		}
		data, err := Seal(e)
		if err != nil {
			t.Fatal(err)
		}
		last[e.Key] = data
		log = append(log, Entry{Revision(i + 1), e.Key, data})
	}
	return log
}

func each(log []Entry) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, e := range log {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func verify(t interface{ Fatal(...any) }, log []Entry, noted ...Head) *Report {
	r, err := Verify(each(log), noted...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// tampering changes a log; renumbered afterwards or not it is another log.
var tampering = map[string]func(t *rapid.T, log []Entry) []Entry{
	"edit": func(t *rapid.T, log []Entry) []Entry {
		i := rapid.IntRange(0, len(log)-1).Draw(t, "i")
		e, _ := Open(log[i].Data)
		e.Body = []byte(`{"status":"available"}`)
		log[i].Data, _ = Seal(e)
		return log
	},
	"flip": func(t *rapid.T, log []Entry) []Entry {
		i := rapid.IntRange(0, len(log)-1).Draw(t, "i")
		log[i].Data = bytes.Clone(log[i].Data)
		log[i].Data[rapid.IntRange(0, len(log[i].Data)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		return log
	},
	"move to another key": func(t *rapid.T, log []Entry) []Entry {
		log[rapid.IntRange(0, len(log)-1).Draw(t, "i")].Key = "cars/other"
		return log
	},
	"remove": func(t *rapid.T, log []Entry) []Entry {
		i := rapid.IntRange(0, len(log)-1).Draw(t, "i")
		return slices.Delete(log, i, i+1)
	},
	"insert": func(t *rapid.T, log []Entry) []Entry {
		i := rapid.IntRange(0, len(log)).Draw(t, "i")
		return slices.Insert(log, i, log[rapid.IntRange(0, len(log)-1).Draw(t, "copy of")])
	},
	"swap": func(t *rapid.T, log []Entry) []Entry {
		i := rapid.IntRange(0, len(log)-2).Draw(t, "i")
		j := rapid.IntRange(i+1, len(log)-1).Draw(t, "j")
		log[i], log[j] = log[j], log[i]
		return log
	},
	"cut off": func(t *rapid.T, log []Entry) []Entry {
		return log[:rapid.IntRange(0, len(log)-1).Draw(t, "end")]
	},
}

// TestVerifyFindsTampering: against a noted head every change is found. Without one, every change is
// found that a later entry bears witness to: where writers knew all that came before, all but those of
// the end.
func TestVerifyFindsTampering(t *testing.T) {
	for name, change := range tampering {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				keys := rapid.SliceOfN(rapid.IntRange(0, 3), 2, 12).Draw(t, "keys")
				log := write(t, keys, rapid.IntRange(0, 3).Draw(t, "lag"))
				whole := verify(t, log)
				if whole.Err() != nil || whole.Entries != len(log) || verify(t, log, whole.Head).Err() != nil {
					t.Fatalf("a whole log: %v", whole.Err())
				}
				changed := change(t, slices.Clone(log))
				if rapid.Bool().Draw(t, "renumber") {
					for i := range changed {
						changed[i].Revision = Revision(i + 1)
					}
				}
				if slices.EqualFunc(changed, log, equal) {
					t.Skip("nothing changed")
				}
				if r := verify(t, changed, whole.Head); !errors.Is(r.Err(), ErrBroken) {
					t.Fatalf("not found against the head: %v", changed)
				}
				if r := verify(t, changed); r.Found == 0 && witnessed(changed) {
					t.Fatalf("not found: %v", changed)
				}
			})
		})
	}
}

func equal(a, b Entry) bool {
	return a.Revision == b.Revision && a.Key == b.Key && bytes.Equal(a.Data, b.Data)
}

// witnessed is whether an entry that stands in the changed log names, as it was, one that is no longer
// where it was.
func witnessed(now []Entry) bool {
	stands := func(r Revision, hash string) bool {
		return slices.ContainsFunc(now, func(e Entry) bool { return e.Revision == r && Hash(e.Data) == hash })
	}
	for _, e := range now {
		env, err := Open(e.Data)
		if err != nil || env.Key != e.Key || env.Seen.Revision > 0 && !stands(env.Seen.Revision, env.Seen.SHA256) {
			return true
		}
	}
	return false
}

func TestVerifySaysWhat(t *testing.T) {
	log := write(t, []int{1, 2, 1, 1, 2}, 0)
	head := verify(t, log).Head
	edited := slices.Clone(log)
	edited[1].Data = bytes.Replace(log[1].Data, []byte(`"body":{}`), []byte(`"body":{"x":1}`), 1)
	for _, c := range []struct {
		name  string
		log   []Entry
		noted []Head
		want  []string
	}{
		{"whole", log, []Head{{}, head, verify(t, log[:2]).Head}, nil},
		{"cut off", log[:4], []Head{head}, []string{"revision 5: missing: the log ends at revision 4, before the head that was noted"}},
		{"empty", nil, []Head{head}, []string{"revision 5: missing: the log ends at revision 0, before the head that was noted"}},
		{"edited", edited, []Head{head}, []string{
			"revision 3, cars/1: its writer knew another entry as revision 2, or none comes before",
			"revision 5: the log up to here is another than the one whose head was noted",
			"revision 5, cars/2: follows an entry with hash",
		}},
		{"removed", slices.Delete(slices.Clone(log), 1, 2), nil, []string{
			"revision 2: missing: the next is revision 3",
			"revision 3, cars/1: its writer knew another entry as revision 2, or none comes before",
			`revision 5, cars/2: follows an entry with hash "` + Hash(log[1].Data)[:10],
		}},
		{"twice", append(slices.Clone(log), log[4]), []Head{head}, []string{"revision 5, cars/2: comes after revision 5"}},
		{"no envelope", []Entry{{1, "cars/1", []byte("text")}}, nil, []string{"revision 1, cars/1: the ledger does not take this: not an entry"}},
	} {
		r := verify(t, c.log, c.noted...)
		if r.Found != len(c.want) || len(r.Faults) != r.Found || (r.Err() == nil) != (r.Found == 0) {
			t.Errorf("%s: %v", c.name, r.Faults)
			continue
		}
		for i, f := range r.Faults {
			if !strings.HasPrefix(f.Error(), c.want[i]) {
				t.Errorf("%s: %s\nwant %s", c.name, f, c.want[i])
			}
		}
	}
	broken := errors.New("cannot be read")
	if _, err := Verify(func(yield func(Entry, error) bool) { yield(Entry{}, broken) }); !errors.Is(err, broken) {
		t.Errorf("a log that cannot be read: %v", err)
	}
}

// TestVerifyIsBounded: of a log full of faults only the first are listed.
func TestVerifyIsBounded(t *testing.T) {
	v := NewVerifier()
	for range 3 * MaxFaults {
		v.Add(Entry{1 << 63, "cars/1", nil})
	}
	if r := v.Report(); len(r.Faults) != MaxFaults || r.Found < 3*MaxFaults {
		t.Errorf("%d of %d faults listed", len(r.Faults), r.Found)
	}
}

func TestParseHead(t *testing.T) {
	want := verify(t, write(t, []int{1, 2}, 0)).Head
	if got, err := ParseHead(" " + want.String() + "\n"); err != nil || got != want {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	for _, s := range []string{"", "2", "2:", "2:12", "x:" + want.String()[2:], "-1:" + want.String()[2:], want.String() + "0", "9223372036854775808:" + want.String()[2:]} {
		if h, err := ParseHead(s); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v, %v", s, h, err)
		}
	}
}
