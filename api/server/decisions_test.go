package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/ledger"
)

// exported yields what a client is sent of the log.
func exported(ctx context.Context, c *client, from, to int64) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		stream, err := c.ExportDecisions(ctx, &pb.ExportDecisionsRequest{FromRevision: from, ToRevision: to})
		for err == nil {
			var d *pb.Decision
			if d, err = stream.Recv(); err == nil && !yield(ledger.Entry{Revision: ledger.Revision(d.Revision), Key: d.Key, Data: d.Entry}, nil) {
				return
			}
		}
		if !errors.Is(err, io.EOF) {
			yield(ledger.Entry{}, err)
		}
	}
}

// TestExportDecisions: what a client is sent verifies, holds who decided what, and can be had in parts.
func TestExportDecisions(t *testing.T) {
	c := start(t, smallSettings(t))
	for i := range 5 {
		registered(t, c, fmt.Sprint("cars/", i))
	}
	if _, err := c.AssignCar(background(t), &pb.AssignCarRequest{Name: "cars/3", Incident: "incidents/1", Etag: "4", RequestId: "a"}); err != nil {
		t.Fatal(err)
	}
	report, err := ledger.Verify(exported(background(t), c, 0, 0))
	if err != nil || report.Err() != nil || report.Entries != 6 || report.Keys != 5 {
		t.Errorf("%+v, %v", report, err)
	}
	var part []string
	for e, err := range exported(background(t), c, 5, 6) {
		if err != nil {
			t.Fatal(err)
		}
		part = append(part, string(e.Data))
	}
	if len(part) != 2 || !strings.Contains(part[1], `"actor":"anonymous"`) || !strings.Contains(part[1], "incidents/1") {
		t.Errorf("got %q", part)
	}
	for _, bad := range [][2]int64{{-1, 0}, {3, 2}, {0, -1}} {
		for _, err := range exported(background(t), c, bad[0], bad[1]) {
			wantRefusal(t, err, codes.InvalidArgument, map[bool]string{true: "from_revision", false: "to_revision"}[bad[0] < 0], "want")
		}
	}
}
