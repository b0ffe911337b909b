package fakecad

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/ledger"
)

// finish compares what the server holds with what it acknowledged, takes the cars off the road, and reads
// the log.
func (r *run) finish(ctx context.Context) {
	for _, c := range r.cars {
		if ctx.Err() != nil {
			break
		}
		out, err := r.fleet.GetCar(ctx, &pb.GetCarRequest{Name: c.name})
		if !r.answered(ctx, checkAlive, err, "GetCar") {
			continue
		}
		r.tally.expect(checkAgree, out.GetEtag() == c.etag && out.GetStatus() == c.status && out.GetIncident() == c.incident,
			"%s: %s %s %q; acknowledged %s %s %q", c.name, out.GetEtag(), out.GetStatus(), out.GetIncident(), c.etag, c.status, c.incident)
		r.standDown(ctx, c)
	}
	if ctx.Err() == nil {
		r.readLog(ctx)
	}
	r.report.sum()
}

// standDown leaves a car off shift, so that the next run finds it free.
func (r *run) standDown(ctx context.Context, c *car) {
	switch c.status {
	case pb.CarStatus_CAR_STATUS_ASSIGNED, pb.CarStatus_CAR_STATUS_MOBILISING, pb.CarStatus_CAR_STATUS_EN_ROUTE, pb.CarStatus_CAR_STATUS_ON_SCENE:
		out, err := r.fleet.ReleaseCar(ctx, &pb.ReleaseCarRequest{Name: c.name, Etag: c.etag, RequestId: r.request(), Reason: "the run is over"})
		if !r.answered(ctx, checkStatus, err, "release %s", c.name) {
			return
		}
		c.etag, c.status, c.incident = out.GetEtag(), out.GetStatus(), out.GetIncident()
	case pb.CarStatus_CAR_STATUS_CONVEYING:
		if !r.setStatus(ctx, c, pb.CarStatus_CAR_STATUS_AT_CENTRE) {
			return
		}
	}
	if c.status == pb.CarStatus_CAR_STATUS_AT_CENTRE && !r.setStatus(ctx, c, pb.CarStatus_CAR_STATUS_CLEARING) {
		return
	}
	if c.status == pb.CarStatus_CAR_STATUS_CLEARING && !r.setStatus(ctx, c, pb.CarStatus_CAR_STATUS_AVAILABLE) {
		return
	}
	r.setStatus(ctx, c, pb.CarStatus_CAR_STATUS_OFF_SHIFT)
}

// readLog verifies the log of decisions and looks for every assignment that was acknowledged.
func (r *run) readLog(ctx context.Context) {
	stream, err := r.fleet.ExportDecisions(ctx, &pb.ExportDecisionsRequest{})
	if !r.answered(ctx, checkAlive, err, "ExportDecisions") {
		return
	}
	verifier, found := ledger.NewVerifier(), map[assignment]bool{}
	for {
		d, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if !r.answered(ctx, checkLog, err, "the log broke off") {
			return
		}
		verifier.Add(ledger.Entry{Revision: ledger.Revision(d.GetRevision()), Key: d.GetKey(), Data: d.GetEntry()})
		if incident := incidentOf(d.GetEntry()); incident != "" {
			found[assignment{car: d.GetKey(), incident: incident}] = true
		}
	}
	report := verifier.Report()
	r.tally.expect(checkLog, report.Err() == nil, "%v", report.Err())
	for _, a := range r.made {
		r.tally.expect(checkLogged, found[assignment{car: a.car, incident: a.incident}], "%s to %s is not there", a.car, a.incident)
	}
}

// incidentOf returns the call that an entry gives its car; "" where it is no assignment.
func incidentOf(entry []byte) string {
	var e struct {
		Kind string
		Body struct {
			Command struct{ Incident string }
		}
	}
	if json.Unmarshal(entry, &e) != nil || e.Kind != "assign" {
		return ""
	}
	return e.Body.Command.Incident
}
