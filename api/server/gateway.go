package server

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"
	"sync"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/klauspost/compress/gzhttp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/nearside-ems/nearside/api/guard"
	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// marshaler writes every field, so that a client need not know the defaults, and refuses fields that
// it does not know, so that a misspelt one is not silently dropped.
var marshaler = &runtime.JSONPb{MarshalOptions: protojson.MarshalOptions{EmitUnpopulated: true}}

// HTTP returns the handler of the HTTP port: the API as JSON under /v1, its description at
// /openapi.json and /docs, and the map at /. It calls g, a server that GRPC made, within the process:
// what its interceptors ask holds for HTTP too. leave ends that connection.
func (s *Server) HTTP(g *grpc.Server) (handler http.Handler, leave func(), err error) {
	inside := guard.NewInside()
	conn, err := inside.Connect(grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32)),
		grpc.WithInitialWindowSize(window), grpc.WithInitialConnWindowSize(window))
	if err != nil {
		return nil, nil, err
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = g.Serve(inside.Listener()) // ends when g is stopped, with nothing to tell
	}()
	leave = func() {
		_ = conn.Close() // it only says that it was closed before
		g.Stop()
		<-served
	}
	if handler, err = s.handler(inside, conn); err != nil {
		leave()
		return nil, nil, err
	}
	return handler, leave, nil
}

// window is how many bytes of an answer may be on their way within the process: a large one does not
// wait to be asked for more.
const window = 1 << 20

func (s *Server) handler(inside *guard.Inside, conn *grpc.ClientConn) (http.Handler, error) {
	api, err := gateway(inside, conn, s.unread)
	if err != nil {
		return nil, err
	}
	docs, err := docsPage()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/v1/", inside.Handler(http.MaxBytesHandler(api, maxMessage)))
	mux.Handle("GET /v1/city", s.allowed(api, pb.PlanningService_GetCity_FullMethodName, s.cityJSON()))
	mux.Handle("/signin", s.signIn())
	mux.HandleFunc("POST /signout", signOut)
	mux.Handle("GET /healthz", s.Healthz())
	mux.Handle("GET /readyz", s.Readyz(false))
	mux.Handle("GET /openapi.json", fixed("application/json", pb.OpenAPI))
	mux.Handle("GET /docs", docs)
	if s.Map != nil {
		mux.Handle("/", s.Map)
	}
	zip, err := gzhttp.NewWrapper(gzhttp.MinSize(4096), gzhttp.CompressionLevel(4))
	if err != nil {
		return nil, err
	}
	// A page of another site, open in a planner's browser, must not report positions.
	own := http.NewCrossOriginProtection()
	return s.recoverHTTP(headed(s.byName(own.Handler(session(zip(mux)))))), nil
}

// gateway is the API as JSON over a connection to the gRPC server. Server streams are lines of JSON,
// {"result": …} each, or {"error": …} as the last.
func gateway(inside *guard.Inside, conn *grpc.ClientConn, unread func(*status.Status)) (*runtime.ServeMux, error) {
	api := runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, marshaler), runtime.WithRoutingErrorHandler(unrouted), runtime.WithErrorHandler(tellUnread(unread)),
		runtime.WithIncomingHeaderMatcher(passedOn), runtime.WithOutgoingHeaderMatcher(nothing), runtime.WithOutgoingTrailerMatcher(nothing),
		runtime.WithMetadata(func(ctx context.Context, _ *http.Request) metadata.MD { return inside.Metadata(ctx) }),
	)
	ctx := context.Background()
	return api, errors.Join(
		pb.RegisterDispatchServiceHandlerClient(ctx, api, pb.NewDispatchServiceClient(conn)),
		pb.RegisterPlanningServiceHandlerClient(ctx, api, pb.NewPlanningServiceClient(conn)),
		pb.RegisterDemandServiceHandlerClient(ctx, api, pb.NewDemandServiceClient(conn)),
		pb.RegisterRoadServiceHandlerClient(ctx, api, pb.NewRoadServiceClient(conn)),
		pb.RegisterFleetServiceHandlerClient(ctx, api, pb.NewFleetServiceClient(conn)),
		pb.RegisterCentreServiceHandlerClient(ctx, api, pb.NewCentreServiceClient(conn)),
		pb.RegisterRecommendationServiceHandlerClient(ctx, api, pb.NewRecommendationServiceClient(conn)),
		routeOperations(api, longrunningpb.NewOperationsClient(conn)),
	)
}

// passedOn says which headers of an HTTP request its gRPC call gets as metadata, besides Authorization:
// those of traces. Anything else a client could use to say what only the gateway may.
func passedOn(header string) (string, bool) {
	switch header {
	case "Traceparent", "Tracestate":
		return strings.ToLower(header), true
	}
	return "", false
}

func nothing(string) (string, bool) { return "", false }

// unrouted answers requests that fit no call. The gateway by itself gives 501 for a wrong method, as if
// the server were unfinished.
func unrouted(ctx context.Context, mux *runtime.ServeMux, m runtime.Marshaler, w http.ResponseWriter, r *http.Request, code int) {
	if code != http.StatusMethodNotAllowed {
		runtime.DefaultRoutingErrorHandler(ctx, mux, m, w, r, code)
		return
	}
	runtime.DefaultHTTPErrorHandler(ctx, mux, m, w, r, &runtime.HTTPStatusError{HTTPStatus: code,
		Err: status.Errorf(codes.Unimplemented, "%s is not a method of %s; /docs lists those that are", r.Method, r.URL.Path)})
}

// fixed serves the same bytes to everyone.
func fixed(contentType string, body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(body) // the client has gone; there is no one to tell
	})
}

// cityJSON serves the city, which is large and never changes, from one marshalling.
func (s *Server) cityJSON() http.Handler {
	text := sync.OnceValues(func() ([]byte, error) { return marshaler.Marshal(s.city) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := text()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fixed("application/json", body).ServeHTTP(w, r)
	})
}
