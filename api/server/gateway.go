package server

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/klauspost/compress/gzhttp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// marshaler writes every field, so that a client need not know the defaults, and refuses fields that
// it does not know, so that a misspelt one is not silently dropped.
var marshaler = &runtime.JSONPb{MarshalOptions: protojson.MarshalOptions{EmitUnpopulated: true}}

// HTTP returns the handler of the HTTP port: the API as JSON under /v1, its description at
// /openapi.json and /docs, and the map at /.
func (s *Server) HTTP() (http.Handler, error) {
	api := runtime.NewServeMux(runtime.WithMarshalerOption(runtime.MIMEWildcard, marshaler), runtime.WithRoutingErrorHandler(unrouted))
	ctx := context.Background()
	if err := pb.RegisterDispatchServiceHandlerServer(ctx, api, &dispatchService{Server: s}); err != nil {
		return nil, err
	}
	if err := pb.RegisterPlanningServiceHandlerServer(ctx, api, &planningService{Server: s}); err != nil {
		return nil, err
	}
	if err := pb.RegisterDemandServiceHandlerServer(ctx, api, &demandService{Server: s}); err != nil {
		return nil, err
	}
	if err := pb.RegisterRoadServiceHandlerServer(ctx, api, &roadService{Server: s}); err != nil {
		return nil, err
	}
	if err := routeOperations(api, &operationsService{Server: s}); err != nil {
		return nil, err
	}
	docs, err := docsPage()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/v1/", http.MaxBytesHandler(api, maxMessage))
	mux.Handle("GET /v1/city", s.cityJSON())
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
	return s.recoverHTTP(own.Handler(zip(mux))), nil
}

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

// routeOperations serves google.longrunning.Operations, for which no gateway is generated, at the
// paths that its own HTTP rules give.
func routeOperations(api *runtime.ServeMux, s *operationsService) error {
	const one = "/v1/{name=operations/*}"
	routes := []struct {
		method, path string
		call         func(context.Context, *http.Request, string) (proto.Message, error)
	}{
		{http.MethodGet, "/v1/operations", func(ctx context.Context, r *http.Request, _ string) (proto.Message, error) {
			in := &longrunningpb.ListOperationsRequest{Filter: r.FormValue("filter"), PageToken: r.FormValue("pageToken")}
			if size := r.FormValue("pageSize"); size != "" {
				if _, err := fmt.Sscanf(size, "%d", &in.PageSize); err != nil {
					return nil, invalid("pageSize", "%.20q: want a number", size)
				}
			}
			return s.ListOperations(ctx, in)
		}},
		{http.MethodGet, one, func(ctx context.Context, _ *http.Request, name string) (proto.Message, error) {
			return s.GetOperation(ctx, &longrunningpb.GetOperationRequest{Name: name})
		}},
		{http.MethodDelete, one, func(ctx context.Context, _ *http.Request, name string) (proto.Message, error) {
			return s.DeleteOperation(ctx, &longrunningpb.DeleteOperationRequest{Name: name})
		}},
		{http.MethodPost, one + ":cancel", func(ctx context.Context, _ *http.Request, name string) (proto.Message, error) {
			return s.CancelOperation(ctx, &longrunningpb.CancelOperationRequest{Name: name})
		}},
		{http.MethodPost, one + ":wait", func(ctx context.Context, r *http.Request, name string) (proto.Message, error) {
			in := &longrunningpb.WaitOperationRequest{}
			if r.ContentLength != 0 {
				if err := marshaler.NewDecoder(r.Body).Decode(in); err != nil {
					return nil, status.Errorf(codes.InvalidArgument, "%v", err)
				}
			}
			in.Name = name
			return s.WaitOperation(ctx, in)
		}},
	}
	for _, route := range routes {
		err := api.HandlePath(route.method, route.path, func(w http.ResponseWriter, r *http.Request, path map[string]string) {
			out, err := route.call(r.Context(), r, path["name"])
			if err != nil {
				runtime.HTTPError(r.Context(), api, marshaler, w, r, err)
				return
			}
			runtime.ForwardResponseMessage(r.Context(), api, marshaler, w, r, out)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
