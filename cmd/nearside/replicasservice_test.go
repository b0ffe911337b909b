package main

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// service is one process of nearside serve, and its client.
type service struct {
	t       *testing.T
	args    []string
	log     string // file
	ready   string // URL
	process *exec.Cmd
	pb.DispatchServiceClient
	pb.FleetServiceClient
	pb.RecommendationServiceClient
}

func (s *replicaPlay) service(name string) *service {
	s.t.Helper()
	var ports [3]string
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			s.t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		ports[i] = l.Addr().String()
	}
	folder := s.t.TempDir()
	conn, err := grpc.NewClient(ports[0], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	one := &service{
		t: s.t, log: filepath.Join(folder, name+".log"), ready: "http://" + ports[2] + "/readyz",
		args: []string{"nearside", "serve", "--nats", strings.Join(s.cluster.URLs(), ","), "--ledger-mib", "64", "--data-dir", filepath.Join(folder, "data"),
			"--grpc", ports[0], "--http", ports[1], "--metrics", ports[2]},
		DispatchServiceClient: pb.NewDispatchServiceClient(conn), FleetServiceClient: pb.NewFleetServiceClient(conn),
		RecommendationServiceClient: pb.NewRecommendationServiceClient(conn),
	}
	s.t.Cleanup(func() { _ = one.stop(os.Kill) }) // or the test has stopped it
	return one
}

// start starts the process, waits until it is ready and returns how long that took.
func (s *service) start() time.Duration {
	s.t.Helper()
	binary, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	out, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	s.process = &exec.Cmd{Path: binary, Args: s.args, Env: os.Environ(), Stdout: out, Stderr: out}
	begin := time.Now()
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	within(s.t, "readiness of "+s.log, func() bool {
		res, err := http.Get(s.ready)
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	return time.Since(begin)
}

// stop ends the process by a signal, and returns what it ended with.
func (s *service) stop(how os.Signal) error {
	if s.process == nil {
		return nil
	}
	_ = s.process.Process.Signal(how)
	err := s.process.Wait()
	s.process = nil
	return err
}
