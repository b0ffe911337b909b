package server

import (
	"context"
	"fmt"
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
	methods := 0
	for _, m := range rpcs() {
		if !strings.HasPrefix(string(m.FullName()), "nearside.") {
			continue
		}
		methods++
		path := fmt.Sprintf("/%s/%s", m.Parent().FullName(), m.Name())
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		stream, err := c.conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: m.IsStreamingServer(), ClientStreams: m.IsStreamingClient()}, path)
		if err == nil && stream.SendMsg(&emptypb.Empty{}) == nil && stream.CloseSend() == nil {
			err = stream.RecvMsg(&emptypb.Empty{})
		}
		cancel()
		if status.Code(err) == codes.Unimplemented {
			t.Errorf("%s: %v", path, err)
		}
	}
	if methods < 30 {
		t.Errorf("%d methods; the contract has more", methods)
	}
}
