package benchmarks

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
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
	File        string   // where more requests are, each after its length in 4 bytes, little-endian
	Stamp       []byte   // what stands in the requests for the time, which is written over it before they are sent
	Calls       int      // a batch
	Connections int      // with one call after the other on each: call i goes over connection i modulo Connections
	PerSecond   int      // calls; 0: as many as there can be

	places [][]int // of each request: where the stamps are
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

// batch makes one batch of calls and returns how long each of them took, in no order.
func (l *load) batch(b *testing.B) (took []time.Duration) {
	b.Helper()
	if _, err := io.WriteString(l.in, "go\n"); err != nil {
		b.Fatal(err)
	}
	line, err := l.out.ReadBytes('\n')
	if err != nil {
		b.Fatal("the load ended: ", err)
	}
	if err := json.Unmarshal(line, &took); err != nil {
		b.Fatal(err)
	}
	return took
}

func makeLoad(text string, in io.Reader, out io.Writer) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	if err := o.readFile(); err != nil {
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
		took, err := o.batch(conns)
		if err != nil {
			return err
		}
		if err := json.NewEncoder(out).Encode(took); err != nil {
			return err
		}
	}
	return nil
}

func (o *order) readFile() error {
	if o.File == "" {
		return nil
	}
	text, err := os.ReadFile(o.File)
	for len(text) >= 4 {
		end := 4 + binary.LittleEndian.Uint32(text)
		o.Requests = append(o.Requests, text[4:end:end])
		text = text[end:]
	}
	for _, r := range o.Requests {
		o.places = append(o.places, o.find(r))
	}
	return err
}

func (o *order) batch(conns []*grpc.ClientConn) ([]time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	begin, took := time.Now(), make([]time.Duration, o.Calls)
	failed := make(chan error, len(conns))
	var all sync.WaitGroup
	for c, conn := range conns {
		all.Go(func() {
			var answer []byte
			for i := c; i < o.Calls; i += len(conns) {
				if o.PerSecond > 0 {
					time.Sleep(time.Until(begin.Add(time.Duration(i) * time.Second / time.Duration(o.PerSecond))))
				}
				request := o.stamp(i % len(o.Requests))
				sent := time.Now()
				if err := conn.Invoke(ctx, o.Method, request, &answer); err != nil {
					failed <- err
					return
				}
				took[i] = time.Since(sent)
			}
		})
	}
	all.Wait()
	close(failed)
	return took, <-failed
}

// timeStamp is a google.protobuf.Timestamp in 12 bytes, whatever the time.
func timeStamp(t time.Time) []byte {
	text := binary.AppendUvarint([]byte{1 << 3}, uint64(t.Unix()))
	text = append(text, 2<<3)
	for nanos, i := t.Nanosecond(), 0; i < 5; i, nanos = i+1, nanos>>7 {
		text = append(text, byte(nanos)|0x80) // more follows, if only zeros
	}
	text[len(text)-1] &= 0x7f
	return text
}

// find notes where Stamp stands in a request.
func (o *order) find(request []byte) (places []int) {
	for from := 0; len(o.Stamp) > 0; {
		at := bytes.Index(request[from:], o.Stamp)
		if at < 0 {
			break
		}
		places = append(places, from+at)
		from += at + len(o.Stamp)
	}
	return places
}

// stamp writes the time into request i, which one connection at a time sends.
func (o *order) stamp(i int) []byte {
	request := o.Requests[i]
	if o.places != nil {
		now := timeStamp(time.Now())
		for _, at := range o.places[i] {
			copy(request[at:], now)
		}
	}
	return request
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
