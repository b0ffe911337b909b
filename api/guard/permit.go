package guard

import (
	"slices"

	"google.golang.org/grpc/codes"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// permit says whether who may call a method at all.
func permit(who *Identity, method string) error {
	roles, all, known := Allowed(method)
	switch {
	case all || known && who.Roles.Any(roles):
		return nil
	case !known:
		return refuse(codes.PermissionDenied, RoleLacking, "%s: no role may call it", method)
	default:
		return refuse(codes.PermissionDenied, RoleLacking, "%s has the role %s; %s needs one of %s", who, who.Roles, method, roles)
	}
}

// permitRequest says whether who, whom permit let in, may ask this. It looks only where the answer
// depends on the request, and refuses what it cannot read.
func permitRequest(who *Identity, method string, request any) error {
	if who.Roles.Any(desk) {
		return nil
	}
	if method == pb.DispatchService_FindNearestCars_FullMethodName {
		return permitAdvice(who, request)
	}
	if !byCar[method] || who.Roles.Any(allowed[method]&^Roles(Crew)) {
		return nil // a call about no car, or one that the caller has by another role
	}
	cars := carsOf(request)
	if len(cars) == 0 || slices.ContainsFunc(cars, func(car string) bool { return !who.speaksFor(car) }) {
		return refuse(codes.PermissionDenied, NotOwnCar, "%s may ask only about its own cars, and must name them", who)
	}
	return nil
}

// permitAdvice lets everyone ask which car is nearest, but only a dispatcher have it kept as advice.
func permitAdvice(who *Identity, request any) error {
	if r, ok := request.(*pb.FindNearestCarsRequest); ok && r.GetIncident() == "" {
		return nil
	}
	return refuse(codes.PermissionDenied, RoleLacking,
		"incident: advice for an incident is recorded as a decision, which needs the role %s; %s has %s", desk, who, who.Roles)
}

// byCar are the calls that crews may make for their own cars.
var byCar = map[string]bool{
	pb.DispatchService_ReportPositions_FullMethodName: true,
	pb.DispatchService_StreamPositions_FullMethodName: true,
	pb.FleetService_UpdateCarStatus_FullMethodName:    true,
	pb.FleetService_GetCar_FullMethodName:             true,
	pb.FleetService_WatchCars_FullMethodName:          true,
}

// carsOf returns the cars that a request of byCar is about.
func carsOf(request any) []string {
	switch r := request.(type) {
	case *pb.ReportPositionsRequest:
		return reportedCars(r.GetReports())
	case *pb.StreamPositionsRequest:
		cars := reportedCars(r.GetReports())
		if r.GetReport() != nil {
			cars = append(cars, r.GetReport().GetCar())
		}
		return cars
	case interface{ Cars() []string }: // reports that the server reads from the wire itself
		return r.Cars()
	case *pb.UpdateCarStatusRequest:
		return []string{r.GetName()}
	case *pb.GetCarRequest:
		return []string{r.GetName()}
	case *pb.WatchCarsRequest:
		return r.GetCars()
	}
	return nil
}

func reportedCars(reports []*pb.PositionReport) []string {
	cars := make([]string, len(reports))
	for i, r := range reports {
		cars[i] = r.GetCar()
	}
	return cars
}
