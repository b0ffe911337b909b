package server

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// TestEveryMethodIsImplemented sends an empty request to every method of the contract: the generated code
// answers UNIMPLEMENTED for one that nobody wrote.
func TestEveryMethodIsImplemented(t *testing.T) {
	c := start(t, smallSettings(t))
	other := c.server.GRPC() // only to ask what it has
	defer other.Stop()
	methods := 0
	for service, info := range other.GetServiceInfo() {
		if !strings.HasPrefix(service, "nearside.") {
			continue
		}
		for _, m := range info.Methods {
			methods++
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			stream, err := c.conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: m.IsServerStream, ClientStreams: m.IsClientStream}, "/"+service+"/"+m.Name)
			if err == nil && stream.SendMsg(&emptypb.Empty{}) == nil && stream.CloseSend() == nil {
				err = stream.RecvMsg(&emptypb.Empty{})
			}
			cancel()
			if status.Code(err) == codes.Unimplemented {
				t.Errorf("%s/%s: %v", service, m.Name, err)
			}
		}
	}
	if methods < 30 {
		t.Errorf("%d methods; the contract has more", methods)
	}
}
