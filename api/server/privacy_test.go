package server

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// TestNothingElseOfACallIsKept looks through the data directory for what was reported beside cell, hour
// and kind: the coordinates as text and as numbers, the second, the batch.
func TestNothingElseOfACallIsKept(t *testing.T) {
	s, _ := keepsCalls(t)
	c := start(t, s)
	when := noon.Add(-37*time.Minute - 11*time.Second)
	r := reportAt(&s, 7, when)
	lat, lon := r.Location.GetLatLng().Latitude, r.Location.GetLatLng().Longitude
	if _, err := c.ReportCalls(background(t), &pb.ReportCallsRequest{RequestId: "a batch of the morning", Calls: []*pb.CallReport{r}}); err != nil {
		t.Fatal(err)
	}
	c.stop()
	reopen(t, &s) // folds what had arrived
	if n := s.Calls.History().Len(); n != 1 {
		t.Fatalf("%d calls kept, want 1", n)
	}
	secrets := map[string][]byte{
		"batch": []byte("a batch of the morning"), "latitude in words": fmt.Appendf(nil, "%.4f", lat), "longitude in words": fmt.Appendf(nil, "%.4f", lon),
		"latitude":  binary.LittleEndian.AppendUint64(nil, math.Float64bits(lat)),
		"longitude": binary.LittleEndian.AppendUint64(nil, math.Float64bits(lon)),
		"second":    binary.LittleEndian.AppendUint32(nil, uint32(when.Unix())), "second as it travels": binary.AppendUvarint(nil, uint64(when.Unix())),
	}
	files := 0
	err := filepath.WalkDir(s.DataDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		for name, secret := range secrets {
			if bytes.Contains(text, secret) {
				t.Errorf("%s holds the %s of a call", path, name)
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files, %v", files, err)
	}
}

// TestTooManyKinds: a category for each call is no category, and would name people.
func TestTooManyKinds(t *testing.T) {
	s, _ := keepsCalls(t)
	c := start(t, s)
	r := &pb.ReportCallsRequest{RequestId: "kinds"}
	for i := range 257 {
		call := reportAt(&s, 3, noon.Add(-time.Minute))
		call.Category = fmt.Sprint("category ", i)
		r.Calls = append(r.Calls, call)
	}
	_, err := c.ReportCalls(background(t), r)
	wantRefusal(t, err, codes.ResourceExhausted, "TOO_MANY_CALLS", "257 kinds")
	if n := s.Calls.History().Len(); n != 0 {
		t.Errorf("%d calls of a refused batch are kept", n)
	}
}
