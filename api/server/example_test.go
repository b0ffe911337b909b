package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/fleet"
)

// Example serves a small made-up city and asks which cars can reach a place first.
func Example() {
	tb := new(testing.B)
	city := smallCity(tb)
	s := DefaultSettings()
	s.City, s.Network, s.Baseline, s.Zone = city, city.Network, smallBaseline(tb, city), time.UTC
	s.Fleet = fleet.New(city.Grid, s.Network, fleet.DefaultSettings())
	srv, err := New(s)
	if err != nil {
		panic(err)
	}
	handler, leave, err := srv.HTTP(srv.GRPC())
	if err != nil {
		panic(err)
	}
	defer leave()
	for _, call := range []struct{ path, body string }{
		{"/v1/cars:reportPositions", `{"reports":[{"car":"cars/JRC-1","location":{"gridRef":"TQ 29500 80500"}}]}`},
		{"/v1/cars:findNearest", `{"location":{"latLng":{"latitude":-0.13,"longitude":51.5}}}`},
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "http://localhost"+call.path, strings.NewReader(call.body)))
		fmt.Println(w.Code, strings.ReplaceAll(strings.Split(w.Body.String(), `"details"`)[0], " ", ""))
	}
	// Output:
	// 200 {"accepted":1,"errors":[],"ignored":0,"warnings":[],"duplicate":[],"overtaken":[],"late":[]}
	// 400 {"code":3,"message":"location.lat_lng.latitude:-0.13:latitudeandlongitudelookswapped;want51.275to51.705degrees(GreaterLondon)",
}
