//go:build unix

package clustertest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// Cluster is some servers. Between every two of them, and before each for clients, stands a proxy.
type Cluster struct {
	t       testing.TB
	folder  string
	nodes   []*node
	running []*process // nil where none runs
	clients []*proxy
	routes  [][]*proxy // from one to another; nil to itself
}

// process is a server's.
type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
}

// Start starts a cluster of servers, which ends with the test. One server alone is no cluster.
func Start(t testing.TB, servers int) *Cluster {
	t.Helper()
	c := &Cluster{t: t, folder: t.TempDir(), running: make([]*process, servers)}
	ports := freePorts(t, 2*servers)
	c.routes = make([][]*proxy, servers)
	t.Cleanup(c.end)
	for i := range servers {
		c.clients = append(c.clients, c.proxy(ports[i]))
		n := &node{Name: fmt.Sprintf("node-%d", i), Folder: filepath.Join(c.folder, fmt.Sprint(i)),
			Client: ports[i], Route: ports[servers+i], Log: filepath.Join(c.folder, fmt.Sprintf("%d.log", i))}
		c.routes[i] = make([]*proxy, servers)
		for j := range servers {
			if i != j {
				c.routes[i][j] = c.proxy(ports[servers+j])
				n.Routes = append(n.Routes, "nats://"+c.routes[i][j].addr())
			}
		}
		c.nodes = append(c.nodes, n)
	}
	for i := range servers {
		c.Run(i)
	}
	return c
}

func (c *Cluster) proxy(port int) *proxy {
	p, err := newProxy(fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

// freePorts returns ports that nobody listens on, below those that systems give to who asks for any: none of
// them is taken by a connection before its server is there.
func freePorts(t testing.TB, n int) (ports []int) {
	const lowest, number = 12_000, 20_000
	for range 100 * n {
		port := lowest + rand.IntN(number)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		defer func() { _ = l.Close() }()
		if ports = append(ports, port); len(ports) == n {
			return ports
		}
	}
	t.Fatalf("%d of %d ports from %d on are free", len(ports), n, lowest)
	return nil
}

// URLs are where clients find the servers.
func (c *Cluster) URLs() (urls []string) {
	for _, p := range c.clients {
		urls = append(urls, "nats://"+p.addr())
	}
	return urls
}

// Run starts a server that does not run, on the files that it left.
func (c *Cluster) Run(i int) {
	c.t.Helper()
	binary, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	text, err := json.Marshal(c.nodes[i])
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), nodeVariable+"="+string(text))
	cmd.Stderr = os.Stderr
	stdin, err1 := cmd.StdinPipe()
	stdout, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		c.t.Fatal(err)
	}
	c.running[i] = &process{cmd, stdin}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); strings.TrimSpace(line) != "ready" {
		c.t.Fatalf("node %d: %q, %v; does TestMain call clustertest.Main?\n%s", i, line, err, c.Log(i))
	}
}

// Kill ends a server as kill -9 does.
func (c *Cluster) Kill(i int) {
	p := c.running[i]
	if p == nil {
		return
	}
	c.running[i] = nil
	_ = p.cmd.Process.Kill()
	_ = p.stdin.Close()
	_ = p.cmd.Wait() // tells that it was killed
}

// Pause stops a server in its tracks: its connections stay, and nothing comes over them.
func (c *Cluster) Pause(i int) { c.signal(i, syscall.SIGSTOP) }

// Resume lets a paused server go on, with no idea of the time that it missed.
func (c *Cluster) Resume(i int) { c.signal(i, syscall.SIGCONT) }

func (c *Cluster) signal(i int, s syscall.Signal) {
	if p := c.running[i]; p != nil {
		if err := p.cmd.Process.Signal(s); err != nil {
			c.t.Errorf("node %d: %v", i, err)
		}
	}
}

// Cut takes a server off the others; its clients still reach it.
func (c *Cluster) Cut(i int) { c.setCut(i, true) }

// Join undoes Cut.
func (c *Cluster) Join(i int) { c.setCut(i, false) }

func (c *Cluster) setCut(i int, cut bool) {
	for j := range c.nodes {
		if j != i {
			c.routes[i][j].setCut(cut)
			c.routes[j][i].setCut(cut)
		}
	}
}

// CutClients takes clients off a server, or undoes it.
func (c *Cluster) CutClients(i int, cut bool) { c.clients[i].setCut(cut) }

// Names are what the servers call themselves.
func (c *Cluster) Names() (names []string) {
	for _, n := range c.nodes {
		names = append(names, n.Name)
	}
	return names
}

// Leader returns which server leads a stream, or -1 where none does.
func (c *Cluster) Leader(stream string) int {
	for i := range c.nodes {
		if leader := c.leaderBy(i, stream); leader != "" {
			for j, n := range c.nodes {
				if n.Name == leader {
					return j
				}
			}
		}
	}
	return -1
}

// leaderBy asks one server who leads.
func (c *Cluster) leaderBy(i int, stream string) string {
	if c.running[i] == nil {
		return ""
	}
	nc, err := nats.Connect(c.URLs()[i], nats.Timeout(time.Second), nats.NoReconnect())
	if err != nil {
		return ""
	}
	defer nc.Close()
	msg, err := nc.Request("$JS.API.STREAM.INFO."+stream, nil, time.Second)
	if err != nil {
		return ""
	}
	var info struct {
		Cluster struct{ Leader string }
	}
	if json.Unmarshal(msg.Data, &info) != nil {
		return ""
	}
	return info.Cluster.Leader
}

// Log returns the end of what a server logged.
func (c *Cluster) Log(i int) string {
	b, _ := os.ReadFile(c.nodes[i].Log)
	return string(b[max(0, len(b)-4000):])
}

func (c *Cluster) end() {
	for i := range c.running {
		c.Kill(i)
	}
	all := c.clients
	for _, r := range c.routes {
		all = append(all, r...)
	}
	for _, p := range all {
		if p == nil {
			continue
		}
		if err := p.close(); err != nil {
			c.t.Error(err)
		}
	}
}
