package server

import (
	"fmt"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/unit"
)

// TestTooManyChangesWithoutEtag: they are refused with how long to wait, and those with an etag are not.
func TestTooManyChangesWithoutEtag(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 3)
	c, _ := onFlaky(t, &s)
	in := &pb.UpdateCarStatusRequest{Name: "cars/JRC-0001"}
	change := func(i int) (*pb.Car, error) {
		in.RequestId = fmt.Sprint(i)
		in.Status = []pb.CarStatus{pb.CarStatus_CAR_STATUS_ON_BREAK, pb.CarStatus_CAR_STATUS_AVAILABLE}[i%2]
		return c.UpdateCarStatus(background(t), in)
	}
	var car *pb.Car
	for i := range unit.MaxBare {
		var err error
		if car, err = change(i); err != nil {
			t.Fatalf("change %d: %v", i, err)
		}
	}
	_, err := change(unit.MaxBare)
	wantRefusal(t, err, codes.ResourceExhausted, "TOO_MANY_CHANGES", "name an etag")
	if wait := detail[*errdetails.RetryInfo](t, err).RetryDelay.AsDuration(); wait <= 0 || wait > 2*unit.RepeatWithin {
		t.Errorf("retry after %v", wait)
	}
	in.Etag = car.Etag
	if _, err := change(unit.MaxBare); err != nil {
		t.Errorf("with its etag: %v", err)
	}
}
