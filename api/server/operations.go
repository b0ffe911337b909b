package server

import (
	"context"
	"errors"
	"strings"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/emptypb"
)

// operationsService is google.longrunning.Operations over the jobs of CreatePlan.
type operationsService struct {
	longrunningpb.UnimplementedOperationsServer
	*Server
}

const defaultOperations, maxOperations = 20, 100 // in a page of ListOperations

// operation is the job as the contract says it.
func (j *job) operation() (*longrunningpb.Operation, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	op := &longrunningpb.Operation{Name: "operations/" + j.id, Done: j.plan != nil || j.failure != nil}
	var err error
	if op.Metadata, err = anypb.New(j.progress); err != nil {
		return nil, err
	}
	if j.failure != nil {
		op.Result = &longrunningpb.Operation_Error{Error: j.failure.Proto()}
	} else if j.plan != nil {
		plan, err := anypb.New(j.plan)
		if err != nil {
			return nil, err
		}
		op.Result = &longrunningpb.Operation_Response{Response: plan}
	}
	return op, nil
}

// failureOf is the status of a job that ended without a plan.
func failureOf(err error) *status.Status {
	if st, ok := status.FromError(err); ok {
		return st
	}
	if errors.Is(err, context.Canceled) {
		return status.New(codes.Canceled, "cancelled before there was a first plan")
	}
	return status.Convert(scenarioRefusal(err))
}

func (s *operationsService) find(name string) (*job, error) {
	id, ok := strings.CutPrefix(name, "operations/")
	if !ok || !jobID.MatchString(id) {
		return nil, invalid("name", "%.80q: want operations/ID as CreatePlan returned it", name)
	}
	if j, ok := s.plans.find(id); ok {
		return j, nil
	}
	return nil, missing("operation", name)
}

// GetOperation returns an operation as it is now.
func (s *operationsService) GetOperation(_ context.Context, r *longrunningpb.GetOperationRequest) (*longrunningpb.Operation, error) {
	j, err := s.find(r.GetName())
	if err != nil {
		return nil, err
	}
	return j.operation()
}

// WaitOperation returns when the operation is done or the time is over, whichever comes first.
func (s *operationsService) WaitOperation(ctx context.Context, r *longrunningpb.WaitOperationRequest) (*longrunningpb.Operation, error) {
	j, err := s.find(r.GetName())
	if err != nil {
		return nil, err
	}
	var over <-chan time.Time
	if limit := r.GetTimeout(); limit != nil {
		if err := limit.CheckValid(); err != nil {
			return nil, invalid("timeout", "%v", err)
		}
		over = time.After(limit.AsDuration())
	}
	select {
	case <-j.done:
	case <-over:
	case <-ctx.Done():
		return nil, status.FromContextError(ctx.Err()).Err()
	}
	return j.operation()
}

// CancelOperation stops the search: the operation ends soon, with the best plan so far where there is
// one. Cancelling what is done changes nothing.
func (s *operationsService) CancelOperation(_ context.Context, r *longrunningpb.CancelOperationRequest) (*emptypb.Empty, error) {
	j, err := s.find(r.GetName())
	if err != nil {
		return nil, err
	}
	j.cancel()
	return &emptypb.Empty{}, nil
}

// DeleteOperation forgets a finished operation. Its plan stays.
func (s *operationsService) DeleteOperation(_ context.Context, r *longrunningpb.DeleteOperationRequest) (*emptypb.Empty, error) {
	j, err := s.find(r.GetName())
	if err != nil {
		return nil, err
	}
	if !j.finished() {
		return nil, refused(codes.FailedPrecondition, "OPERATION_RUNNING", "%s is not done: cancel it first", r.GetName())
	}
	s.plans.remove(j)
	return &emptypb.Empty{}, nil
}

// ListOperations lists the operations that are remembered, newest first. A page token is the last
// name of the page before.
func (s *operationsService) ListOperations(_ context.Context, r *longrunningpb.ListOperationsRequest) (*longrunningpb.ListOperationsResponse, error) {
	size := r.GetPageSize()
	if size == 0 {
		size = defaultOperations
	} else if err := inRange("page_size", size, 1, maxOperations); err != nil {
		return nil, err
	}
	if r.GetFilter() != "" {
		return nil, invalid("filter", "%.80q: filters are not offered", r.GetFilter())
	}
	out := &longrunningpb.ListOperationsResponse{}
	for _, j := range s.plans.after(r.GetPageToken()) {
		if len(out.Operations) == int(size) {
			out.NextPageToken = out.Operations[size-1].Name
			break
		}
		op, err := j.operation()
		if err != nil {
			return nil, err
		}
		out.Operations = append(out.Operations, op)
	}
	return out, nil
}
