package server

import (
	"context"
	"net/http"
	"strconv"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// routeOperations serves google.longrunning.Operations, for which no gateway is generated, at the
// paths that its own HTTP rules give.
func routeOperations(api *runtime.ServeMux, operations longrunningpb.OperationsClient) error {
	const one = "/v1/{name=operations/*}"
	for _, route := range []struct {
		method, path, rpc string
		call              func(context.Context, *http.Request, string) (proto.Message, error)
	}{
		{http.MethodGet, "/v1/operations", longrunningpb.Operations_ListOperations_FullMethodName, func(ctx context.Context, r *http.Request, _ string) (proto.Message, error) {
			in := &longrunningpb.ListOperationsRequest{Filter: r.FormValue("filter"), PageToken: r.FormValue("pageToken")}
			if text := r.FormValue("pageSize"); text != "" {
				size, err := strconv.ParseInt(text, 10, 32)
				if err != nil {
					return nil, invalid("pageSize", "%.20q: want a number", text)
				}
				in.PageSize = int32(size)
			}
			return operations.ListOperations(ctx, in)
		}},
		{http.MethodGet, one, longrunningpb.Operations_GetOperation_FullMethodName, func(ctx context.Context, _ *http.Request, name string) (proto.Message, error) {
			return operations.GetOperation(ctx, &longrunningpb.GetOperationRequest{Name: name})
		}},
		{http.MethodDelete, one, longrunningpb.Operations_DeleteOperation_FullMethodName, func(ctx context.Context, _ *http.Request, name string) (proto.Message, error) {
			return operations.DeleteOperation(ctx, &longrunningpb.DeleteOperationRequest{Name: name})
		}},
		{http.MethodPost, one + ":cancel", longrunningpb.Operations_CancelOperation_FullMethodName, func(ctx context.Context, _ *http.Request, name string) (proto.Message, error) {
			return operations.CancelOperation(ctx, &longrunningpb.CancelOperationRequest{Name: name})
		}},
		{http.MethodPost, one + ":wait", longrunningpb.Operations_WaitOperation_FullMethodName, func(ctx context.Context, r *http.Request, name string) (proto.Message, error) {
			in := &longrunningpb.WaitOperationRequest{}
			if r.ContentLength != 0 {
				if err := marshaler.NewDecoder(r.Body).Decode(in); err != nil {
					return nil, status.Errorf(codes.InvalidArgument, "%v", err)
				}
			}
			in.Name = name
			return operations.WaitOperation(ctx, in)
		}},
	} {
		err := api.HandlePath(route.method, route.path, func(w http.ResponseWriter, r *http.Request, path map[string]string) {
			ctx, err := runtime.AnnotateContext(r.Context(), api, r, route.rpc)
			if err != nil {
				runtime.HTTPError(r.Context(), api, marshaler, w, r, err)
				return
			}
			out, err := route.call(ctx, r, path["name"])
			if err != nil {
				runtime.HTTPError(ctx, api, marshaler, w, r, err)
				return
			}
			runtime.ForwardResponseMessage(ctx, api, marshaler, w, r, out)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
