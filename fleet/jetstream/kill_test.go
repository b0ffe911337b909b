package jetstream

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// killVariable tells the test binary to append to the ledger in a folder until it is killed.
const killVariable = "NEARSIDE_JETSTREAM_APPEND_IN"

// appendUntilKilled prints each entry once it is acknowledged.
func appendUntilKilled(folder string) {
	s, err := Open(context.Background(), Settings{Folder: folder})
	if err != nil {
		fmt.Println("open:", err)
		os.Exit(1)
	}
	var printing sync.Mutex
	var appending sync.WaitGroup
	for w := range 16 {
		appending.Go(func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("cars/%d-%d", w, i%3)
				last, _, err := s.Last(context.Background(), key)
				if err != nil {
					continue
				}
				data := fmt.Sprintf("%s %d %d %s", key, os.Getpid(), i, strings.Repeat("x", rand.IntN(900)))
				if r, err := s.Append(context.Background(), key, last.Revision, []byte(data)); err == nil {
					printing.Lock()
					fmt.Printf("%d %s\n", r, data)
					printing.Unlock()
				}
			}
		})
	}
	appending.Wait()
}

// appendFor lets a process append for a while, kills it, and returns what it was acknowledged.
func appendFor(t *testing.T, folder string, d time.Duration) map[ledger.Revision]string {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), killVariable+"="+folder)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(d, func() { _ = cmd.Process.Kill() })
	acknowledged := map[ledger.Revision]string{}
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // the last line may be cut off
		}
		revision, data, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		var r ledger.Revision
		if _, err := fmt.Sscan(revision, &r); err != nil {
			t.Errorf("the process says %q", line)
			continue
		}
		acknowledged[r] = data
	}
	_ = cmd.Wait() // it was killed
	return acknowledged
}

// TestKilled: a process under load is killed at any moment, time and again. Its ledger opens within 2 s
// and has everything that was acknowledged. 10 times, or 200 where NEARSIDE_FAULTS is set.
func TestKilled(t *testing.T) {
	t.Parallel()
	rounds := 10
	if long, _ := faultTime(t); long {
		rounds = 200
	}
	folder, random := t.TempDir(), rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	acknowledged, took := map[ledger.Revision]string{}, []time.Duration(nil)
	for range rounds {
		for r, data := range appendFor(t, folder, time.Duration(random.IntN(300))*time.Millisecond) {
			acknowledged[r] = data
		}
		var log bytes.Buffer
		begin := time.Now()
		s, err := Open(t.Context(), Settings{Folder: folder, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
		if err != nil {
			t.Fatalf("%v\n%s", err, &log)
		}
		took = append(took, time.Since(begin))
		if last := took[len(took)-1]; last > 2*time.Second {
			t.Logf("opened within %v:\n%s", last, &log)
		}
		left := len(acknowledged)
		for e, err := range s.Log(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			if want, ok := acknowledged[e.Revision]; ok {
				if left--; want != string(e.Data) {
					t.Errorf("revision %d is %.40q, acknowledged as %.40q", e.Revision, e.Data, want)
				}
			}
		}
		if left > 0 {
			t.Fatalf("%d acknowledged entries are lost", left)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(took)
	t.Logf("killed %d times, %d entries acknowledged, all there; opened within %v, half of the times within %v",
		rounds, len(acknowledged), took[rounds-1], took[rounds/2])
	if took[rounds/2] > 2*time.Second { // a single one may be the disk's that others keep busy
		t.Errorf("opened within %v half of the times, want 2 s", took[rounds/2])
	}
	if len(acknowledged) == 0 {
		t.Error("nothing was acknowledged: the test tests nothing")
	}
}
