package server

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/nearside-ems/nearside/api/guard"
	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// watching is a fleet whose stream sends a snapshot, then a change each time that more is told to.
type watching struct {
	pb.UnimplementedFleetServiceServer
	more  chan struct{}
	ended chan error
	saw   chan metadata.MD
}

func newWatching() *watching {
	return &watching{more: make(chan struct{}), ended: make(chan error, 1), saw: make(chan metadata.MD, 1)}
}

func (w *watching) WatchCars(_ *pb.WatchCarsRequest, out grpc.ServerStreamingServer[pb.WatchCarsResponse]) error {
	md, _ := metadata.FromIncomingContext(out.Context())
	w.saw <- md
	kind := pb.WatchKind_WATCH_KIND_SNAPSHOT
	for {
		if err := out.Send(&pb.WatchCarsResponse{Kind: kind}); err != nil {
			return err
		}
		kind = pb.WatchKind_WATCH_KIND_CHANGE
		select {
		case _, ok := <-w.more:
			if !ok {
				return status.Error(codes.ResourceExhausted, "too slow")
			}
		case <-out.Context().Done():
			w.ended <- out.Context().Err()
			return out.Context().Err()
		}
	}
}

// watchOver serves w over the gateway and opens its stream.
func watchOver(t *testing.T, ctx context.Context, w *watching, header http.Header) *bufio.Scanner {
	t.Helper()
	g, inside := grpc.NewServer(grpc.Creds(guard.ServerTransport(nil))), guard.NewInside()
	pb.RegisterFleetServiceServer(g, w)
	conn, err := inside.Connect()
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- g.Serve(inside.Listener()) }()
	api, err := gateway(inside, conn, func(*status.Status) {})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(inside.Handler(api))
	t.Cleanup(func() {
		h.Close()
		_ = conn.Close()
		g.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL+"/v1/cars:watch", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(res.Body)
		t.Fatalf("HTTP %d %s", res.StatusCode, text)
	}
	return bufio.NewScanner(res.Body)
}

// wantLine fails unless the next line of a stream holds a text.
func wantLine(t *testing.T, lines *bufio.Scanner, want string) {
	t.Helper()
	if !lines.Scan() || !strings.Contains(lines.Text(), want) {
		t.Fatalf("got %q, %v, want %q", lines.Text(), lines.Err(), want)
	}
}

func TestStreamsOverHTTPAreLines(t *testing.T) {
	w := newWatching()
	lines := watchOver(t, background(t), w, http.Header{"Accept-Encoding": {"identity"}})
	wantLine(t, lines, `{"result":{"kind":"WATCH_KIND_SNAPSHOT"`)
	w.more <- struct{}{} // each line arrives before the next is made
	wantLine(t, lines, `{"result":{"kind":"WATCH_KIND_CHANGE"`)
	close(w.more)
	wantLine(t, lines, `{"error":{"code":8,"message":"too slow"`)
	if lines.Scan() {
		t.Errorf("after the error came %q", lines.Text())
	}
}

func TestAStreamOverHTTPEndsWithItsClient(t *testing.T) {
	ctx, leave := context.WithCancel(background(t))
	w := newWatching()
	wantLine(t, watchOver(t, ctx, w, nil), "SNAPSHOT")
	leave()
	select {
	case <-w.ended:
	case <-time.After(5 * time.Second):
		t.Error("the stream goes on 5 s after its client left")
	}
}

// TestHeadersDoNotBecomeMetadata shows that no client can say over HTTP what only the gateway may.
func TestHeadersDoNotBecomeMetadata(t *testing.T) {
	w := newWatching()
	header := http.Header{
		"Grpc-Metadata-Nearside-Caller": {"1"}, "Nearside-Caller": {"1"}, "Grpc-Metadata-Authorization": {"Bearer forged"},
		"Grpcgateway-Authorization": {"Bearer forged"}, "Traceparent": {"00-01-02-03"},
	}
	wantLine(t, watchOver(t, background(t), w, header), "SNAPSHOT")
	md := <-w.saw
	if got := md.Get("nearside-caller"); len(got) != 1 {
		t.Errorf("the request's number came as %q", got)
	}
	for key, values := range md {
		for _, v := range values {
			if strings.Contains(v, "forged") {
				t.Errorf("a header became %s", key)
			}
		}
	}
	if got := md.Get("traceparent"); len(got) != 1 || got[0] != "00-01-02-03" {
		t.Errorf("the trace came as %q", got)
	}
}
