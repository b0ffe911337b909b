//go:build unix

package clustertest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// nodeVariable tells a test binary to be a server, as its value says.
const nodeVariable = "NEARSIDE_CLUSTERTEST_NODE"

// node is what a server is told.
type node struct {
	Name   string
	Folder string
	Client int // ports
	Route  int
	Routes []string // URLs of the others
	Log    string   // file
}

// Main is called first in TestMain by packages that start clusters: it is where their servers run, in
// processes of the same binary.
func Main() {
	text := os.Getenv(nodeVariable)
	if text == "" {
		return
	}
	var n node
	if err := json.Unmarshal([]byte(text), &n); err != nil {
		fail(err)
	}
	srv, err := server.NewServer(n.options())
	if err != nil {
		fail(err)
	}
	srv.ConfigureLogger()
	srv.Start()
	if !srv.ReadyForConnections(20 * time.Second) {
		fail(fmt.Errorf("%s is not ready", n.Name))
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin) // until whoever started it is gone
	os.Exit(0)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func (n *node) options() *server.Options {
	o := &server.Options{
		ServerName: n.Name, Host: "127.0.0.1", Port: n.Client, MaxPayload: 1 << 20,
		JetStream: true, StoreDir: n.Folder, SyncAlways: true, JetStreamMaxStore: 1 << 30, JetStreamMaxMemory: 64 << 20,
		NoSigs: true, LogFile: n.Log, Logtime: true, DisableJetStreamBanner: true,
	}
	if len(n.Routes) == 0 {
		return o
	}
	o.Cluster = server.ClusterOpts{
		Name: "clustertest", Host: "127.0.0.1", Port: n.Route, PoolSize: -1,
		// Others learn no way around the proxies: neither clients nor servers.
		NoAdvertise: true, Advertise: "127.0.0.1:1",
	}
	for _, r := range n.Routes {
		if u, err := url.Parse(r); err == nil {
			o.Routes = append(o.Routes, u)
		}
	}
	return o
}
