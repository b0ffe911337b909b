package guard

import (
	"fmt"
	"testing"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// TestEveryMethodHasARow fails when a call is added to the contract and nobody says who may make it,
// and when a row is left of a call that is gone.
func TestEveryMethodHasARow(t *testing.T) {
	rows := len(open) + len(allowed) - 1 // Monitoring is the port of metrics
	for _, file := range []protoreflect.FileDescriptor{
		pb.File_nearside_v1_nearside_proto, pb.File_nearside_v1_fleet_proto, longrunningpb.File_google_longrunning_operations_proto,
		grpc_health_v1.File_grpc_health_v1_health_proto, grpc_reflection_v1.File_grpc_reflection_v1_reflection_proto,
		grpc_reflection_v1alpha.File_grpc_reflection_v1alpha_reflection_proto,
	} {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				name := fmt.Sprintf("/%s/%s", service.FullName(), service.Methods().Get(j).Name())
				if roles, all, known := Allowed(name); !known || !all && roles == 0 {
					t.Errorf("%s has no row in the table of methods: say in methods.go which roles may call it", name)
				}
				rows--
			}
		}
	}
	if rows != 0 {
		t.Errorf("the table has %d rows more than the contract has methods", rows)
	}
}
