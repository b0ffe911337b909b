package guard_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"

	"github.com/nearside-ems/nearside/api/guard"
)

// Example makes a token, puts a guard that knows it before a gRPC server, and asks whose it is.
func Example() {
	dir, err := os.MkdirTemp("", "tokens")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	secret, token, err := guard.NewToken("cad-1", guard.Of(guard.Dispatcher), nil, time.Now())
	if err != nil {
		log.Panic(err)
	}
	file := filepath.Join(dir, "tokens")
	if err := os.WriteFile(file, []byte(token.Line()+"\n"), 0o600); err != nil {
		log.Panic(err)
	}
	g, err := guard.New(guard.Settings{Tokens: file, Limits: guard.DefaultLimits(), Now: time.Now})
	if err != nil {
		log.Panic(err)
	}
	server := grpc.NewServer(grpc.UnaryInterceptor(g.Unary()), grpc.StreamInterceptor(g.Stream()))
	defer server.Stop()

	who, err := g.Login(secret)
	fmt.Println(who, who.Roles, err)
	_, err = g.Login("nearside_made-up")
	fmt.Println(err)
	// Output:
	// token/cad-1 dispatcher <nil>
	// the token is not one of this server's; it may have been withdrawn
}
