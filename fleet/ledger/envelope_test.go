package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var (
	noon = time.Date(2026, 7, 14, 12, 0, 0, 123456789, time.UTC)
	some = Envelope{Key: "cars/JRC-1", Time: noon, Actor: "desk-3", Kind: "assign", Prev: Hash([]byte("before")),
		Seen: Seen{41, Hash([]byte("seen"))}, Body: json.RawMessage(`{"incident":"incidents/<7>"}`)}
)

func TestSealIsOneLineInTheOrderOfTheFormat(t *testing.T) {
	spaced := some
	spaced.Body = json.RawMessage("{\n\t\"incident\": \"incidents/<7>\"\r\n}")
	spaced.Time = noon.In(time.FixedZone("", 3600))
	want := `{"v":1,"key":"cars/JRC-1","time":"2026-07-14T12:00:00.123456789Z","actor":"desk-3","kind":"assign",` +
		`"prev":"` + some.Prev + `","seen":{"revision":41,"sha256":"` + some.Seen.SHA256 + `"},"body":{"incident":"incidents/<7>"}}`
	for _, e := range []Envelope{some, spaced} {
		if data, err := Seal(e); err != nil || string(data) != want {
			t.Errorf("%s, %v\nwant %s", data, err, want)
		}
	}
}

func TestSealRefuses(t *testing.T) {
	for name, change := range map[string]func(*Envelope){
		"key":  func(e *Envelope) { e.Key = "cars/" },
		"time": func(e *Envelope) { e.Time = time.Time{} },
		"actor": func(e *Envelope) {
			e.Actor = strings.Repeat("x", 129)
		},
		"actor's encoding": func(e *Envelope) { e.Actor = "\xff" },
		"kind":             func(e *Envelope) { e.Kind = "" },
		"prev":             func(e *Envelope) { e.Prev = strings.ToUpper(e.Prev) },
		"seen":             func(e *Envelope) { e.Seen.Revision = 0 },
		"seen's hash":      func(e *Envelope) { e.Seen.SHA256 = "12" },
		"no body":          func(e *Envelope) { e.Body = nil },
		"body":             func(e *Envelope) { e.Body = []byte(`{"a":`) },
		"body's encoding":  func(e *Envelope) { e.Body = []byte("\"\xff\"") },
		"size":             func(e *Envelope) { e.Body = []byte(`"` + strings.Repeat("x", MaxData) + `"`) },
	} {
		e := some
		change(&e)
		if data, err := Seal(e); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %.50s, %v", name, data, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	data, err := Seal(some)
	if err != nil {
		t.Fatal(err)
	}
	with := func(old, now string) string { return strings.Replace(string(data), old, now, 1) }
	for _, c := range []struct{ data, want string }{
		{"", "not an entry"},
		{"[]", "not an entry"},
		{"{}", "version 0, want 1"},
		{with(`"v":1`, `"v":2,"more":1`), "version 2, want 1"},
		{with(`"v":1`, `"v":1,"more":1`), `unknown field "more"`},
		{string(data) + "\n", "more than one line"},
		{string(data) + "{}", "not an entry"},
		{with(`"key":"cars/JRC-1"`, `"key":"lorries/1"`), "want cars/ID"},
		{with(`"time":"2026`, `"time":"1926`), "time: want a year"},
		{with(`"seen":{"revision":41`, `"seen":{"revision":0`), "seen: want a revision"},
		{strings.Repeat(" ", MaxData+1), "want at most 65536"},
	} {
		if e, err := Open([]byte(c.data)); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60s: %v, %v; want %q", c.data, e, err, c.want)
		}
	}
}

func TestOpenReturnsWhatWasSealed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body, err := json.Marshal(rapid.MapOf(rapid.String(), rapid.Float64()).Draw(t, "body"))
		if err != nil {
			t.Skip("no JSON")
		}
		hash := func(label string) string { return Hash(rapid.SliceOfN(rapid.Byte(), 1, 3).Draw(t, label)) }
		want := Envelope{
			Key:   rapid.StringMatching(`(cars|centres|advice|recommendations)/[A-Za-z0-9][A-Za-z0-9._-]{0,62}`).Draw(t, "key"),
			Time:  time.Unix(rapid.Int64Range(946684800, 1<<35).Draw(t, "s"), rapid.Int64Range(0, 1e9-1).Draw(t, "ns")).UTC(),
			Actor: rapid.StringN(0, 20, 80).Draw(t, "actor"),
			Kind:  rapid.StringN(1, 10, 40).Draw(t, "kind"),
			Prev:  hash("prev"), Seen: Seen{Revision(rapid.Uint64Range(1, 1<<63).Draw(t, "at")), hash("seen")}, Body: body,
		}
		data, err := Seal(want)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Open(data); err != nil || !cmp.Equal(got, want) {
			t.Fatalf("%v\n%s", err, cmp.Diff(want, got))
		}
	})
}

func FuzzOpen(f *testing.F) {
	data, err := Seal(some)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"v":1,"key":"centres/a","time":"9999-12-31T23:59:59-12:00","kind":"x","body":null}`))
	f.Add([]byte(`{"v":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := Open(data)
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Errorf("another error: %v", err)
			}
			return
		}
		again, err := Seal(e)
		if errors.Is(err, ErrInvalid) && len(data)+1000 > MaxData {
			return // a time is longer in full
		}
		if err != nil {
			t.Fatalf("opened, but cannot be sealed: %v", err)
		}
		if back, err := Open(again); err != nil || !bytes.Equal(back.Body, compact(t, e.Body)) || back.Kind != e.Kind || !back.Time.Equal(e.Time) {
			t.Fatalf("%+v, %v\nwant %+v", back, err, e)
		}
	})
}

func compact(t *testing.T, body []byte) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(json.RawMessage(body)); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func TestCheckKey(t *testing.T) {
	for key, ok := range map[string]bool{
		"cars/JRC-1": true, "cars/a.b_c": true, "centres/0": true, "advice/" + strings.Repeat("x", 63): true,
		"": false, "cars": false, "cars/": false, "cars/.a": false, "cars/a b": false, "cars/a/b": false, "cars/*": false,
		"lorries/1": false, "cars/" + strings.Repeat("x", 64): false, "cars/é": false, "cars/a\n": false,
	} {
		if err := CheckKey(key); (err == nil) != ok || err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", key, err)
		}
	}
	if err := CheckEntry("cars/a", nil); !errors.Is(err, ErrInvalid) {
		t.Errorf("no data: %v", err)
	}
}
