package guard

import (
	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc/health/grpc_health_v1"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionv1alpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

const (
	lookers  = Roles(ReadOnly | Dispatcher | Planner | Operator)
	everyone = lookers | Roles(Crew)
	desk     = Roles(Dispatcher)
	books    = Roles(Dispatcher | Operator)
	planners = Roles(Planner)
	making   = Roles(Planner | Operator)
	audit    = Roles(Operator)
	gauging  = Roles(ReadOnly | Operator)
)

// Monitoring stands in the table of methods for the port of metrics, which is no gRPC service: who reads
// metrics and health in detail there. Write it as the method of Handler.
const Monitoring = "/nearside.Monitoring/Read"

// open are the methods that need no identity: whether the server lives is asked before any login.
var open = map[string]bool{
	grpc_health_v1.Health_Check_FullMethodName: true,
	grpc_health_v1.Health_List_FullMethodName:  true,
	grpc_health_v1.Health_Watch_FullMethodName: true,
}

// allowed says for every other method which roles may call it. A method without a row is refused to
// everyone. Where crews are named and the call is about cars, those must be their own (see byCar);
// FindNearestCars for an incident, which is kept as a decision, needs more (see permitAdvice).
var allowed = map[string]Roles{
	pb.DispatchService_FindNearestCars_FullMethodName:   lookers,
	pb.DispatchService_StreamNearestCars_FullMethodName: desk,
	pb.DispatchService_AssessCall_FullMethodName:        lookers,
	pb.DispatchService_ReportPositions_FullMethodName:   desk | Roles(Crew),
	pb.DispatchService_StreamPositions_FullMethodName:   desk | Roles(Crew),
	pb.DispatchService_ListCars_FullMethodName:          lookers,
	pb.DispatchService_FindNearestPlaces_FullMethodName: everyone,

	pb.PlanningService_GetCity_FullMethodName:     everyone,
	pb.PlanningService_GetForecast_FullMethodName: lookers,
	pb.PlanningService_GetCoverage_FullMethodName: lookers,
	pb.PlanningService_CreatePlan_FullMethodName:  planners,
	pb.PlanningService_GetPlan_FullMethodName:     lookers,

	pb.RoadService_FindRoute_FullMethodName:       everyone,
	pb.RoadService_GetReach_FullMethodName:        lookers,
	pb.RoadService_CloseRoad_FullMethodName:       books,
	pb.RoadService_SetSpeed_FullMethodName:        books,
	pb.RoadService_ReopenRoad_FullMethodName:      books,
	pb.RoadService_ListRoadChanges_FullMethodName: everyone,

	pb.DemandService_ExplainForecast_FullMethodName: lookers,
	pb.DemandService_ReportCalls_FullMethodName:     books,
	pb.DemandService_GetDrift_FullMethodName:        lookers,
	pb.DemandService_GetSuitability_FullMethodName:  lookers,

	pb.FleetService_RegisterCar_FullMethodName:     books,
	pb.FleetService_GetCar_FullMethodName:          everyone,
	pb.FleetService_AssignCar_FullMethodName:       desk,
	pb.FleetService_UpdateCarStatus_FullMethodName: desk | Roles(Crew),
	pb.FleetService_ReleaseCar_FullMethodName:      desk,
	pb.FleetService_WatchCars_FullMethodName:       everyone,
	pb.FleetService_ExportDecisions_FullMethodName: audit,

	pb.CentreService_FindCentre_FullMethodName:     everyone,
	pb.CentreService_ListCentres_FullMethodName:    everyone,
	pb.CentreService_SetCentreState_FullMethodName: books,

	pb.RecommendationService_WatchRecommendations_FullMethodName: lookers,
	pb.RecommendationService_AnswerRecommendation_FullMethodName: desk,
	pb.RecommendationService_ListCoverage_FullMethodName:         lookers,

	longrunningpb.Operations_ListOperations_FullMethodName:  lookers,
	longrunningpb.Operations_GetOperation_FullMethodName:    lookers,
	longrunningpb.Operations_WaitOperation_FullMethodName:   lookers,
	longrunningpb.Operations_CancelOperation_FullMethodName: making,
	longrunningpb.Operations_DeleteOperation_FullMethodName: making,

	Monitoring: gauging,

	reflectionv1.ServerReflection_ServerReflectionInfo_FullMethodName:      everyone,
	reflectionv1alpha.ServerReflection_ServerReflectionInfo_FullMethodName: everyone,
}

// Allowed returns which roles may call a method, given as "/package.Service/Method". all is true for
// methods that need no identity; known is false for methods that the table lacks.
func Allowed(method string) (roles Roles, all, known bool) {
	if open[method] {
		return 0, true, true
	}
	roles, known = allowed[method]
	return roles, false, known
}
