package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// exported is a log of n entries of two keys, as an export.
func exported(t testing.TB, n int) (*Memory, []byte) {
	t.Helper()
	m := NewMemory(time.Now)
	ctx := context.Background()
	last := map[string]Entry{}
	for i := range n {
		key := fmt.Sprint("cars/", i%2)
		data, err := Seal(Envelope{Key: key, Time: time.Unix(1_800_000_000, 0), Kind: "test", Prev: Hash(last[key].Data), Body: []byte("1")})
		if err != nil {
			t.Fatal(err)
		}
		r, err := m.Append(ctx, key, last[key].Revision, data)
		if err != nil {
			t.Fatal(err)
		}
		last[key] = Entry{r, key, data}
	}
	var b bytes.Buffer
	for e := range m.Log(ctx, 1) {
		if err := WriteLine(&b, e); err != nil {
			t.Fatal(err)
		}
	}
	return m, b.Bytes()
}

// TestLines: what is read verifies as the log itself does, and what was done to the text is found.
func TestLines(t *testing.T) {
	m, text := exported(t, 6)
	want, err := Verify(m.Log(t.Context(), 1))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Verify(ReadLines(bytes.NewReader(text)))
	if err != nil || got.Err() != nil || got.Head != want.Head || got.Keys != 2 {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	lines := strings.SplitAfter(string(text), "\n")
	for name, c := range map[string]struct{ text, want string }{
		"a changed entry":  {strings.Replace(string(text), `"body":1`, `"body":2`, 1), "follows an entry"},
		"a line cut out":   {lines[0] + strings.Join(lines[2:], ""), "revision 2: missing"},
		"its end cut off":  {strings.Join(lines[:5], ""), "the log ends at revision 5"},
		"lines swapped":    {lines[0] + lines[2] + lines[1] + strings.Join(lines[3:], ""), "comes after"},
		"no JSON any more": {strings.Replace(string(text), `{"v"`, `{v`, 1), "not an entry"},
	} {
		report, err := Verify(ReadLines(strings.NewReader(c.text)), want.Head)
		if err != nil || report.Err() == nil || !strings.Contains(report.Err().Error(), c.want) {
			t.Errorf("%s: %v, %v, want %q", name, report, err, c.want)
		}
	}
	for _, bad := range []string{"x", "1", "0 {}", "01 {}", "-1 {}", "2\n", strings.Repeat("1", MaxData+100)} {
		if _, err := Verify(ReadLines(strings.NewReader(lines[0] + bad))); !errors.Is(err, ErrInvalid) {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
}

// FuzzReadLines: no text makes it panic, and what it reads it writes again as it was.
func FuzzReadLines(f *testing.F) {
	_, text := exported(f, 3)
	f.Add(text)
	f.Add([]byte("1 {}\n2 {}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var b bytes.Buffer
		for e, err := range ReadLines(bytes.NewReader(text)) {
			if err != nil {
				return
			}
			if err := WriteLine(&b, e); err != nil {
				t.Fatal(err)
			}
		}
		again := strings.ReplaceAll(string(text), "\r\n", "\n") // a line may end so
		if got := b.String(); strings.TrimSuffix(got, "\n") != strings.TrimRight(again, "\r\n") && !strings.Contains(again, "\r") {
			t.Errorf("%q became %q", text, got)
		}
	})
}
