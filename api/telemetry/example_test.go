package telemetry_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"

	"google.golang.org/grpc"

	"github.com/nearside-ems/nearside/api/telemetry"
)

func Example() {
	t, err := telemetry.New(telemetry.Settings{Version: "v1.2.3", Log: slog.Default()})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer := func(context.Context, any) (any, error) { return "an answer", nil }
	_, _ = t.Unary()(context.Background(), nil, &grpc.UnaryServerInfo{FullMethod: "/nearside.v1.FleetService/GetCar"}, answer)
	w := httptest.NewRecorder()
	t.Metrics().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "nearside_calls_total") {
			fmt.Print(line)
		}
	}
	// Output: nearside_calls_total{code="OK",method="FleetService/GetCar"} 1
}
