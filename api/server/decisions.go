package server

import (
	"google.golang.org/grpc"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/ledger"
)

// ExportDecisions sends the log of decisions, each entry as the very bytes that are kept.
func (s *fleetService) ExportDecisions(r *pb.ExportDecisionsRequest, stream grpc.ServerStreamingServer[pb.Decision]) error {
	from, to := r.GetFromRevision(), r.GetToRevision()
	var wrong flaws
	if from < 0 {
		wrong.add("from_revision", "%d: want 1 or more, or 0 for the beginning", from)
	}
	if to < 0 || to > 0 && to < from {
		wrong.add("to_revision", "%d: want from_revision or more, or 0 for the end", to)
	}
	if len(wrong) > 0 {
		return wrong.refusal()
	}
	for e, err := range s.Live.Log(stream.Context(), ledger.Revision(from)) {
		switch {
		case err != nil:
			return s.storeRefusal(err)
		case to > 0 && e.Revision > ledger.Revision(to):
			return nil
		}
		if err := stream.Send(&pb.Decision{Revision: int64(e.Revision), Key: e.Key, Entry: e.Data}); err != nil {
			return err
		}
	}
	return nil
}
