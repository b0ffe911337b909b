package guard

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"
)

// Inside joins the HTTP gateway to the gRPC server within the process, so that what holds for gRPC
// holds for HTTP too. A call over it says by a number which HTTP request it is for; that is believed
// on this connection only, which nobody outside the process can open.
type Inside struct {
	pipe    *bufconn.Listener
	last    atomic.Uint64
	callers sync.Map // number of an HTTP request, as text, → Caller
}

const (
	callerKey  = "nearside-caller" // metadata with the number of the HTTP request
	pipeLength = 256 << 10         // bytes that either side may be ahead of the other
)

// NewInside makes a way in. Close it by stopping the gRPC server that it was given to.
func NewInside() *Inside { return &Inside{pipe: bufconn.Listen(pipeLength)} }

// Listener is what the gRPC server, made with Credentials, is to serve.
func (i *Inside) Listener() net.Listener { return insideListener{i.pipe, i} }

// Connect returns the gateway's connection to the server; the caller closes it.
func (i *Inside) Connect(options ...grpc.DialOption) (*grpc.ClientConn, error) {
	dial := func(ctx context.Context, _ string) (net.Conn, error) { return i.pipe.DialContext(ctx) }
	return grpc.NewClient("passthrough:///inside", append([]grpc.DialOption{
		grpc.WithContextDialer(dial), grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithIdleTimeout(0),
	}, options...)...)
}

type insideKey struct{}

// Handler remembers who makes each request of next for as long as it is answered.
func (i *Inside) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number := strconv.FormatUint(i.last.Add(1), 36)
		i.callers.Store(number, CallerOfRequest(r))
		defer i.callers.Delete(number)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), insideKey{}, number)))
	})
}

// Metadata is what the gateway sends along with the call for an HTTP request that came by Handler. No
// header of the request may become metadata of the same name.
func (i *Inside) Metadata(ctx context.Context) metadata.MD {
	number, _ := ctx.Value(insideKey{}).(string)
	return metadata.Pairs(callerKey, number)
}

// CallerOfRequest returns the far end of an HTTP request.
func CallerOfRequest(r *http.Request) Caller {
	c := Caller{Remote: address(r.RemoteAddr), HTTP: true}
	if r.TLS != nil {
		c.Certificates = r.TLS.PeerCertificates
	}
	return c
}

// callerOf returns who made the HTTP request of a number; nobody where it is not known.
func (i *Inside) callerOf(numbers []string) Caller {
	if len(numbers) != 1 {
		return Caller{HTTP: true}
	}
	c, ok := i.callers.Load(numbers[0])
	if !ok {
		return Caller{HTTP: true}
	}
	return c.(Caller)
}

type insideListener struct {
	net.Listener
	inside *Inside
}

// Accept marks each connection as one from inside.
func (l insideListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return insideConn{conn, l.inside}, nil
}

type insideConn struct {
	net.Conn
	inside *Inside
}
