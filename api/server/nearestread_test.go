package server

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// checkNearestRead compares what is read at once, where it is, with the message.
func checkNearestRead(t interface{ Fatalf(string, ...any) }, text []byte) (quick bool) {
	var got nearestRequest
	if quick = got.read(text); !quick {
		return false
	}
	var want pb.FindNearestCarsRequest
	if err := proto.Unmarshal(text, &want); err != nil || !proto.Equal(&got.FindNearestCarsRequest, &want) {
		t.Fatalf("%x gives %v\nwant %v, %v", text, &got.FindNearestCarsRequest, &want, err)
	}
	return true
}

func TestRequestsAreReadLikeMessages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &pb.FindNearestCarsRequest{
			K: rapid.Int32Range(-1, 300).Draw(t, "k"), Driving: pb.Driving(rapid.Int32Range(0, 200).Draw(t, "driving")),
			IncludeExcluded: rapid.Bool().Draw(t, "why"), Category: rapid.SampledFrom([]string{"", "", "overdose"}).Draw(t, "category"),
		}
		if rapid.Bool().Draw(t, "placed") {
			r.Location = at(rapid.Float64().Draw(t, "lat"), rapid.Float64().Draw(t, "lon"))
		}
		for range rapid.IntRange(0, 3).Draw(t, "skills") {
			r.Skills = append(r.Skills, pb.Skill(rapid.Int32Range(-1, 200).Draw(t, "skill")))
		}
		text, err := proto.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		checkNearestRead(t, text)
		if len(text) > 0 {
			checkNearestRead(t, text[:rapid.IntRange(0, len(text)-1).Draw(t, "cut")])
		}
	})
}

// TestUsualRequestsAreReadQuickly: else the quick way is of no use.
func TestUsualRequestsAreReadQuickly(t *testing.T) {
	text, err := proto.Marshal(&pb.FindNearestCarsRequest{Location: at(51.5, -0.1), K: 5, Driving: 1, Skills: []pb.Skill{1, 2}, IncludeExcluded: true})
	if err != nil {
		t.Fatal(err)
	}
	if !checkNearestRead(t, text) {
		t.Error("a usual request is read as any message")
	}
}

func FuzzReadNearest(f *testing.F) {
	text, err := proto.Marshal(&pb.FindNearestCarsRequest{Location: at(51.5, -0.1), K: 5, Driving: 1, Skills: []pb.Skill{1, 2}, IncludeExcluded: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) { checkNearestRead(t, text) })
}
