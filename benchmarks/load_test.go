package benchmarks

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
)

// order tells a process that makes load what to send. It keeps the answers packed: what they cost to
// unpack is the client's, and the client takes processors from the server that is measured.
type order struct {
	Addr        string
	Method      string
	Requests    [][]byte // packed, sent in turn
	Calls       int      // a batch
	Connections int      // with one call after the other on each
}

// loadVariable holds the order of a test binary that is to make load and nothing else.
const loadVariable = "NEARSIDE_BENCHMARK_LOAD"

func TestMain(m *testing.M) {
	if text := os.Getenv(loadVariable); text != "" {
		if err := makeLoad(text, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "load:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// load is a process that calls a server when it is told to.
type load struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startLoad(b *testing.B, o order) *load {
	b.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		b.Fatal(err)
	}
	l := &load{cmd: exec.Command(os.Args[0])}
	l.cmd.Env = append(os.Environ(), loadVariable+"="+string(text))
	l.cmd.Stderr = os.Stderr
	if l.in, err = l.cmd.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	out, err := l.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	l.out = bufio.NewReader(out)
	if err := l.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = l.in.Close() // which ends it
		if err := l.cmd.Wait(); err != nil {
			b.Error(err)
		}
	})
	return l
}

// batch makes one batch of calls.
func (l *load) batch(b *testing.B) {
	b.Helper()
	if _, err := io.WriteString(l.in, "go\n"); err != nil {
		b.Fatal(err)
	}
	if _, err := l.out.ReadString('\n'); err != nil {
		b.Fatal("the load ended: ", err)
	}
}

func makeLoad(text string, in io.Reader, out io.Writer) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	conns := make([]*grpc.ClientConn, o.Connections)
	for i := range conns {
		var err error
		conns[i], err = grpc.NewClient(o.Addr, grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(grpc.ForceCodecV2(packed{})))
		if err != nil {
			return err
		}
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		if err := o.batch(conns); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, "done"); err != nil {
			return err
		}
	}
	return nil
}

func (o *order) batch(conns []*grpc.ClientConn) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	failed := make(chan error, len(conns))
	var all sync.WaitGroup
	for c, conn := range conns {
		all.Go(func() {
			var answer []byte
			for i := c; i < o.Calls; i += len(conns) {
				if err := conn.Invoke(ctx, o.Method, o.Requests[i%len(o.Requests)], &answer); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(failed)
	return <-failed
}

// packed hands messages on as they are on the wire.
type packed struct{}

func (packed) Name() string { return "proto" }

func (packed) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}

func (packed) Unmarshal(data mem.BufferSlice, v any) error {
	answer := v.(*[]byte)
	*answer = slices.Grow((*answer)[:0], data.Len())[:data.Len()]
	data.CopyTo(*answer)
	return nil
}

var _ encoding.CodecV2 = packed{}
