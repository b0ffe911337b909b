//go:build unix

package clustertest

import (
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	Main()
	goleak.VerifyTestMain(m)
}

// TestServersCanBeHurt: a server alone answers, does not while it is paused or cut off from clients, nor
// when it was killed, and does again after each.
func TestServersCanBeHurt(t *testing.T) {
	c := Start(t, 1)
	answers := func() bool {
		nc, err := nats.Connect(c.URLs()[0], nats.Timeout(300*time.Millisecond), nats.NoReconnect())
		if err != nil {
			return false
		}
		defer nc.Close()
		return nc.FlushTimeout(300*time.Millisecond) == nil
	}
	check := func(what string, want bool) {
		t.Helper()
		// A signal has its effect a little after it was sent.
		for end := time.Now().Add(5 * time.Second); answers() != want; {
			if time.Now().After(end) {
				t.Errorf("%s: answers: %v", what, !want)
				return
			}
		}
	}
	check("started", true)
	c.Pause(0)
	check("paused", false)
	c.Resume(0)
	check("resumed", true)
	c.CutClients(0, true)
	check("cut", false)
	c.CutClients(0, false)
	check("joined", true)
	c.Kill(0)
	check("killed", false)
	c.Run(0)
	check("run again", true)
	if _, err := os.Stat(c.nodes[0].Log); err != nil || c.Log(0) == "" {
		t.Errorf("no log: %v", err)
	}
}
