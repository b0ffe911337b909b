package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/nearside-ems/nearside/fleet/jetstream/clustertest"
	"github.com/nearside-ems/nearside/fleet/ledger"
)

// TestRefusalsNeedEvidence: a server that believes that it leads refuses every entry, and is the first to
// answer. What the one that leads wrote is not taken for refused.
func TestRefusalsNeedEvidence(t *testing.T) {
	c := clustertest.Start(t, 1)
	s := openWith(t, Settings{URLs: c.URLs(), Replicas: 1, MaxBytes: 1 << 20, Patience: time.Second})
	ctx, answer := t.Context(), ""
	if _, err := s.nc.Subscribe(s.entries+">", func(m *nats.Msg) {
		if answer != "" {
			_ = m.Respond([]byte(answer))
		}
	}); err != nil {
		t.Fatal(err)
	}
	refuse := func(code int, text string) {
		answer = fmt.Sprintf(`{"type":"io.nats.jetstream.api.v1.pub_ack_response","error":{"code":400,"err_code":%d,"description":%q}}`, code, text)
	}
	var prev ledger.Revision
	for _, code := range []int{10071, 10164} {
		refuse(code, "wrong last sequence: 0")
		for i := range 50 {
			r, err := s.Append(ctx, "cars/a", prev, fmt.Append(nil, code, i))
			if err != nil || r != prev+1 {
				t.Fatalf("append %d with %d: %d, %v", i, code, r, err)
			}
			prev = r
		}
	}
	for _, wrong := range []ledger.Revision{0, prev - 1} {
		if _, err := s.Append(ctx, "cars/a", wrong, []byte("x")); !errors.Is(err, ledger.ErrConflict) {
			t.Errorf("on top of %d: %v", wrong, err)
		}
	}
	refuse(storeFailed, "maximum bytes exceeded") // as it is not
	if r, err := s.Append(ctx, "cars/a", prev, []byte("x")); err != nil || r != prev+1 {
		t.Errorf("with room left: %d, %v", r, err)
	}
	if _, err := s.Append(ctx, "cars/b", prev+5, []byte("x")); !errors.Is(err, ledger.ErrUnknown) {
		t.Errorf("an entry that nobody takes: %v", err)
	}
}

// TestFullLogRefuses: a log at its limit forgets nothing, takes nothing, and says so.
func TestFullLogRefuses(t *testing.T) {
	c := clustertest.Start(t, 1)
	for name, settings := range map[string]Settings{
		"folder":  {Folder: t.TempDir(), MaxBytes: 1 << 20},
		"cluster": {URLs: c.URLs(), Replicas: 1, MaxBytes: 1 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			s := openWith(t, settings)
			ctx, data := t.Context(), []byte(strings.Repeat("x", 10_000))
			var prev ledger.Revision
			var err error
			for err == nil {
				var r ledger.Revision
				if r, err = s.Append(ctx, "cars/a", prev, data); err == nil {
					prev = r
				}
			}
			if !errors.Is(err, ledger.ErrUnavailable) || !strings.Contains(err.Error(), "maximum bytes exceeded") {
				t.Errorf("a full log: %v", err)
			}
			if want := ledger.Revision(1 << 20 / 10_200); prev < want || prev > want+3 {
				t.Errorf("full after %d entries, want about %d", prev, want)
			}
			s.ask(ctx)
			if st := s.Status(); st.Err == nil || !strings.Contains(st.Err.Error(), "it is full") {
				t.Errorf("status %v", st.Err)
			}
			if used, limit := s.Used(); limit != 1<<20 || used > limit || used < limit-10_200 {
				t.Errorf("%d of %d bytes used", used, limit)
			}
			if log := logOf(t, s); len(log) != int(prev) {
				t.Errorf("%d entries left of %d", len(log), prev)
			}
		})
	}
	folder := t.TempDir() // more may be allowed later, and not less than there is
	for _, open := range []struct {
		limit int64
		want  error
	}{{2 << 20, nil}, {4 << 20, nil}, {1 << 20, ErrOtherSettings}} {
		s, err := Open(t.Context(), Settings{Folder: folder, MaxBytes: open.limit})
		if !errors.Is(err, open.want) {
			t.Errorf("with at most %d bytes: %v, want %v", open.limit, err, open.want)
		}
		if err != nil {
			continue
		}
		for i := range 120 {
			if _, err := s.Append(t.Context(), fmt.Sprintf("cars/%d-%d", open.limit, i), 0, make([]byte, 10_000)); err != nil {
				t.Error(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestServerGone: while no server is there appends are refused or unknown within the patience, the status
// says so, and what comes after its return is written.
func TestServerGone(t *testing.T) {
	t.Parallel()
	c := clustertest.Start(t, 1)
	s := openWith(t, Settings{URLs: c.URLs(), Replicas: 1, MaxBytes: 1 << 20, Patience: time.Second})
	first, err := s.Append(t.Context(), "cars/a", 0, []byte("1"))
	if err != nil {
		t.Fatal(err)
	}
	c.Kill(0)
	begin := time.Now()
	defer func(before time.Time) {
		if st := s.Status(); st.Contact.Before(before) {
			t.Errorf("with the server back: last contact %v", st.Contact)
		}
	}(begin)
	for s.Status().Err == nil {
		if _, err := s.Append(t.Context(), "cars/a", first, []byte("2")); !errors.Is(err, ledger.ErrUnavailable) && !errors.Is(err, ledger.ErrUnknown) {
			t.Fatalf("without a server: %v", err)
		}
		if time.Since(begin) > 20*time.Second {
			t.Fatal("the status does not tell")
		}
	}
	if st := s.Status(); st.Contact.After(begin) || st.Last != first || st.Kind != "cluster" || len(st.Servers) != 1 {
		t.Errorf("status %+v", st)
	}
	if _, err := s.Append(t.Context(), "cars/b", 0, []byte("x")); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("after a while without a server: %v", err)
	}
	if _, _, err := s.Last(t.Context(), "cars/a"); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("last without a server: %v", err)
	}
	c.Run(0)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for err = ledger.ErrUnavailable; err != nil && ctx.Err() == nil; {
		_, err = s.Append(ctx, "cars/c", 0, []byte("x"))
	}
	if err != nil {
		t.Errorf("with the server back: %v", err)
	}
	s.ask(ctx)
	if st := s.Status(); st.Err != nil {
		t.Errorf("with the server back: %v", st.Err)
	}
}

func TestClosedStoreRefuses(t *testing.T) {
	s, err := Open(t.Context(), Settings{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), "cars/a", 0, []byte("x")); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("append: %v", err)
	}
}
