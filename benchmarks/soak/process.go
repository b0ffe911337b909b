package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server that was started for the soak.
type process struct {
	cmd           *exec.Cmd
	dir           string
	grpc, metrics string
}

// launch starts a server on free ports, with a data directory that stop removes.
func launch(ctx context.Context, bin string) (*process, error) {
	p := &process{}
	var ports [3]string
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		ports[i] = l.Addr().String()
		_ = l.Close()
	}
	var err error
	if p.dir, err = os.MkdirTemp("", "nearside-soak-*"); err != nil {
		return nil, err
	}
	p.grpc, p.metrics = ports[0], ports[2]
	p.cmd = exec.Command(bin, "serve", "--grpc", ports[0], "--http", ports[1], "--metrics", ports[2], "--data-dir", p.dir, "--client-rate", "0", "--client-calls", "0",
		"--log-level", "warn")
	p.cmd.Stderr = os.Stderr
	if err := p.cmd.Start(); err != nil {
		_ = os.RemoveAll(p.dir)
		return nil, fmt.Errorf("%w; build it first, or name it with -bin", err)
	}
	for ctx.Err() == nil {
		res, err := http.Get("http://" + p.metrics + "/readyz")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return p, nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.stop()
	return nil, ctx.Err()
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
	_ = os.RemoveAll(p.dir)
}

// look reads a server's metrics.
func (p *process) look() (map[string]float64, error) {
	res, err := http.Get("http://" + p.metrics + "/metrics")
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	return parse(res.Body), nil
}

// parse reads metrics without labels.
func parse(in io.Reader) map[string]float64 {
	values := map[string]float64{}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		name, text, ok := strings.Cut(lines.Text(), " ")
		if !ok || strings.HasPrefix(name, "#") || strings.Contains(name, "{") {
			continue
		}
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			values[name] = v
		}
	}
	return values
}
