package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// TestServeDemo starts the service as "make run" does, asks it for cars, and stops it.
func TestServeDemo(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	read, write := io.Pipe()
	c := serveSettings{GRPC: "127.0.0.1:0", HTTP: "127.0.0.1:0", DataDir: t.TempDir(), Demo: true, Cars: 3, MoveUp: usualMoveUps(t)}
	served := make(chan error, 1)
	go func() {
		served <- c.serve(ctx, write)
		_ = write.Close()
	}()
	said := make(chan string)
	go func() {
		var b strings.Builder
		buf := make([]byte, 1024)
		for {
			n, err := read.Read(buf)
			b.Write(buf[:n])
			if err != nil || strings.Contains(b.String(), "data  ") {
				break
			}
		}
		said <- b.String()
		_, _ = io.Copy(io.Discard, read)
	}()
	text := <-said
	if !strings.Contains(text, "DEMO: 3 simulated cars") || !strings.Contains(text, "ready in") {
		t.Fatalf("serve said:\n%s", text)
	}
	addr := regexp.MustCompile(`map and API  http://(\S+)`).FindStringSubmatch(text)[1]
	where := `{"location":{"gridRef":"TQ 30027 80380"},"k":3}`
	res, err := http.Post("http://"+addr+"/v1/cars:findNearest", "application/json", strings.NewReader(where))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var out struct {
		Candidates []struct{ Reasons []string }
		Basis      struct{ Demo bool }
		Borough    string
	}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("HTTP %d, %v", res.StatusCode, err)
	}
	if len(out.Candidates) == 0 || !out.Basis.Demo || out.Borough != "Westminster" {
		t.Errorf("got %+v, want cars, marked as demo, for a call in Westminster", out)
	}
	http.DefaultClient.CloseIdleConnections()
	stop()
	select {
	case err := <-served:
		if err != nil {
			t.Errorf("serve: %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("serve did not stop")
	}
}

func TestServeSaysThatAPortIsInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	c := serveSettings{GRPC: "127.0.0.1:0", HTTP: l.Addr().String(), DataDir: t.TempDir()}
	want := fmt.Sprintf("--http %s: the port is in use", l.Addr())
	if err := c.serve(context.Background(), io.Discard); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestWriteNearest(t *testing.T) {
	var b strings.Builder
	err := writeNearest(&b, &pb.FindNearestCarsResponse{
		Candidates: []*pb.Candidate{{
			Car:        &pb.Car{Name: "cars/JRC-1", Borough: "Camden", PositionAge: durationpb.New(4 * time.Second), Skills: []pb.Skill{2, 1}},
			TravelTime: durationpb.New(425 * time.Second), ArrivalTime: durationpb.New(485 * time.Second), ArrivalTime_90: durationpb.New(698 * time.Second), Modelled: true,
		}},
		Exclusions: []*pb.Exclusion{{Car: "cars/JRC-2", Reason: "busy"}},
		Basis:      &pb.Basis{Network: "lattice", Period: "night", Demo: true}, Borough: "Barnet",
	}, false)
	want := `car         by road          arrival  9 in 10 within  position  stands in  skills
cars/JRC-1  7:05 (modelled)  8:05     11:38           4s old    Camden     nurse, paramedic
cars/JRC-2  left out: busy
call in Barnet; lattice, night; arrival includes mobilisation, and 9 in 10 a factor on road times (assumptions); DEMO: simulated cars
`
	if err != nil || b.String() != want {
		t.Errorf("%v\n%s\nwant\n%s", err, b.String(), want)
	}
}
