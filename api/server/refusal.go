package server

import (
	"fmt"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	"github.com/nearside-ems/nearside/planning"
)

// domain marks the reasons in ErrorInfo details as Nearside's.
const domain = "nearside"

// invalid is INVALID_ARGUMENT for one field of a request, named as in the contract.
func invalid(field, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	return refuse(codes.InvalidArgument, field+": "+text, &errdetails.BadRequest{
		FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: field, Description: text}},
	})
}

// inRange is nil where low ≤ v ≤ high, and INVALID_ARGUMENT otherwise.
func inRange(field string, v, low, high int32) error {
	if v < low || v > high {
		return invalid(field, "%d: want %d to %d", v, low, high)
	}
	return nil
}

// missing is NOT_FOUND for a resource.
func missing(kind, name string) error {
	return refuse(codes.NotFound, fmt.Sprintf("%s %.80q does not exist", kind, name), &errdetails.ResourceInfo{
		ResourceType: kind, ResourceName: name, Description: "does not exist",
	})
}

// refused is a status with a machine-readable reason such as "TOO_MANY_PLANS".
func refused(code codes.Code, reason, format string, args ...any) error {
	return refuse(code, fmt.Sprintf(format, args...), &errdetails.ErrorInfo{Reason: reason, Domain: domain})
}

func refuse(code codes.Code, text string, details ...protoadapt.MessageV1) error {
	st, err := status.New(code, text).WithDetails(details...)
	if err != nil {
		return status.Error(code, text) // only for OK, which no caller gives
	}
	return st.Err()
}

// scenarioRefusal turns the planner's field errors into INVALID_ARGUMENT with a violation each. Other
// errors are no fault of the request.
func scenarioRefusal(err error) error {
	return refusalOf(err, func(f *planning.FieldError) (field, text string) {
		return requestField(f.Field), f.Value + ": want " + f.Want
	})
}

// fileRefusal is scenarioRefusal for the text of a scenario file, of which each error names its line.
func fileRefusal(err error) error {
	return refusalOf(err, func(f *planning.FieldError) (field, text string) { return "scenario." + f.Field, f.Error() })
}

func refusalOf(err error, say func(*planning.FieldError) (field, text string)) error {
	violations := &errdetails.BadRequest{}
	var lines []string
	for _, f := range planning.Faults(err) {
		field, text := say(f)
		lines = append(lines, field+": "+text)
		violations.FieldViolations = append(violations.FieldViolations, &errdetails.BadRequest_FieldViolation{Field: field, Description: text})
	}
	if len(lines) == 0 {
		return refused(codes.FailedPrecondition, "PLAN_FAILED", "%v", err)
	}
	return refuse(codes.InvalidArgument, strings.Join(lines, "; "), violations)
}

// requestField is a scenario's field as CreatePlanRequest names it.
func requestField(scenario string) string {
	for in, out := range map[string]string{"fix": "fixed_cells", "forbid": "forbidden_cells"} {
		if rest, ok := strings.CutPrefix(scenario, in); ok && (rest == "" || rest[0] == '[') {
			return out + rest
		}
	}
	return strings.ReplaceAll(scenario, "-", "_")
}
